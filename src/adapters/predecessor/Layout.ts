import type { Generation } from "../../domain/predecessor/OldState.ts"
import { identifier } from "../postgresql/Quote.ts"

/** Which columns the tables of the Go BfM have in a schema; tables that are not there are absent. */
export type Columns = ReadonlyMap<string, ReadonlySet<string>>

/** What reads them: every question has the columns of the rows in `OldState`. */
export interface Layout {
  readonly generations: ReadonlyArray<Generation>
  readonly listed: ReadonlyArray<Question>
  readonly executed: ReadonlyArray<Question>
  readonly happened: ReadonlyArray<Question>
}

export interface Question {
  readonly generation: Generation
  readonly text: string
}

export const tables = ["bfm_migrations", "migrations_list", "migrations_history", "migrations_executions"]

/** Asks PostgreSQL for {@link Columns}; `$1` is the schema, `$2` the tables. */
export const columnsQuestion = `select c.relname as "table", a.attname as "column"
from pg_catalog.pg_attribute a
join pg_catalog.pg_class c on c.oid = a.attrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname = $1 and c.relname = any($2::text[]) and c.relkind in ('r', 'p', 'v')
  and a.attnum > 0 and not a.attisdropped`

/** Recognizes the generations by their columns; the one without releases may stand beside a later one. */
export const of = (schema: string, columns: Columns): Layout => {
  const has = (table: string, column: string): boolean => columns.get(table)?.has(column) === true
  const from = (table: string): string => `from ${identifier(schema)}.${table}`
  const ofTable = (table: string): string => (has(table, "table_name") ? "coalesce(table_name, '')" : "''")
  const common = (table: string, status: string): string =>
    `migration_id as id, coalesce(schema, '') as schema, ${ofTable(table)} as "table", version, connection, backend, ${status} as status`
  const first: ReadonlyArray<Question> = has("bfm_migrations", "migration_id")
    ? [
        {
          generation: "pre-release",
          text: `select ${common("bfm_migrations", "status")}, ${epoch("coalesce(applied_at, created_at)")} as at,
  id as sequence, '' as actor, '' as method ${from("bfm_migrations")}`
        }
      ]
    : []
  const generation = listOf(has)
  if (generation === undefined) {
    return {
      generations: first.map(question => question.generation),
      listed: [],
      executed: [],
      happened: first
    }
  }
  const [status, at] = generation === "v0.1" ? ["last_status", "last_applied_at"] : ["status", "updated_at"]
  return {
    generations: [...first.map(question => question.generation), generation],
    listed: [
      {
        generation,
        text: `select ${common("migrations_list", status)}, ${epoch(at)} as at ${from("migrations_list")}`
      }
    ],
    executed: has("migrations_executions", "applied")
      ? [
          {
            generation,
            text: `select ${common("migrations_executions", "status")}, applied, ${epoch("applied_at")} as at ${from("migrations_executions")}`
          }
        ]
      : [],
    happened: has("migrations_history", "migration_id")
      ? [
          ...first,
          {
            generation,
            text: `select ${common("migrations_history", "status")}, ${epoch("coalesce(applied_at, created_at)")} as at,
  id as sequence, coalesce(executed_by, '') as actor, coalesce(execution_method, '') as method ${from("migrations_history")}`
          }
        ]
      : first
  }
}

const listOf = (has: (table: string, column: string) => boolean): Generation | undefined => {
  if (has("migrations_list", "last_status")) return "v0.1"
  return has("migrations_list", "status") ? "v0.2" : undefined
}

/** Milliseconds; a time without a zone counts as UTC here, whatever the session's zone is. */
const epoch = (column: string): string => `(extract(epoch from ${column}) * 1000)::float8`
