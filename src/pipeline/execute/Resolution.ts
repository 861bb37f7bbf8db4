import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { ulid } from "ulid"
import { type Actor, CurrentActor } from "../../domain/Actor.ts"
import { RequestInvalid } from "../../domain/Errors.ts"
import { canonical } from "../../domain/Identity.ts"
import type { Migration } from "../../domain/Migration.ts"
import { Connections } from "../../ports/Connections.ts"
import { Lock } from "../../ports/Lock.ts"
import { Settings } from "../../ports/Settings.ts"
import { type StateChange, StateStore } from "../../ports/StateStore.ts"
import * as Find from "../plan/Find.ts"
import * as Placement from "../plan/Placement.ts"
import * as RollBack from "../plan/RollBack.ts"
import * as Scope from "../plan/Scope.ts"
import * as World from "../plan/World.ts"
import * as Marking from "./Marking.ts"
import { timestamp } from "./Reconcile.ts"

export interface Request {
  /** Any accepted spelling. */
  readonly id: string
  readonly schemas: ReadonlyArray<string>
  /** What a human says is true. */
  readonly as: "applied" | "pending"
}

/** One migration in one schema, as it is recorded now. */
export interface Resolved {
  readonly migration_id: string
  readonly schema: string
  readonly status: "applied" | "pending"
}

/**
 * For what only a human can know: writes into ledger and state that a migration is applied, or that it is
 * not, without running anything. Under the same lock as a run.
 */
export const resolve = Effect.fn("Resolution.resolve")(function* (request: Request) {
  const world = yield* World.read([], "up")
  const { migration, schema } = yield* Find.find(world, request.id, request.schemas)
  const schemas = yield* placesOf(world, migration, schema, request)
  return yield* Effect.forEach(schemas, place => Effect.scoped(one(world, migration, place, request.as)))
})

const placesOf = (
  world: World.World,
  migration: Migration,
  spelled: string | undefined,
  request: Request
): Either.Either<ReadonlyArray<string>, RequestInvalid> => {
  if (request.schemas.length > 0) return Scope.names(request.schemas)
  if (spelled !== undefined) return Either.right([spelled])
  const home = Placement.home(migration, world.connections.get(migration.connection))
  if (home !== undefined) return Either.right([home])
  const known = RollBack.appliedSchemas(world, migration)
  return known.length === 1
    ? Either.right(known)
    : Either.left(new RequestInvalid({ problems: [`${canonical(migration)} needs --schema: it is dynamic`] }))
}

const one = Effect.fnUntraced(function* (
  world: World.World,
  migration: Migration,
  schema: string,
  as: Request["as"]
) {
  const actor = yield* CurrentActor
  const now = yield* Clock.currentTimeMillis
  const context = { runId: ulid(now), actor, rehearsal: false }
  const { lockWait } = yield* Settings
  const key = { connection: migration.connection, schema }
  yield* (yield* Lock).acquire(key, { runId: context.runId, actor: actor.name }, lockWait, () => Effect.void)
  const store = yield* (yield* Connections).open(migration.connection)
  if (as === "pending") yield* store.markPending(canonical(migration), schema)
  else yield* Marking.applied(world, store, migration, schema, context)
  yield* (yield* StateStore).record(changes(migration, schema, as, actor, context.runId, now))
  const resolved: Resolved = { migration_id: canonical(migration), schema, status: as }
  return resolved
})

const changes = (
  migration: Migration,
  schema: string,
  as: Request["as"],
  actor: Actor,
  runId: string,
  now: number
): ReadonlyArray<StateChange> => {
  const common = {
    ...Marking.subject(migration, schema),
    run_id: runId,
    actor: actor.name,
    method: actor.method
  }
  const history: StateChange = {
    _tag: "History",
    item: { ...common, event: as === "applied" ? "resolved_applied" : "resolved_pending", at: timestamp(now) }
  }
  return as === "applied"
    ? [{ _tag: "Execution", execution: { ...common, status: "applied", at: now } }, history]
    : [{ _tag: "ExecutionRemoved", migrationId: canonical(migration), schema }, history]
}
