import type { Belonging } from "../sql/Belongings.ts"
import { destroys, fine, type Hazard, mind, type Rules } from "../sql/Hazards.ts"
import * as Pattern from "../sql/Pattern.ts"
import * as RuleTable from "../sql/RuleTable.ts"

const list =
  "DROP TABLE IF EXISTS {first}, {table} can leave some in place and succeed, where one is missing: write one DROP for each; their rows are lost"
const overwrites = "is read and not obeyed: rows of {table} that are there are overwritten"

/** What a person wants to know before a statement runs. The first that matches counts. */
const statements: RuleTable.RuleTable<Hazard> = RuleTable.make([
  destroys("DROP TABLE IF EXISTS <first> , <table,>", list),
  destroys(
    "DROP TABLE [IF EXISTS] <table,>",
    "DROP TABLE loses {table} and its rows: a down cannot restore them"
  ),
  destroys(
    "DROP DATABASE|SCHEMA [IF EXISTS] <database>",
    "DROP DATABASE loses {database} and every table in it: a down cannot restore them"
  ),
  destroys("TRUNCATE [TABLE] <table>", "TRUNCATE loses the rows of {table}: a down cannot restore them"),
  fine("DELETE FROM <table> ... WHERE"),
  destroys("DELETE FROM <table>", "DELETE without WHERE loses the rows of {table}"),
  mind("INSERT|REPLACE INTO <table> (...) ON CONFLICT", `ON CONFLICT ${overwrites}`),
  mind("INSERT|REPLACE INTO <table> (...) ON DUPLICATE", `ON DUPLICATE KEY UPDATE ${overwrites}`),
  mind("SET", "SET reaches no other statement: each is sent by itself"),
  destroys(
    "ALTER DATABASE <database> SET 'ttl'",
    "a shorter ttl of {database} removes rows for good: a down cannot restore them"
  )
])

/** The actions that stand with commas between in ALTER TABLE. */
const actions: RuleTable.RuleTable<Hazard> = RuleTable.make([
  mind(
    "ADD [COLUMN] [IF NOT EXISTS] <column> ... PRIMARY KEY",
    "ADD COLUMN {column} PRIMARY KEY cannot be taken back: a tag leaves {table} only when the table is built anew"
  ),
  destroys("DROP COLUMN <column>", "DROP COLUMN loses {column} of {table}: a down cannot restore it"),
  fine("MODIFY COLUMN <column> SET|UNSET|DROP"),
  mind(
    "MODIFY COLUMN <column>",
    "a new type of {column}: values that do not fit read as NULL, and a down brings back only what was there before"
  ),
  destroys("SET (...) 'ttl'", "a shorter ttl of {table} removes rows for good: a down cannot restore them"),
  mind("SET (...) 'append_mode'", "append_mode of {table} cannot be turned off again")
])

export const rules: Rules = {
  statements,
  actions,
  opening: Pattern.make("ALTER TABLE <table>"),
  belongings: RuleTable.make<Belonging>([
    { pattern: Pattern.make("CREATE [EXTERNAL] TABLE IF NOT EXISTS <table>"), fate: "perhaps" },
    { pattern: Pattern.make("CREATE [EXTERNAL] TABLE <table>"), fate: "made" },
    { pattern: Pattern.make("ALTER TABLE <table> RENAME [TO] <name>"), fate: "renamed" },
    { pattern: Pattern.make("DROP TABLE [IF EXISTS] <table,>"), fate: "gone" }
  ])
}
