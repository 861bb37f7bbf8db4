import * as Effect from "effect/Effect"
import { canonical } from "../../domain/Identity.ts"
import type { Mark } from "../../domain/Ledger.ts"
import type { ValidationItem, ValidationReport } from "../../domain/Validation.ts"
import { Connections } from "../../ports/Connections.ts"
import * as Changed from "../plan/Changed.ts"
import * as Find from "../plan/Find.ts"
import * as Problem from "../plan/Problem.ts"
import * as World from "../plan/World.ts"

export interface Query {
  /** Any accepted spellings; every applied migration when empty. */
  readonly ids: ReadonlyArray<string>
  readonly connections: ReadonlyArray<string>
}

/** Holds what was applied against what the sources say now: same, cosmetic, changed, or missing. */
export const report = Effect.fn("Validation.report")(function* ({ ids, connections }: Query) {
  const world = yield* World.read(connections, "up")
  const found = yield* Effect.forEach(ids, id => Find.find(world, id))
  const wanted = new Set(found.map(({ migration }) => canonical(migration)))
  const inspections = [...world.inspections.values()].filter(
    ({ connection }) => connections.length === 0 || connections.includes(connection)
  )
  const applied = inspections
    .flatMap(({ groups }) => groups)
    .filter(({ mark }) => mark.state === "applied" && (wanted.size === 0 || wanted.has(mark.migrationId)))
    .flatMap(({ mark, schemas }) => schemas.map(schema => ({ mark, schema })))
  const all = yield* Effect.forEach(applied, ({ mark, schema }) => item(world, mark, schema))
  const result: ValidationReport = {
    valid: all.every(({ verdict }) => verdict !== "changed"),
    items: all,
    total: all.length
  }
  return result
})

const item = Effect.fnUntraced(function* (world: World.World, entry: Mark, schema: string) {
  const migration = world.catalog.byId.get(entry.migrationId)
  const verdict = Changed.verdict(entry, migration)
  const common: ValidationItem = {
    migration_id: migration === undefined ? entry.migrationId : Problem.shownId(world, migration, schema),
    schema,
    connection: entry.connection,
    version: entry.version,
    name: entry.name,
    verdict,
    ...(migration === undefined ? {} : { path: migration.up.path })
  }
  if (migration === undefined || verdict === "same") return common
  const store = yield* (yield* Connections).open(entry.connection)
  const applied = yield* store.appliedText(entry.migrationId, schema)
  return {
    ...common,
    source_text: migration.up.text,
    ...(applied === undefined ? {} : { applied_text: applied })
  }
})
