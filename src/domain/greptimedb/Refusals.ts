import * as Pattern from "../sql/Pattern.ts"
import * as RuleTable from "../sql/RuleTable.ts"

/** Why a statement can never run; nothing is said of what runs. */
interface Refusal {
  readonly pattern: Pattern.Pattern
  readonly reason?: string
}

const refused = (pattern: string, reason: string): Refusal => ({ pattern: Pattern.make(pattern), reason })
const runs = (pattern: string): Refusal => ({ pattern: Pattern.make(pattern) })

const noIndex =
  "GreptimeDB has no CREATE INDEX and DROP INDEX: say it of the column, ALTER TABLE … MODIFY COLUMN … SET INVERTED INDEX"
const table = "CREATE TABLE [IF NOT EXISTS] <table>"
const alter = "ALTER TABLE <table>"

/** The first that matches counts. */
export const statements: RuleTable.RuleTable<Refusal> = RuleTable.make([
  refused("\\", "psql commands are not SQL and the server does not know them: take it out"),
  refused("UPDATE", "GreptimeDB has no UPDATE: INSERT with the same primary key and time replaces a row"),
  refused("MERGE|LOCK|GRANT|REVOKE|CALL|DO", "GreptimeDB does not know this statement: take it out"),
  refused("CREATE [UNIQUE] INDEX", noIndex),
  refused("DROP INDEX", noIndex),
  refused(
    "CREATE FUNCTION|PROCEDURE|TYPE|SEQUENCE|ROLE|USER|EXTENSION",
    "GreptimeDB has nothing of this kind"
  ),
  refused("INSERT IGNORE", "GreptimeDB reads IGNORE as the name of a table: take it out"),
  refused(
    "USE",
    "USE reaches no other statement, each is sent by itself: name the database (db.table), or declare it (-- bfm-schema)"
  ),
  refused(`${alter} RENAME TO <name>`, "GreptimeDB renames a table without TO: ALTER TABLE a RENAME b"),
  refused(
    `${alter} RENAME COLUMN`,
    "GreptimeDB renames no columns: add the new one, copy with INSERT … SELECT, drop the old one"
  ),
  refused(
    `${alter} ALTER|CHANGE`,
    "GreptimeDB changes a column with MODIFY COLUMN: ALTER TABLE t MODIFY COLUMN c BIGINT"
  ),
  refused(
    `${alter} MODIFY COLUMN <column> (...) NOT NULL`,
    "GreptimeDB cannot make a column NOT NULL afterwards"
  ),
  refused(
    `${alter} DROP COLUMN IF EXISTS`,
    "GreptimeDB has no DROP COLUMN IF EXISTS; BfM does not run it twice: leave IF EXISTS out"
  ),
  refused(`${alter} ADD CONSTRAINT|UNIQUE|FOREIGN`, "GreptimeDB has no constraints: take it out"),
  refused("DROP TABLE|VIEW|FLOW|DATABASE|SCHEMA (...) CASCADE", "GreptimeDB has no CASCADE: take it out"),
  runs(`${table} LIKE`),
  runs(`${table} ( (...) TIME INDEX`),
  refused(
    table,
    "a table of GreptimeDB needs one TIMESTAMP column with TIME INDEX: ts TIMESTAMP(3) TIME INDEX"
  )
])

/** What stands between the parentheses of CREATE TABLE and is no column. The first that matches counts. */
export const parts: RuleTable.RuleTable<Refusal> = RuleTable.make([
  runs("PRIMARY KEY"),
  runs("TIME INDEX"),
  refused(
    "CONSTRAINT|FOREIGN|UNIQUE|CHECK",
    "GreptimeDB has no constraints: take it out; a row is known by its primary key and its time"
  ),
  refused("INDEX|KEY <name> (", "GreptimeDB's indexes stand behind their column: host STRING INVERTED INDEX")
])

/** What may stand behind a column nowhere in GreptimeDB. */
export const autoIncrement: Pattern.Pattern = Pattern.make("<column> (...) AUTO_INCREMENT|SERIAL|BIGSERIAL")
export const autoIncrementReason = "GreptimeDB counts nothing up by itself: take AUTO_INCREMENT out"
