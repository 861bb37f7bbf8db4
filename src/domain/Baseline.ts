import * as Schema from "effect/Schema"
import { Failure } from "./Run.ts"
import * as Takeover from "./Takeover.ts"

/** One object of a database, as its catalog tells it; the same objects tell the same. */
export interface SchemaObject {
  /** `table`, `column`, `index`, … */
  readonly kind: string
  /** With its schema: `public.users.email`. */
  readonly name: string
  readonly definition: string
  /** The table that it belongs to, without its schema; empty where it belongs to none. */
  readonly table: string
}

/** An object that is not the same in the live database and in the one that was rebuilt from the migrations. */
export const Difference = Schema.Struct({
  kind: Schema.String,
  name: Schema.String,
  /** `missing`: only the migrations make it. `extra`: only the live database has it. */
  found: Schema.Literal("missing", "extra", "different"),
  rebuilt: Schema.optional(Schema.String),
  live: Schema.optional(Schema.String)
})
export type Difference = typeof Difference.Type

/** What taking an existing database for migrated came to, or would come to. */
export const BaselineReport = Schema.Struct({
  connection: Schema.String,
  /** Where the migrations were rebuilt, for people; empty when there was nothing to do. */
  scratch: Schema.String,
  /** How many migrations were run there. */
  rebuilt: Schema.Int,
  /** They make exactly what the live database has. */
  agrees: Schema.Boolean,
  differences: Schema.Array(Difference),
  /** The migration that could not be run there. */
  failure: Schema.optional(Failure),
  /** Migrations that need a schema: they are left out. */
  waiting: Schema.Array(Schema.String),
  /** False for a dry run, when it does not agree, and when there was nothing to do. */
  done: Schema.Boolean,
  /** It was accepted although it does not agree. */
  trusted: Schema.Boolean,
  /** What is marked as applied, or would be. */
  entries: Schema.Array(Takeover.Entry),
  /** How many the ledger has already. */
  known: Schema.Int,
  run_id: Schema.String
})
export type BaselineReport = typeof BaselineReport.Type

/** Tables in which tools write what they did: no migration makes them. */
const ledgers: ReadonlySet<string> = new Set([
  "schema_migrations",
  "goose_db_version",
  "flyway_schema_history",
  "pgmigrations",
  "databasechangelog",
  "databasechangeloglock",
  "bfm_migrations",
  "migrations_list",
  "migrations_history",
  "migrations_executions",
  "migrations_dependencies"
])

/** BfM's own tables of the state, where it shares the database. */
const ours = /^bfm_(executions|history|runs|run_events|skips|locks|workers|schema_version|cluster_.*)$/

const counts = ({ table, name }: SchemaObject): boolean => {
  const of = table === "" ? name.slice(name.lastIndexOf(".") + 1) : table
  return !ledgers.has(of) && !ours.test(of)
}

/** What is not the same; the order is that of kinds and names. */
export const compare = (
  live: ReadonlyArray<SchemaObject>,
  rebuilt: ReadonlyArray<SchemaObject>
): ReadonlyArray<Difference> => {
  const key = ({ kind, name }: SchemaObject) => `${kind} ${name}`
  const there = new Map(live.filter(counts).map(object => [key(object), object]))
  const made = new Map(rebuilt.filter(counts).map(object => [key(object), object]))
  const found: Array<Difference> = []
  for (const [id, { kind, name, definition }] of made) {
    const other = there.get(id)
    if (other === undefined) found.push({ kind, name, found: "missing", rebuilt: definition })
    else if (other.definition !== definition) {
      found.push({ kind, name, found: "different", rebuilt: definition, live: other.definition })
    }
  }
  for (const [id, { kind, name, definition }] of there) {
    if (!made.has(id)) found.push({ kind, name, found: "extra", live: definition })
  }
  return found.sort((a, b) => (`${a.name} ${a.kind}` < `${b.name} ${b.kind}` ? -1 : 1))
}
