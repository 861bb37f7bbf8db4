import * as Either from "effect/Either"
import { capabilities } from "../../domain/Backend.ts"
import { canonical } from "../../domain/Identity.ts"
import { languages } from "../../domain/Language.ts"
import type { Mark } from "../../domain/Ledger.ts"
import type { Captured, Change, Migration, Script } from "../../domain/Migration.ts"
import type { Direction, Step } from "../../domain/Plan.ts"
import * as Template from "../../domain/source/Template.ts"
import * as Checksum from "../../domain/sql/Checksum.ts"
import * as Body from "./Body.ts"
import type { Common, Setting } from "./Setting.ts"

/** What the steps of one change have in common in every schema. */
type Shared = Omit<
  Step,
  "position" | "id" | "schema" | "table" | "creates_schema" | "after" | "resume_at" | "in_doubt"
>

/**
 * Renders and takes apart changes: everything that will be sent is known afterwards. What reads the same in
 * every schema is looked into once, and its steps share what they are made of.
 */
export const make = (common: Common) => {
  const known = new Map<Change | Captured, Map<string, Either.Either<Shared, Body.Problems>>>()
  const texts = new Map<Change | Captured, boolean>()
  /** By what the outcome differs from schema to schema. */
  const variant = (change: Change | Captured, setting: Setting): string | undefined => {
    // What a program says can be different each time.
    if (change._tag === "Program") return undefined
    if (change._tag === "Captured") return ""
    let depends = texts.get(change)
    if (depends === undefined) {
      depends = Template.dependsOnSchema(change.text)
      texts.set(change, depends)
    }
    return depends ? setting.schema : ""
  }
  const shared = (migration: Migration, change: Change | Captured, setting: Setting) => {
    const key = variant(change, setting)
    if (key === undefined) return prepare(common, migration, change, setting)
    const variants = known.get(change) ?? new Map<string, Either.Either<Shared, Body.Problems>>()
    known.set(change, variants)
    const found = variants.get(key) ?? prepare(common, migration, change, setting)
    variants.set(key, found)
    return found
  }
  const met = new Set<Migration>()
  return (
    migration: Migration,
    change: Change | Captured,
    setting: Setting
  ): Either.Either<Step, Body.Problems> => {
    const parts = shared(migration, change, setting)
    if (Either.isLeft(parts)) return Either.left(parts.left)
    const step = stepOf(parts.right, setting)
    return Either.right(withTable(step, migration, met.size < met.add(migration).size))
  }
}

/** Written out: there may be hundreds of thousands of steps, and a spread takes ten times as long. */
const stepOf = (parts: Shared, setting: Setting): Step => {
  const begun = setting.entry === undefined ? fromTheStart : begunBefore(parts.direction, setting.entry)
  return {
    position: setting.position,
    id: setting.id,
    migration_id: parts.migration_id,
    backend: parts.backend,
    connection: parts.connection,
    version: parts.version,
    name: parts.name,
    schema: setting.schema,
    direction: parts.direction,
    path: parts.path,
    mode: parts.mode,
    units: parts.units,
    depends_on_data: parts.depends_on_data,
    unwrapped: parts.unwrapped,
    creates_schema: setting.createsSchema,
    lock_timeout: parts.lock_timeout,
    statement_timeout: parts.statement_timeout,
    after: setting.after,
    requires: parts.requires,
    warnings: parts.warnings,
    destructive: parts.destructive,
    checksum: parts.checksum,
    source_hash: parts.source_hash,
    resume_at: begun.resume_at,
    in_doubt: begun.in_doubt
  }
}

/**
 * Finding a table out means reading the script once more, and few ask: a migration in one schema is not asked.
 * In many schemas a question each would cost more than the answer.
 */
export const withTable = <A extends { readonly table?: string | undefined }>(
  item: A,
  migration: Migration,
  first: boolean
): A => {
  if (first) {
    return Object.defineProperty(item, "table", {
      get: () => migration.table,
      enumerable: true,
      configurable: true
    })
  }
  const { table } = migration
  return table === undefined ? item : Object.assign(item, { table })
}

const prepare = (
  common: Common,
  migration: Migration,
  change: Change | Captured,
  setting: Setting
): Either.Either<Shared, Body.Problems> =>
  Either.map(Body.of(common, migration, change, setting), parts => ({
    migration_id: canonical(migration),
    backend: migration.backend,
    connection: migration.connection,
    version: migration.version,
    name: migration.name,
    direction: common.direction,
    path: change.path,
    ...parts,
    lock_timeout: waitsForLocks(parts.mode, migration.backend)
      ? (migration.lockTimeout ?? common.lockTimeout)
      : 0,
    statement_timeout: migration.statementTimeout ?? common.statementTimeout,
    requires: common.direction === "up" ? migration.requires : [],
    checksum: checksum(migration),
    source_hash: Checksum.sourceHash(migration.up.text)
  }))

/** Statements outside a transaction hold nothing while they wait, and `CREATE INDEX CONCURRENTLY` has to. */
const waitsForLocks = (mode: Step["mode"], backend: Step["backend"]): boolean =>
  mode !== "journal" && capabilities[backend].lockTimeout

/** What is known of a change whose script is not looked into: for what was applied without us. */
export const bare = (migration: Migration, schema: string): Step => ({
  position: 1,
  id: canonical(migration),
  migration_id: canonical(migration),
  backend: migration.backend,
  connection: migration.connection,
  version: migration.version,
  name: migration.name,
  schema,
  direction: "up",
  path: migration.up.path,
  mode: "transaction",
  units: [],
  unwrapped: false,
  warnings: [],
  destructive: false,
  depends_on_data: false,
  creates_schema: false,
  lock_timeout: 0,
  statement_timeout: 0,
  requires: [],
  checksum: checksum(migration),
  source_hash: Checksum.sourceHash(migration.up.text),
  after: [],
  resume_at: 0,
  in_doubt: false
})

/** Where the journal says that this very change was left; one that was finished, or the other way, is no beginning. */
const begunBefore = (direction: Direction, entry: Mark): Begun =>
  entry.state === "running" && entry.direction === direction
    ? { resume_at: entry.unitsDone, in_doubt: entry.unitBegun }
    : fromTheStart

type Begun = Pick<Step, "resume_at" | "in_doubt">

const fromTheStart: Begun = { resume_at: 0, in_doubt: false }

/** What an applied migration is recognized by; blanks and comments do not count. */
export const checksum = (migration: Migration): Step["checksum"] =>
  Checksum.of(
    migration.up._tag === "Program" ? "text" : kindOf(migration.up),
    migration.up.text,
    languages[migration.backend].dialect
  )

const kindOf = (script: Script): "sql" | "json" => (script.path.endsWith(".json") ? "json" : "sql")
