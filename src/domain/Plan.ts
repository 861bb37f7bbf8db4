import * as Schema from "effect/Schema"
import { Backend } from "./Backend.ts"
import { requirementKinds } from "./Dependency.ts"
import { Verify } from "./Verify.ts"

export const Direction = Schema.Literal("up", "down")
export type Direction = typeof Direction.Type

/** One statement exactly as it will be sent, and where it stands in its source. */
export const Statement = Schema.Struct({
  text: Schema.String,
  /** 1-based line and column of its first character in the source file. */
  line: Schema.Int,
  column: Schema.Int,
  /** What it would change now, key by key, where the store can tell; null means that there is no such key. */
  effects: Schema.optional(
    Schema.Array(
      Schema.Struct({
        key: Schema.String,
        before: Schema.NullOr(Schema.String),
        after: Schema.NullOr(Schema.String)
      })
    )
  )
})
export type Statement = typeof Statement.Type

/**
 * Statements that are sent and recorded together. `atomic`: in one transaction with the mark that they are
 * done, so that no doubt can remain. Otherwise the one statement stands outside a transaction and, after a
 * crash, the store's catalog is asked: `verify` says how.
 */
export const Unit = Schema.Struct({
  atomic: Schema.Boolean,
  statements: Schema.Array(Statement),
  verify: Schema.optional(Verify)
})
export type Unit = typeof Unit.Type

export const Checksum = Schema.Struct({
  /** Version of the algorithm: a stored checksum is compared only with one of the same version. */
  algorithm: Schema.Int,
  /** SHA-256, hexadecimal. */
  value: Schema.String
})
export type Checksum = typeof Checksum.Type

/** One migration in one schema, in one direction, with its exact statements. */
export const Step = Schema.Struct({
  /** 1-based position in the plan. */
  position: Schema.Int,
  /** Id as shown: canonical, with the schema in front where it ran outside its home schema. */
  id: Schema.String,
  /** Canonical id: the key in catalog, ledger and state. */
  migration_id: Schema.String,
  backend: Backend,
  connection: Schema.String,
  version: Schema.String,
  name: Schema.String,
  /** Effective schema; empty means the connection's own default. */
  schema: Schema.String,
  table: Schema.optional(Schema.String),
  direction: Direction,
  /** The file, as messages show it. */
  path: Schema.String,
  /**
   * `transaction`: one unit, committed with its ledger row. `journal`: units outside a common transaction,
   * each recorded. `program`: an Effect in one transaction, its statements as recorded while planning.
   */
  mode: Schema.Literal("transaction", "journal", "program"),
  units: Schema.Array(Unit),
  /** True for a program whose statements depend on stored data: what is shown may not be all. */
  depends_on_data: Schema.Boolean,
  /** True when a BEGIN … COMMIT around the whole file was taken off. */
  unwrapped: Schema.Boolean,
  /** True when the step creates its schema first. */
  creates_schema: Schema.Boolean,
  /** Milliseconds; 0 means that no lock of the store is waited for with a limit. */
  lock_timeout: Schema.Int,
  /** Milliseconds; 0 means no limit. */
  statement_timeout: Schema.Int,
  /** Shown ids of the steps of this plan that must have succeeded before. */
  after: Schema.Array(Schema.String),
  requires: Schema.Array(
    Schema.Struct({
      kind: Schema.Literal(...requirementKinds),
      name: Schema.String
    })
  ),
  warnings: Schema.Array(Schema.String),
  /** True when something would be lost that running the other direction does not bring back. */
  destructive: Schema.Boolean,
  /** Over the tokens of the source of the *up* change. */
  checksum: Checksum,
  /** SHA-256 of the source file of the up change, byte for byte. */
  source_hash: Schema.String,
  /** Number of units that the journal says are done: the step continues after them. */
  resume_at: Schema.Int,
  /** True when the journal says that the unit at `resume_at` was begun and not finished. */
  in_doubt: Schema.Boolean
})
export type Step = typeof Step.Type

/** A migration that was selected but has nothing to do, or cannot be run now. */
export const NotPlanned = Schema.Struct({
  id: Schema.String,
  migration_id: Schema.String,
  connection: Schema.String,
  schema: Schema.String,
  version: Schema.String,
  name: Schema.String,
  table: Schema.optional(Schema.String),
  reason: Schema.String
})
export type NotPlanned = typeof NotPlanned.Type

/** The ordered, fully rendered list of what would run now. Data: it can be shown, stored, hashed, compared. */
export const Plan = Schema.Struct({
  /** First 8 hexadecimal digits of the SHA-256 over the steps; the same steps have the same hash. */
  hash: Schema.String,
  direction: Direction,
  steps: Schema.Array(Step),
  /** Selected and already applied (rolling back: not applied). */
  skipped: Schema.Array(NotPlanned),
  /** Selected, but a request must name their schema first. */
  waiting: Schema.Array(NotPlanned),
  /** Of a plan that is kept with its run and was too large for that: what is missing of it. */
  left_out: Schema.optional(Schema.String)
})
export type Plan = typeof Plan.Type
