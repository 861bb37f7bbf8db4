import * as Args from "@effect/cli/Args"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { RequestInvalid } from "../../domain/Errors.ts"
import { Pipeline } from "../../pipeline/Pipeline.ts"
import * as RunDetail from "../wire/RunDetail.ts"
import * as ExitCode from "./ExitCode.ts"
import * as Flag from "./Flag.ts"
import * as Follow from "./Follow.ts"
import { Interruption } from "./Interruption.ts"
import * as Options from "./Options.ts"
import * as RenderRuns from "./RenderRuns.ts"
import { Screen } from "./Screen.ts"
import * as Show from "./Show.ts"
import * as Verb from "./Verb.ts"

const id = { shown: "ID", args: Args.text({ name: "ID" }) }

const list = Verb.make(
  {
    words: ["runs"],
    summary: "runs, newest first, whichever process carries them out",
    examples: ["bfm runs", "bfm runs list --limit 5 --json"],
    flags: {
      limit: Flag.whole({
        name: "limit",
        value: "N",
        from: 1,
        to: 1000,
        fallback: 20,
        help: "at most so many"
      }),
      cursor: Flag.text({ name: "cursor", value: "X", help: "go on where an earlier page ended" }),
      json: Options.json
    },
    operands: {
      shown: "[list]",
      args: Args.text({ name: "list" }).pipe(Args.optional, Args.map(Option.getOrUndefined))
    }
  },
  Effect.fn("cli.runs")(function* ({ limit, cursor, json }, word) {
    if (word !== undefined && word !== "list") return yield* unknown(word)
    const screen = yield* Screen
    const { runs, words: place } = yield* Pipeline
    const page = yield* runs.list({ limit, ...(cursor === undefined ? {} : { cursor }) })
    const more =
      page.next === undefined
        ? undefined
        : ["runs", "list", "--limit", String(limit), "--cursor", page.next, ...place]
    yield* json ? screen.json(page) : screen.out(RenderRuns.list(screen.style, page.items, more))
    return ExitCode.done
  })
)

const unknown = (word: string) =>
  new RequestInvalid({
    problems: [`unknown command runs ${word}: bfm runs needs nothing, or list, show, watch, cancel or resume`]
  })

const show = Verb.make(
  {
    words: ["runs", "show"],
    summary: "one run: how it stands, what it did, and why it did not do the rest",
    examples: ["bfm runs show 01KB1Z3T5Q8S9V0W1X2Y3Z4A5B"],
    operands: id,
    flags: { json: Options.json }
  },
  Effect.fn("cli.runs.show")(function* ({ json }, run) {
    const screen = yield* Screen
    const { runs, words } = yield* Pipeline
    const detail = yield* runs.show(run)
    const result = yield* runs.result(run)
    yield* json
      ? screen.json({ ...RunDetail.fromDetail(detail), result })
      : screen.out(RenderRuns.detail(screen.style, detail, result, words))
    return ExitCode.done
  })
)

const watch = Verb.make(
  {
    words: ["runs", "watch"],
    summary: "follow a run from its beginning to its end; leaving changes nothing",
    examples: ["bfm runs watch 01KB1Z3T5Q8S9V0W1X2Y3Z4A5B"],
    operands: id,
    flags: { json: Options.json }
  },
  Effect.fn("cli.runs.watch")(function* ({ json }, run) {
    const { runs, words } = yield* Pipeline
    const heard = yield* Follow.follow(runs.follow(run, 0))
    const interruption = yield* Interruption
    const again = ["runs", "resume", run, ...words]
    return yield* Show.outcome(heard, again, { json, rehearsal: false, interruption })
  })
)

const cancel = Verb.make(
  {
    words: ["runs", "cancel"],
    summary: "end a run after the step in flight, wherever it is carried out",
    examples: [
      "bfm runs cancel 01KB1Z3T5Q8S9V0W1X2Y3Z4A5B",
      "bfm runs cancel 01KB1Z3T5Q8S9V0W1X2Y3Z4A5B --now"
    ],
    operands: id,
    flags: {
      now: Flag.toggle({ name: "now", help: "cancel the statement in flight too: its step fails" }),
      json: Options.json
    }
  },
  Effect.fn("cli.runs.cancel")(function* ({ now, json }, id) {
    const screen = yield* Screen
    const { runs, words } = yield* Pipeline
    const run = yield* runs.cancel(id, now)
    yield* json ? screen.json(run) : screen.out(RenderRuns.cancelled(screen.style, run, words, now))
    return ExitCode.done
  })
)

const resume = Verb.make(
  {
    words: ["runs", "resume"],
    summary: "do the rest of a run that did not succeed, in a run of its own",
    examples: ["bfm runs resume 01KB1Z3T5Q8S9V0W1X2Y3Z4A5B"],
    operands: id,
    flags: { json: Options.json }
  },
  Effect.fn("cli.runs.resume")(function* ({ json }, id) {
    const { runs, words } = yield* Pipeline
    const again = ["runs", "resume", id, ...words]
    const heard = yield* Follow.follow(runs.resume(id), again)
    const run = heard.result.run_id === "" ? id : heard.result.run_id
    const interruption = yield* Interruption
    return yield* Show.outcome(heard, ["runs", "resume", run, ...words], {
      json,
      rehearsal: false,
      interruption
    })
  })
)

/** `runs`: runs of any process, watched, ended and resumed. */
export const all = [show, watch, cancel, resume, list]
