import * as Effect from "effect/Effect"
import { canonical } from "../../domain/Identity.ts"
import type { Migration } from "../../domain/Migration.ts"
import type { Step } from "../../domain/Plan.ts"
import type { RunContext, Store } from "../../ports/Connections.ts"
import * as Compile from "../plan/Compile.ts"
import * as Draft from "../plan/Draft.ts"
import * as World from "../plan/World.ts"

/** A migration in a schema, as ledger and state name it. */
export const subject = (migration: Migration, schema: string) => ({
  migration_id: canonical(migration),
  schema,
  version: migration.version,
  name: migration.name,
  connection: migration.connection,
  backend: migration.backend
})

/**
 * Writes into the ledger that a migration is applied, without running anything: somebody else applied it.
 * A script that could not be planned any more can have been applied all the same.
 */
export const applied = Effect.fn("Marking.applied")(function* (
  world: World.World,
  store: Store,
  migration: Migration,
  schema: string,
  context: RunContext,
  /** Milliseconds since the epoch: when it was applied, where that is known. */
  at?: number
) {
  const node = { migration, schema, rank: 0 }
  const { steps } = yield* Draft.make(world, World.lookup(world), [node], new Map(), "up", {})
  const step: Step = steps[0] ?? Compile.bare(migration, schema)
  yield* store.markApplied({ step, migration }, context, at)
})
