import * as Either from "effect/Either"
import type { PlanProblem } from "../domain/Errors.ts"
import { canonical } from "../domain/Identity.ts"
import { languages } from "../domain/Language.ts"
import type { LedgerEntry } from "../domain/Ledger.ts"
import type { Captured, Change, Migration, Script } from "../domain/Migration.ts"
import type { Direction, Step, Unit } from "../domain/Plan.ts"
import * as Template from "../domain/source/Template.ts"
import * as Checksum from "../domain/sql/Checksum.ts"
import type { Recording } from "./Record.ts"

/** What a step is made from, beside the migration. */
export interface Setting {
  readonly id: string
  readonly schema: string
  readonly direction: Direction
  readonly variables: Readonly<Record<string, string>>
  readonly lockTimeout: number
  readonly statementTimeout: number
  readonly createsSchema: boolean
  /** The ledger's entry, where the step was begun before. */
  readonly entry: LedgerEntry | undefined
  /** Of a program: what it said while it was recorded. */
  readonly recording: Recording | undefined
  readonly position: number
  /** Shown ids of the steps before it. */
  readonly after: ReadonlyArray<string>
}

type Body = Pick<Step, "mode" | "units" | "unwrapped" | "warnings" | "destructive" | "depends_on_data">

/** Renders and takes apart one change: everything that will be sent is known afterwards. */
export const compile = (
  migration: Migration,
  change: Change | Captured,
  setting: Setting
): Either.Either<Step, ReadonlyArray<PlanProblem>> =>
  Either.map(body(migration, change, setting), parts => ({
    position: setting.position,
    id: setting.id,
    migration_id: canonical(migration),
    backend: migration.backend,
    connection: migration.connection,
    version: migration.version,
    name: migration.name,
    schema: setting.schema,
    // Finding it out means reading the script once more, and few ask.
    get table() {
      return migration.table
    },
    direction: setting.direction,
    path: change.path,
    ...parts,
    creates_schema: setting.createsSchema,
    lock_timeout: migration.lockTimeout ?? setting.lockTimeout,
    statement_timeout: migration.statementTimeout ?? setting.statementTimeout,
    requires: setting.direction === "up" ? migration.requires : [],
    checksum: checksum(migration),
    source_hash: Checksum.sourceHash(migration.up.text),
    after: setting.after,
    ...begun(setting)
  }))

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
const begun = ({ entry, direction }: Setting): Pick<Step, "resume_at" | "in_doubt"> =>
  entry?.state === "running" && entry.direction === direction
    ? { resume_at: entry.unitsDone, in_doubt: entry.unitBegun }
    : { resume_at: 0, in_doubt: false }

/** What an applied migration is recognized by; blanks and comments do not count. */
export const checksum = (migration: Migration): Step["checksum"] =>
  Checksum.of(
    migration.up._tag === "Program" ? "text" : kindOf(migration.up),
    migration.up.text,
    languages[migration.backend].dialect
  )

const kindOf = (script: Script): "sql" | "json" => (script.path.endsWith(".json") ? "json" : "sql")

const body = (
  migration: Migration,
  change: Change | Captured,
  setting: Setting
): Either.Either<Body, ReadonlyArray<PlanProblem>> =>
  change._tag === "Program"
    ? Either.right(programBody(setting.recording))
    : scriptBody(migration, change, setting)

const programBody = (recording: Recording | undefined): Body => ({
  mode: "program",
  units: [{ atomic: true, statements: recording?.statements ?? [] }],
  unwrapped: false,
  warnings:
    recording?.dependsOnData === true
      ? ["the statements depend on data that is read when it runs: this may not be all"]
      : [],
  destructive: false,
  depends_on_data: recording?.dependsOnData ?? true
})

const render = (migration: Migration, script: Script | Captured, setting: Setting) =>
  script._tag === "Captured"
    ? Either.right(script.text)
    : Template.render(script.text, {
        schema: setting.schema,
        connection: migration.connection,
        backend: migration.backend,
        version: migration.version,
        variables: setting.variables
      })

const scriptBody = (
  migration: Migration,
  script: Script | Captured,
  setting: Setting
): Either.Either<Body, ReadonlyArray<PlanProblem>> => {
  const rendered = render(migration, script, setting)
  if (Either.isLeft(rendered)) return Either.left(rendered.left.map(located("template", setting, script)))
  const analysis = languages[migration.backend].analyse(rendered.right, migration.transaction)
  if (analysis.problems.length > 0)
    return Either.left(analysis.problems.map(located("script", setting, script)))
  return Either.right({
    mode: analysis.mode,
    units: analysis.units,
    unwrapped: analysis.unwrapped,
    warnings: [...warnings(analysis.units), ...analysis.warnings],
    destructive: analysis.destructive,
    depends_on_data: false
  })
}

const warnings = (units: ReadonlyArray<Unit>): ReadonlyArray<string> =>
  units.some(unit => unit.verify?._tag === "Unknown")
    ? ["has a statement whose outcome cannot be found out after a crash: then `bfm resolve` is asked"]
    : []

const located =
  (kind: PlanProblem["kind"], setting: Setting, script: Script | Captured) =>
  (problem: { readonly line?: number; readonly reason: string }): PlanProblem => ({
    kind,
    id: setting.id,
    path: script.path,
    ...(problem.line === undefined ? {} : { line: problem.line }),
    reason: problem.reason
  })
