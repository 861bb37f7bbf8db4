import * as Effect from "effect/Effect"
import * as Adopt from "../../pipeline/adoption/Adopt.ts"
import * as Adoption from "../../pipeline/adoption/Adoption.ts"
import * as Flag from "./Flag.ts"
import * as Importing from "./Importing.ts"
import type { OldRecords } from "./OldRecords.ts"
import * as RenderAdoption from "./RenderAdoption.ts"
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
        ...Importing.flags
      }
    },
    Effect.fn("cli.import")(function* ({ dryRun, yes, json, ...named }) {
      return yield* Effect.provide(run({ dryRun, yes, json }), records(named))
    })
  )

const run = Effect.fnUntraced(function* (wish: Importing.Wish) {
  const planned = yield* Adoption.plan()
  const work = {
    decided: planned.report,
    nothing: planned.edits.length + planned.entries.length === 0,
    carryOut: Adopt.carryOut(planned),
    report: RenderAdoption.report,
    summary: RenderAdoption.summary
  }
  return yield* Importing.run(work, wish)
})
