import type { Belonging } from "./Belongings.ts"
import { destroys, fine, type Hazard, mind } from "./Hazards.ts"
import * as Pattern from "./Pattern.ts"
import * as RuleTable from "./RuleTable.ts"

/** How a statement is run when it stands outside of a common transaction, and what is known after a crash. */
type Verify = "Repeatable" | "Unknown" | "IndexBuilt" | "IndexDropped"

interface Refusal {
  readonly pattern: Pattern.Pattern
  readonly reason: string
}

interface Standing {
  readonly pattern: Pattern.Pattern
  /** Absent: it does run in a transaction, other than what follows it in the table. */
  readonly verify?: Verify
  /** What PostgreSQL refuses inside of a transaction; it may stand there when absent. */
  readonly refused?: string
}

/** What no script can have. */
export const refusals: RuleTable.RuleTable<Refusal> = RuleTable.make([
  {
    pattern: Pattern.make("\\"),
    reason: "psql commands are not SQL and the server does not know them: take it out"
  },
  {
    pattern: Pattern.make(
      "SET [SESSION|LOCAL] STANDARD_CONFORMING_STRINGS TO|= OFF|FALSE|0|'off'|'false'|'0'"
    ),
    reason: "standard_conforming_strings has to stay on: write strings with backslashes as E'…'"
  },
  {
    pattern: Pattern.make("COPY ... FROM STDIN"),
    reason:
      "COPY … FROM stdin waits for data that nobody sends: use INSERT, or COPY from a file on the server"
  }
])

/** Statements that change the session for those that follow. */
export const settings: RuleTable.RuleTable<{ readonly pattern: Pattern.Pattern }> = RuleTable.make([
  { pattern: Pattern.make("SET") }
])

const refused = (pattern: string, verify: Verify, name: string): Standing => ({
  pattern: Pattern.make(pattern),
  verify,
  refused: name
})
const alone = (pattern: string, verify: Verify): Standing => ({ pattern: Pattern.make(pattern), verify })
const usual = (pattern: string): Standing => ({ pattern: Pattern.make(pattern) })

const off = "[=] FALSE|OFF|0|'false'|'off'"

/** Statements that are not simply part of a transaction. The first that matches counts. */
export const standings: RuleTable.RuleTable<Standing> = RuleTable.make([
  refused(
    "CREATE [UNIQUE] INDEX CONCURRENTLY [[IF NOT EXISTS] <index> ON [ONLY] <table>]",
    "IndexBuilt",
    "CREATE INDEX CONCURRENTLY"
  ),
  refused("DROP INDEX CONCURRENTLY [[IF EXISTS] <index,>]", "IndexDropped", "DROP INDEX CONCURRENTLY"),
  refused(
    "REINDEX [()] INDEX|TABLE|SCHEMA|DATABASE|SYSTEM CONCURRENTLY",
    "Repeatable",
    "REINDEX CONCURRENTLY"
  ),
  refused("REINDEX ( (...) CONCURRENTLY", "Repeatable", "REINDEX CONCURRENTLY"),
  refused("REINDEX [()] SCHEMA", "Repeatable", "REINDEX SCHEMA"),
  refused("REINDEX [()] DATABASE", "Repeatable", "REINDEX DATABASE"),
  refused("REINDEX [()] SYSTEM", "Repeatable", "REINDEX SYSTEM"),
  alone("REINDEX", "Repeatable"),
  refused("VACUUM", "Repeatable", "VACUUM"),
  alone("ANALYZE|ANALYSE", "Repeatable"),
  alone("REFRESH MATERIALIZED VIEW CONCURRENTLY", "Repeatable"),
  refused("ALTER SYSTEM", "Repeatable", "ALTER SYSTEM"),
  refused("CLUSTER [VERBOSE] [()] $", "Repeatable", "CLUSTER without a table"),
  alone("CLUSTER", "Repeatable"),
  refused("DISCARD ALL", "Repeatable", "DISCARD ALL"),
  alone("DISCARD", "Repeatable"),
  refused("CREATE DATABASE", "Unknown", "CREATE DATABASE"),
  refused("ALTER DATABASE <database> SET TABLESPACE", "Unknown", "ALTER DATABASE … SET TABLESPACE"),
  refused("DROP DATABASE IF EXISTS", "Repeatable", "DROP DATABASE"),
  refused("DROP DATABASE", "Unknown", "DROP DATABASE"),
  refused("CREATE TABLESPACE", "Unknown", "CREATE TABLESPACE"),
  refused("DROP TABLESPACE IF EXISTS", "Repeatable", "DROP TABLESPACE"),
  refused("DROP TABLESPACE", "Unknown", "DROP TABLESPACE"),
  refused(
    "ALTER TABLE [IF EXISTS] [ONLY] <table> [*] DETACH PARTITION <partition> CONCURRENTLY",
    "Unknown",
    "ALTER TABLE … DETACH PARTITION … CONCURRENTLY"
  ),
  usual(`CREATE SUBSCRIPTION (...) CREATE_SLOT|CONNECT ${off}`),
  refused("CREATE SUBSCRIPTION", "Unknown", "CREATE SUBSCRIPTION"),
  refused("DROP SUBSCRIPTION IF EXISTS", "Repeatable", "DROP SUBSCRIPTION"),
  refused("DROP SUBSCRIPTION", "Unknown", "DROP SUBSCRIPTION"),
  refused("ALTER SUBSCRIPTION <name> REFRESH", "Repeatable", "ALTER SUBSCRIPTION … REFRESH PUBLICATION"),
  usual(`ALTER SUBSCRIPTION <name> SET|ADD|DROP PUBLICATION (...) REFRESH ${off}`),
  refused(
    "ALTER SUBSCRIPTION <name> SET|ADD|DROP PUBLICATION",
    "Unknown",
    "ALTER SUBSCRIPTION … PUBLICATION with refresh"
  ),
  // Both may commit inside.
  alone("CALL|DO", "Unknown")
])

const table = "[GLOBAL|LOCAL] [TEMP|TEMPORARY|UNLOGGED|FOREIGN] TABLE"

const alter = "ALTER TABLE|VIEW|FOREIGN|MATERIALIZED* [IF EXISTS] [ONLY] <table>"

/** Statements that tell which tables nobody else uses yet. */
export const belongings: RuleTable.RuleTable<Belonging> = RuleTable.make([
  { pattern: Pattern.make(`CREATE ${table} IF NOT EXISTS <table>`), fate: "perhaps" },
  { pattern: Pattern.make(`CREATE ${table} <table>`), fate: "made" },
  { pattern: Pattern.make("CREATE MATERIALIZED VIEW [IF NOT EXISTS] <table>"), fate: "perhaps" },
  { pattern: Pattern.make(`${alter} RENAME TO <name>`), fate: "renamed" },
  { pattern: Pattern.make(`${alter} SET SCHEMA`), fate: "gone" },
  { pattern: Pattern.make("DROP TABLE|VIEW|FOREIGN|MATERIALIZED* [IF EXISTS] <table,>"), fate: "gone" },
  { pattern: Pattern.make("SET [SESSION|LOCAL] SEARCH_PATH|SCHEMA|ROLE|AUTHORIZATION"), fate: "others" },
  { pattern: Pattern.make("RESET SEARCH_PATH|ROLE|ALL|SESSION"), fate: "others" },
  { pattern: Pattern.make("DISCARD ALL"), fate: "others" },
  { pattern: Pattern.make("SELECT [PG_CATALOG .] SET_CONFIG"), fate: "others" }
])

/** Statements that tell which table a script is about. */
export const firstTables = RuleTable.make([
  { pattern: Pattern.make(`CREATE ${table} [IF NOT EXISTS] <table>`) },
  { pattern: Pattern.make("ALTER TABLE ALL IN TABLESPACE") },
  { pattern: Pattern.make("ALTER [FOREIGN] TABLE [IF EXISTS] [ONLY] <table>") }
])

const exclusive = "takes ACCESS EXCLUSIVE on {table} (short)"

const vacuumFull = "VACUUM FULL rewrites {table} under ACCESS EXCLUSIVE"

/** What a person wants to know before a statement runs. The first that matches counts. */
export const hazards: RuleTable.RuleTable<Hazard> = RuleTable.make([
  fine("CREATE [UNIQUE] INDEX CONCURRENTLY"),
  mind(
    "CREATE [UNIQUE] INDEX [[IF NOT EXISTS] <index>] ON [ONLY] <table>",
    "CREATE INDEX without CONCURRENTLY blocks writes to {table} while it builds"
  ),
  mind(
    "CREATE [OR REPLACE] [CONSTRAINT] TRIGGER <trigger> ... ON <table>",
    "CREATE TRIGGER takes SHARE ROW EXCLUSIVE on {table} (short)"
  ),
  mind("CREATE [OR REPLACE] RULE <rule> ... TO <table>", exclusive),
  mind("CREATE|ALTER|DROP POLICY [IF EXISTS] <policy> ON <table>", exclusive),
  mind(`CREATE ${table} [IF NOT EXISTS] <child> PARTITION OF <table>`, exclusive),
  fine("DROP INDEX CONCURRENTLY"),
  mind(
    "DROP INDEX [IF EXISTS] <index,>",
    "DROP INDEX takes ACCESS EXCLUSIVE on the table of {index} (short)"
  ),
  mind("DROP TRIGGER|RULE [IF EXISTS] <name> ON <table>", exclusive),
  destroys("DROP [FOREIGN] TABLE [IF EXISTS] <table,>", "DROP TABLE loses {table} and its rows"),
  destroys("DROP SCHEMA [IF EXISTS] <schema,>", "DROP SCHEMA loses {schema}"),
  destroys("DROP DATABASE [IF EXISTS] <database>", "DROP DATABASE loses {database}"),
  destroys("DROP OWNED", "DROP OWNED loses everything that the role owns"),
  destroys(
    "DROP TYPE|DOMAIN|EXTENSION [IF EXISTS] <name,> CASCADE",
    "DROP … CASCADE loses the columns that use {name}"
  ),
  destroys("TRUNCATE [TABLE] [ONLY] <table,>", "TRUNCATE loses the rows of {table}"),
  fine("DELETE FROM [ONLY] <table> ... WHERE"),
  destroys("DELETE FROM [ONLY] <table>", "DELETE without WHERE loses the rows of {table}"),
  fine("UPDATE [ONLY] <table> ... WHERE"),
  destroys("UPDATE [ONLY] <table>", "UPDATE without WHERE overwrites every row of {table}"),
  mind("LOCK [TABLE] [ONLY] <table,>", "LOCK TABLE holds {table} until the step ends"),
  fine("REINDEX (...) CONCURRENTLY"),
  mind("REINDEX [()] TABLE <table>", "REINDEX without CONCURRENTLY blocks writes to {table} while it builds"),
  mind("REINDEX [()] INDEX <index>", "REINDEX without CONCURRENTLY blocks writes to the table of {index}"),
  mind("CLUSTER [VERBOSE] [()] <table>", "CLUSTER rewrites {table} under ACCESS EXCLUSIVE"),
  mind("VACUUM FULL FREEZE|VERBOSE|ANALYZE* <table,>", vacuumFull),
  mind("VACUUM ( (...) FULL (...) ) <table,>", vacuumFull),
  fine("REFRESH MATERIALIZED VIEW CONCURRENTLY"),
  mind(
    "REFRESH MATERIALIZED VIEW <table>",
    "REFRESH without CONCURRENTLY blocks reads of {table} while it runs"
  )
])
