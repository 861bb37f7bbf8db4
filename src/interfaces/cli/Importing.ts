import * as Effect from "effect/Effect"
import { RequestInvalid } from "../../domain/Errors.ts"
import type { Report } from "../../domain/Takeover.ts"
import * as Confirm from "./Confirm.ts"
import * as ExitCode from "./ExitCode.ts"
import * as Flag from "./Flag.ts"
import * as Options from "./Options.ts"
import { Screen } from "./Screen.ts"
import type { Style } from "./Style.ts"

/** What every import can be told. */
export const flags = {
  path: Flag.text({
    name: "path",
    alias: "p",
    value: "DIR",
    help: "the SFM directory (BFM_SFM_PATH, ./sfm)"
  }),
  dryRun: Flag.toggle({ name: "dry-run", help: "only say what would be written" }),
  yes: Options.yes,
  json: Options.json
}

export interface Wish {
  readonly dryRun: boolean
  readonly yes: boolean
  readonly json: boolean
}

/** A kind of import: what was decided, how it is shown, and what carries it out. */
export interface Work<R extends Report, E, Env> {
  readonly decided: R
  /** Nothing would be written. */
  readonly nothing: boolean
  readonly carryOut: Effect.Effect<R, E, Env>
  readonly report: (style: Style, report: R) => ReadonlyArray<string>
  readonly summary: (style: Style, report: R) => ReadonlyArray<string>
}

/** Asks where it was not said, carries out, and tells. */
export const run = Effect.fnUntraced(function* <R extends Report, E, Env>(
  { decided, nothing, carryOut, ...render }: Work<R, E, Env>,
  { dryRun, yes, json }: Wish
) {
  const screen = yield* Screen
  const asked = !(dryRun || nothing || yes)
  if (asked) {
    if (!screen.interactive) return yield* new RequestInvalid({ problems: [Confirm.unasked("importing")] })
    yield* screen.out(render.report(screen.style, decided))
    if (!(yield* screen.ask("Import?"))) return yield* Confirm.declined
  }
  const report = dryRun || nothing ? decided : yield* carryOut
  if (json) yield* screen.json(report)
  else {
    const shown = asked ? [] : render.report(screen.style, report)
    yield* screen.out([...shown, ...render.summary(screen.style, report)])
  }
  return report.questions.length === 0 ? ExitCode.done : ExitCode.drift
})
