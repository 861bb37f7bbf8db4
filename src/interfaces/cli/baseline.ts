import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Layer from "effect/Layer"
import { type BfmError, RequestInvalid } from "../../domain/Errors.ts"
import * as Baseline from "../../pipeline/baseline/Baseline.ts"
import type { Scratch } from "../../ports/Scratch.ts"
import * as Confirm from "./Confirm.ts"
import type { Env } from "./Env.ts"
import * as ExitCode from "./ExitCode.ts"
import * as Flag from "./Flag.ts"
import * as Options from "./Options.ts"
import * as RenderBaseline from "./RenderBaseline.ts"
import { Screen } from "./Screen.ts"
import * as Verb from "./Verb.ts"

/** Stores, and a place for scratch databases: `url` where one is named. */
export type Bench = (url: string | undefined) => Layer.Layer<Env | Scratch, BfmError>

/** `baseline`: takes an existing database for migrated, once it is seen to be. */
export const make = (bench: Bench) =>
  Verb.make(
    {
      words: ["baseline"],
      summary: "mark as applied what an existing database has already, verified",
      examples: [
        "bfm baseline --connection core --dry-run",
        "bfm baseline --connection core --to 20250601090000 --yes",
        "bfm baseline --connection core --scratch-url postgres://me@localhost/postgres"
      ],
      flags: {
        connection: Flag.text({
          name: "connection",
          alias: "c",
          value: "C",
          help: "the connection whose database it is"
        }),
        to: Options.selection.to,
        variables: Options.variables,
        scratchUrl: Flag.text({
          name: "scratch-url",
          value: "URL",
          help: "the server on which a scratch database is made and dropped (its own)"
        }),
        trust: Flag.toggle({ name: "trust", help: "take it for migrated although it differs" }),
        dryRun: Flag.toggle({ name: "dry-run", help: "only say what would be written" }),
        yes: Options.yes,
        json: Options.json
      }
    },
    Effect.fn("cli.baseline")(function* ({ connection, to, variables: texts, scratchUrl, ...wish }) {
      if (connection === undefined) {
        return yield* new RequestInvalid({
          problems: ["say whose database it is: bfm baseline --connection C"]
        })
      }
      const parsed = Options.values(texts)
      if (Either.isLeft(parsed)) return yield* parsed.left
      const request = { connection, to, variables: parsed.right }
      return yield* Effect.provide(run(request, wish), bench(scratchUrl))
    })
  )

interface Wish {
  readonly trust: boolean
  readonly dryRun: boolean
  readonly yes: boolean
  readonly json: boolean
}

const run = Effect.fnUntraced(function* (request: Baseline.Request, { trust, dryRun, yes, json }: Wish) {
  const screen = yield* Screen
  const verified = yield* Baseline.verify(request)
  const { agrees, entries, failure } = verified.report
  const write = entries.length > 0 && (agrees || trust) && !dryRun
  const asked = write && !yes
  if (asked) {
    if (!screen.interactive) return yield* new RequestInvalid({ problems: [Confirm.unasked("a baseline")] })
    yield* screen.out(RenderBaseline.report(screen.style, verified.report))
    if (!(yield* screen.ask("Mark them as applied?"))) return yield* Confirm.declined
  }
  const report = write ? yield* Baseline.carryOut(verified) : verified.report
  if (json) yield* screen.json(report)
  else {
    const shown = asked ? [] : RenderBaseline.report(screen.style, report)
    yield* screen.out([...shown, ...RenderBaseline.summary(screen.style, report, { trust })])
  }
  if (report.agrees || report.trusted) return ExitCode.done
  return failure === undefined ? ExitCode.drift : ExitCode.stepFailed
})
