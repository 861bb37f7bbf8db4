import * as Arr from "effect/Array"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { ulid } from "ulid"
import { type Actor, CurrentActor, Method } from "../../domain/Actor.ts"
import { canonical } from "../../domain/Identity.ts"
import * as Ledger from "../../domain/Ledger.ts"
import { Connections } from "../../ports/Connections.ts"
import { Lock } from "../../ports/Lock.ts"
import { Settings } from "../../ports/Settings.ts"
import { type StateChange, StateStore } from "../../ports/StateStore.ts"
import * as Marking from "../execute/Marking.ts"
import { timestamp } from "../execute/Reconcile.ts"
import * as World from "../plan/World.ts"
import type { Entry } from "./Entries.ts"

/**
 * Writes into ledgers and state that migrations are applied which something else applied; runs nothing. `importer`:
 * who says so, and who stands for everybody of whom nothing is known. The id under which it is written; empty
 * where there is nothing to write.
 */
export const enter = Effect.fn("Entering.enter")(function* (entries: ReadonlyArray<Entry>, importer: Actor) {
  if (entries.length === 0) return ""
  const runId = ulid(yield* Clock.currentTimeMillis)
  const world = yield* World.read([...new Set(entries.map(({ migration }) => migration.connection))], "up")
  const lanes = Arr.groupBy(entries, ({ migration, schema }) => Ledger.key(migration.connection, schema))
  yield* Effect.forEach(Object.values(lanes), lane => Effect.scoped(record(world, lane, importer, runId)), {
    discard: true
  })
  return runId
})

/** Entries of one schema, under the same lock as a run. */
const record = Effect.fnUntraced(function* (
  world: World.World,
  lane: Arr.NonEmptyReadonlyArray<Entry>,
  importer: Actor,
  runId: string
) {
  const [{ migration: of, schema }] = lane
  const { name } = yield* CurrentActor
  const { lockWait } = yield* Settings
  const key = { connection: of.connection, schema }
  yield* (yield* Lock).acquire(key, { runId, actor: name }, lockWait, () => Effect.void)
  const store = yield* (yield* Connections).open(of.connection)
  const changes: Array<StateChange> = []
  for (const entry of lane) {
    // As the file is now: directives were added to it.
    const migration = world.catalog.byId.get(canonical(entry.migration)) ?? entry.migration
    const context = { runId, actor: actorOf(entry, importer), rehearsal: false }
    yield* Marking.applied(world, store, migration, schema, context, entry.at)
    changes.push(...remembered(entry, importer, runId, yield* Clock.currentTimeMillis))
  }
  yield* (yield* StateStore).record(changes)
})

const isMethod = Schema.is(Method)

const actorOf = ({ actor, method }: Entry, importer: Actor): Actor =>
  actor !== "" && isMethod(method) ? { name: actor, method } : importer

/** What happened then, as far as it is known, and that we were told of it now. */
const remembered = (
  entry: Entry,
  importer: Actor,
  runId: string,
  now: number
): ReadonlyArray<StateChange> => {
  const actor = actorOf(entry, importer)
  const common = { ...Marking.subject(entry.migration, entry.schema), run_id: runId }
  const by = { actor: actor.name, method: actor.method }
  const said = { actor: importer.name, method: importer.method }
  const then: ReadonlyArray<StateChange> =
    entry.at === undefined
      ? []
      : [{ _tag: "History", item: { ...common, ...by, event: "applied", at: timestamp(entry.at) } }]
  return [
    { _tag: "Execution", execution: { ...common, ...by, status: "applied", at: entry.at ?? now } },
    ...then,
    { _tag: "History", item: { ...common, ...said, event: "resolved_applied", at: timestamp(now) } }
  ]
}
