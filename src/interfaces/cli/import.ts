import * as Effect from "effect/Effect"
import { RequestInvalid } from "../../domain/Errors.ts"
import * as Adopt from "../../pipeline/adoption/Adopt.ts"
import * as Adoption from "../../pipeline/adoption/Adoption.ts"
import * as Confirm from "./Confirm.ts"
import * as ExitCode from "./ExitCode.ts"
import * as Flag from "./Flag.ts"
import type { OldRecords } from "./OldRecords.ts"
import * as Options from "./Options.ts"
import * as RenderAdoption from "./RenderAdoption.ts"
import { Screen } from "./Screen.ts"
import * as Verb from "./Verb.ts"

/** `import bfm`: goes on where a Go BfM stopped. */
export const make = (records: OldRecords) =>
  Verb.make(
    {
      words: ["import", "bfm"],
      summary: "take over what a Go BfM recorded; runs nothing",
      examples: [
        "bfm import bfm --dry-run",
        "bfm import bfm --from postgres://bfm:secret@db1:5432/migration_state --yes"
      ],
      flags: {
        from: Flag.text({ name: "from", value: "URL", help: "its state database (BFM_STATE_DB_*)" }),
        stateSchema: Flag.text({
          name: "state-schema",
          value: "S",
          help: "schema of its tables (BFM_STATE_SCHEMA; public with --from)"
        }),
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
    },
    Effect.fn("cli.import")(function* ({ dryRun, yes, json, ...named }) {
      return yield* Effect.provide(run({ dryRun, yes, json }), records(named))
    })
  )

interface Wish {
  readonly dryRun: boolean
  readonly yes: boolean
  readonly json: boolean
}

const run = Effect.fnUntraced(function* (wish: Wish) {
  const screen = yield* Screen
  const planned = yield* Adoption.plan()
  const nothing = planned.edits.length + planned.entries.length === 0
  const asked = !(wish.dryRun || nothing || wish.yes)
  if (asked) {
    if (!screen.interactive) return yield* new RequestInvalid({ problems: [Confirm.unasked("importing")] })
    yield* screen.out(RenderAdoption.report(screen.style, planned.report))
    if (!(yield* screen.ask("Import?"))) return yield* Confirm.declined
  }
  const report = wish.dryRun || nothing ? planned.report : yield* Adopt.carryOut(planned)
  if (wish.json) yield* screen.json(report)
  else {
    const shown = asked ? [] : RenderAdoption.report(screen.style, report)
    yield* screen.out([...shown, ...RenderAdoption.summary(screen.style, report)])
  }
  return report.questions.length === 0 ? ExitCode.done : ExitCode.drift
})
