import * as Args from "@effect/cli/Args"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Pipeline } from "../../pipeline/Pipeline.ts"
import * as ExitCode from "./ExitCode.ts"
import * as Flag from "./Flag.ts"
import * as Options from "./Options.ts"
import * as RenderHistory from "./RenderHistory.ts"
import { Screen } from "./Screen.ts"
import * as Verb from "./Verb.ts"

/** `history [ID]`: what happened, newest first. */
export const history = Verb.make(
  {
    words: ["history"],
    summary: "what happened, by whom and when",
    examples: ["bfm history", "bfm history 20250101120000_create_users --limit 5"],
    operands: {
      shown: "[ID]",
      args: Args.text({ name: "ID" }).pipe(Args.optional, Args.map(Option.getOrUndefined))
    },
    flags: {
      limit: Flag.whole({
        name: "limit",
        value: "N",
        from: 1,
        to: 1000,
        fallback: 50,
        help: "at most so many"
      }),
      cursor: Flag.text({ name: "cursor", value: "X", help: "go on where an earlier page ended" }),
      json: Options.json
    }
  },
  Effect.fn("cli.history")(function* ({ limit, cursor, json }, id) {
    const screen = yield* Screen
    const pipeline = yield* Pipeline
    const page = yield* pipeline.history({
      limit,
      ...(id === undefined ? {} : { id }),
      ...(cursor === undefined ? {} : { cursor })
    })
    const more =
      page.next === undefined
        ? undefined
        : [
            "history",
            ...(id === undefined ? [] : [id]),
            ...["--limit", String(limit), "--cursor", page.next],
            ...pipeline.words
          ]
    yield* json ? screen.json(page) : screen.out(RenderHistory.page(screen.style, page.items, more))
    return ExitCode.done
  })
)
