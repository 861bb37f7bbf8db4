import type { Name } from "../sql/Name.ts"
import * as Pattern from "../sql/Pattern.ts"
import * as Phrase from "../sql/Phrase.ts"
import * as RuleTable from "../sql/RuleTable.ts"
import type { CatalogObject, Verify } from "../Verify.ts"

/** How the catalog tells of a statement: by the names that its pattern found. */
interface Standing {
  readonly pattern: Pattern.Pattern
  readonly verify: (match: Pattern.Match, phrase: Phrase.Phrase) => Verify
}

const repeatable = (pattern: string): Standing => ({
  pattern: Pattern.make(pattern),
  verify: () => ({ _tag: "Repeatable" })
})

const names = (match: Pattern.Match, key: string): ReadonlyArray<Name> => match.names[key] ?? []

const made = (pattern: string, object: CatalogObject): Standing => ({
  pattern: Pattern.make(pattern),
  verify: match => {
    const [name] = names(match, "name")
    return name === undefined ? unknown : { _tag: "Made", object, ...name }
  }
})

const gone = (pattern: string, object: CatalogObject): Standing => ({
  pattern: Pattern.make(pattern),
  verify: match => ({ _tag: "Gone", object, names: names(match, "name") })
})

/** A list is looked at all the same: it can leave tables in place and succeed. */
const dropped: Standing = {
  pattern: Pattern.make("DROP TABLE IF EXISTS <name,>"),
  verify: match => {
    const found = names(match, "name")
    return found.length > 1 ? { _tag: "Gone", object: "table", names: found } : { _tag: "Repeatable" }
  }
}

const unknown: Verify = { _tag: "Unknown" }

const adding = Pattern.make("ADD [COLUMN] IF NOT EXISTS <column>")
const add = Pattern.make("ADD [COLUMN] <column>")

/** Only those that may not be there already can have been there before. */
const columnsAdded: Standing = {
  pattern: Pattern.make("ALTER TABLE <table>"),
  verify: (match, phrase) => {
    const [table] = names(match, "table")
    const columns = Phrase.parts(phrase, match.end)
      .filter(part => Pattern.match(adding, part) === undefined)
      .flatMap(part => Pattern.match(add, part)?.names["column"] ?? [])
    if (table === undefined) return unknown
    if (columns.length === 0) return { _tag: "Repeatable" }
    return { _tag: "ColumnsMade", table, columns: columns.map(({ name }) => name) }
  }
}

const columnDropped: Standing = {
  pattern: Pattern.make("ALTER TABLE <table> DROP COLUMN <column>"),
  verify: match => {
    const [table] = names(match, "table")
    return table === undefined
      ? unknown
      : { _tag: "ColumnsGone", table, columns: names(match, "column").map(({ name }) => name) }
  }
}

const renamed: Standing = {
  pattern: Pattern.make("ALTER TABLE <table> RENAME <to>"),
  verify: match => {
    const [table] = names(match, "table")
    const [to] = names(match, "to")
    return table === undefined || to === undefined ? unknown : { _tag: "Renamed", ...table, to: to.name }
  }
}

const changing = new Set([
  "now",
  "current_timestamp",
  "current_time",
  "current_date",
  "localtimestamp",
  "random",
  "rand",
  "uuid"
])

/** Rows with a moment or a chance in them are other rows each time, and so are those made of the table's own. */
const rowsWritten: Standing = {
  pattern: Pattern.make("INSERT|REPLACE INTO <table>"),
  verify: (match, phrase) => {
    const [table] = names(match, "table")
    if (table === undefined) return unknown
    for (let at = match.end; phrase.at(at) !== ""; at++) {
      if (changing.has(phrase.at(at)) || isNamed(phrase, at, table.name)) return unknown
    }
    const columns = phrase.at(match.end) === "(" ? columnsOf(phrase, match.end) : undefined
    return { _tag: "RowsWritten", table, ...(columns === undefined ? {} : { columns }) }
  }
}

const one = Pattern.make("<column>")

const isNamed = ({ dialect, at }: Phrase.Phrase, position: number, name: string): boolean => {
  const found = Pattern.match(one, { dialect, at: index => (index === 0 ? at(position) : "") })
  return found?.names["column"]?.[0]?.name === name
}

/** The names in the parentheses that begin at `open`. */
const columnsOf = (phrase: Phrase.Phrase, open: number): ReadonlyArray<string> => {
  const inside: Phrase.Phrase = {
    dialect: phrase.dialect,
    at: index => (open + 1 + index < Phrase.groupEnd(phrase, open) - 1 ? phrase.at(open + 1 + index) : "")
  }
  return Phrase.parts(inside, 0).flatMap(part =>
    (Pattern.match(one, part)?.names["column"] ?? []).map(({ name }) => name)
  )
}

/** The first that matches counts; of everything else only a human can tell. */
const standings: RuleTable.RuleTable<Standing> = RuleTable.make([
  repeatable("CREATE [EXTERNAL] TABLE IF NOT EXISTS"),
  made("CREATE [EXTERNAL] TABLE <name>", "table"),
  repeatable("CREATE DATABASE|SCHEMA IF NOT EXISTS"),
  made("CREATE DATABASE|SCHEMA <name>", "database"),
  repeatable("CREATE OR REPLACE"),
  repeatable("CREATE VIEW|FLOW IF NOT EXISTS"),
  made("CREATE VIEW <name>", "view"),
  made("CREATE FLOW <name>", "flow"),
  dropped,
  repeatable("DROP VIEW|FLOW|DATABASE|SCHEMA IF EXISTS"),
  gone("DROP TABLE <name,>", "table"),
  gone("DROP VIEW <name>", "view"),
  gone("DROP FLOW <name>", "flow"),
  gone("DROP DATABASE|SCHEMA <name>", "database"),
  columnDropped,
  renamed,
  repeatable("ALTER TABLE <table> MODIFY|SET|UNSET"),
  columnsAdded,
  repeatable("ALTER DATABASE"),
  rowsWritten,
  // What was written since it ran must not go with it: DELETE and TRUNCATE are for a human.
  repeatable("COMMENT|ADMIN|SET"),
  repeatable("SELECT|SHOW|DESC|DESCRIBE|EXPLAIN|VALUES|WITH|TQL")
])

/** How to find out, after a crash, whether the statement took effect. */
export const of = (phrase: Phrase.Phrase): Verify => {
  const found = RuleTable.first(standings, phrase)
  return found === undefined ? unknown : found.rule.verify(found.match, phrase)
}
