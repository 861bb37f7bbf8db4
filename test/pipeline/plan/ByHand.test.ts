import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Step } from "../../../src/domain/Plan.ts"
import type { UpRequestInput } from "../../../src/domain/Request.ts"
import * as Marking from "../../../src/pipeline/execute/Marking.ts"
import * as World from "../../../src/pipeline/plan/World.ts"
import { Connections } from "../../../src/ports/Connections.ts"
import { layer, up, type Written } from "../../fixtures/World.ts"

/** What the ledger of `core` is told of its only migration, when somebody says that it is applied. */
const told = (written: Written, schema: string) =>
  Effect.gen(function* () {
    const world = yield* World.read([], "up")
    const [migration] = world.catalog.migrations
    if (migration === undefined) throw new Error("there is no migration")
    const store = yield* (yield* Connections).open(migration.connection)
    const written: Array<Step> = []
    yield* Marking.applied(
      world,
      { ...store, markApplied: ({ step }) => Effect.sync(() => void written.push(step)) },
      migration,
      schema,
      { runId: "", actor: { name: "", method: "manual" }, rehearsal: false }
    )
    const [step, ...more] = written
    if (step === undefined || more.length > 0) throw new Error("one entry is to be written")
    return step
  }).pipe(Effect.provide(layer(written)))

/** What an entry of the ledger says of a step. */
const entry = (step: Step | undefined) => {
  if (step === undefined) throw new Error("there is no step")
  const { migration_id, connection, backend, schema, version, name, direction, checksum, source_hash } = step
  return { migration_id, connection, backend, schema, version, name, direction, checksum, source_hash }
}

const planned = (written: Written, request: UpRequestInput) =>
  Effect.map(up(written, request), ({ steps: [step] }) => entry(step))

const files = { "core/01_it": "-- bfm-schema: dynamic\nSELECT '{{.Vars.region}}';" }
const request = { schemas: ["t1"], variables: { region: "eu" } }

describe("what somebody else applied", () => {
  it.effect("is recorded as if it had been applied here, also where it cannot be planned any more", () =>
    Effect.gen(function* () {
      const unplannable = yield* told({ files }, "t1")
      assert.deepStrictEqual(entry(unplannable), yield* planned({ files }, request))
      const plain = { "core/01_it": "-- bfm-schema: dynamic\nSELECT 1;" }
      assert.deepStrictEqual(
        entry(yield* told({ files: plain }, "t1")),
        yield* planned({ files: plain }, request)
      )
    })
  )

  it.effect("and cannot be planned has nothing that would be sent, waited for or minded", () =>
    Effect.gen(function* () {
      const step = yield* told({ files }, "t1")
      assert.deepStrictEqual([step.units, step.after, step.requires, step.warnings], [[], [], [], []])
      assert.deepStrictEqual(
        [step.creates_schema, step.in_doubt, step.unwrapped, step.destructive, step.depends_on_data],
        [false, false, false, false, false]
      )
      assert.deepStrictEqual([step.mode, step.path, step.resume_at], ["transaction", "core/01_it.up.sql", 0])
    })
  )
})
