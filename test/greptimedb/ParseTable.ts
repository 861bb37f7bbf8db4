import type { Alteration, ColumnDefinition, CreateTable, Statement } from "./Ast.ts"
import type { Cursor } from "./Cursor.ts"
import { Failure, invalid, syntax, unsupported } from "./Failure.ts"
import { isKeyword } from "./Keywords.ts"
import { expression } from "./ParseExpression.ts"
import { dataType, isTimestamp } from "./Types.ts"

const columnName = (at: Cursor): string => {
  const token = at.peek()
  if (token.kind === "word" && isKeyword(token.text)) {
    throw syntax(`Cannot use keyword '${token.text}' as column name. Hint: add quotes to the name.`)
  }
  return at.identifier()
}

const indexes = ["INVERTED", "SKIPPING", "FULLTEXT"]

/** What may stand behind a column's type; the caller says where a column ends. */
const columnOf = (at: Cursor, name: string): ColumnDefinition => {
  const type = dataType(at)
  let nullable = true
  let value: ColumnDefinition["default"]
  let defaultText = ""
  let timeIndex = false
  let primaryKey = false
  let comment = ""
  for (;;) {
    if (at.take("NOT", "NULL")) nullable = false
    else if (at.take("NULL") || at.take("UNIQUE")) continue
    else if (at.take("DEFAULT")) {
      const from = at.index
      value = expression(at)
      defaultText = at.since(from)
    } else if (at.take("TIME", "INDEX")) timeIndex = true
    else if (at.take("PRIMARY", "KEY")) primaryKey = true
    else if (at.take("COMMENT")) comment = at.string()
    else if (indexes.some(kind => at.take(kind, "INDEX"))) at.options()
    else break
  }
  const found = { name, type, nullable: nullable && !timeIndex, defaultText, timeIndex, primaryKey, comment }
  return value === undefined ? found : { ...found, default: value }
}

interface Body {
  readonly columns: Array<ColumnDefinition>
  readonly primaryKeys: Array<ReadonlyArray<string>>
  readonly timeIndexes: Array<string>
}

const names = (at: Cursor): ReadonlyArray<string> => {
  at.expect("(")
  const found = at.list(() => at.identifier())
  at.expect(")")
  return found
}

const body = (at: Cursor): Body => {
  const found: Body = { columns: [], primaryKeys: [], timeIndexes: [] }
  at.expect("(")
  while (!at.take(")")) {
    if (at.take("PRIMARY", "KEY")) found.primaryKeys.push(names(at))
    else if (at.take("TIME", "INDEX")) found.timeIndexes.push(...names(at))
    else {
      const column = columnOf(at, columnName(at))
      found.columns.push(column)
      if (column.primaryKey) found.primaryKeys.push([column.name])
      if (column.timeIndex) found.timeIndexes.push(column.name)
    }
    if (!at.take(",") && !at.sees(")")) {
      throw syntax(`Expected ',' or ')' after column definition, found: ${at.peek().text}`)
    }
  }
  return found
}

const tableOptions = [
  "ttl",
  "append_mode",
  "merge_mode",
  "skip_wal",
  "sst_format",
  "storage",
  "comment",
  "write_buffer_size",
  "index.type",
  "physical_metric_table",
  "on_physical_table",
  "regions"
]

const known = (key: string): boolean =>
  tableOptions.includes(key) || /^(compaction|memtable|region)\./.test(key)

/** Behind CREATE TABLE. */
export const createTable = (at: Cursor): Statement => {
  const ifNotExists = at.ifNotExists()
  const table = at.name()
  if (at.take("LIKE")) return { is: "createLike", table, source: at.name() }
  const { columns, primaryKeys, timeIndexes } = body(at)
  const [timeIndex] = timeIndexes
  if (timeIndex === undefined) throw new Failure(2000, "Missing time index constraint")
  if (timeIndexes.length > 1) {
    throw new Failure(
      2000,
      `Invalid time index: expected only one time index constraint but actual ${timeIndexes.length}`
    )
  }
  const inline = columns.filter(({ primaryKey }) => primaryKey).length
  if (primaryKeys.length > 1 && !(inline === primaryKeys.length && inline === 1)) {
    throw invalid("Illegal primary keys definition: found definitions of primary keys in multiple places")
  }
  const index = columns.find(({ name }) => name === timeIndex)
  if (index === undefined || !isTimestamp(index.type)) {
    throw invalid(
      `Invalid column option, column name: ${timeIndex}, error: time index column data type should be timestamp`
    )
  }
  if (at.take("PARTITION", "ON", "COLUMNS")) {
    names(at)
    at.expect("(")
    if (!at.sees(")")) at.list(() => expression(at))
    at.expect(")")
  }
  const engine = at.take("ENGINE", "=") ? at.identifier() : "mito"
  const options = at.options()
  const unknown = [...options.keys()].find(key => !known(key))
  if (unknown !== undefined) throw invalid(`Unrecognized table option key: ${unknown}`)
  const indexed = columns.map(column =>
    column.name === timeIndex ? { ...column, timeIndex: true, nullable: false } : column
  )
  const created: CreateTable = {
    is: "createTable",
    table,
    ifNotExists,
    columns: indexed,
    primaryKey: primaryKeys[0] ?? [],
    engine,
    options
  }
  return created
}

/** Behind ALTER TABLE and the table's name. */
export const alteration = (at: Cursor): Alteration => {
  if (at.sees("ADD")) return { is: "add", columns: at.list(() => addition(at)) }
  if (at.take("DROP")) {
    at.expect("COLUMN")
    return { is: "drop", column: at.identifier() }
  }
  if (at.take("MODIFY")) {
    at.expect("COLUMN")
    return modification(at, at.identifier())
  }
  if (at.take("RENAME")) return { is: "rename", to: at.identifier() }
  const options = optionChange(at)
  if (options !== undefined) return options
  if (at.peek().kind !== "word") throw unsupported(at.peek().text)
  throw at.expected("ADD or DROP or MODIFY or RENAME or SET after ALTER TABLE")
}

/** `SET 'k'='v', …` or `UNSET 'k', …`. */
export const optionChange = (
  at: Cursor
): Extract<Alteration, { readonly is: "set" | "unset" }> | undefined => {
  if (at.take("UNSET")) return { is: "unset", keys: at.list(() => at.string()) }
  if (!at.take("SET")) return undefined
  const pairs = at.list(() => {
    const key = at.string()
    at.expect("=")
    return [key, at.take("NULL") ? "" : at.string()] as const
  })
  return { is: "set", options: new Map(pairs) }
}

const addition = (at: Cursor) => {
  at.expect("ADD")
  at.take("COLUMN")
  const ifNotExists = at.ifNotExists()
  const column = columnOf(at, at.identifier())
  if (at.take("FIRST")) return { column, ifNotExists, after: true as const }
  return at.take("AFTER") ? { column, ifNotExists, after: at.identifier() } : { column, ifNotExists }
}

const modification = (at: Cursor, column: string): Alteration => {
  const sets = at.take("SET")
  if ((sets || at.take("UNSET")) && indexes.some(kind => at.take(kind, "INDEX"))) {
    at.options()
    return { is: "index", column }
  }
  if (sets) {
    at.expect("DEFAULT")
    const from = at.index
    const value = expression(at)
    return { is: "default", column, value, text: at.since(from) }
  }
  if (at.take("DROP", "DEFAULT")) return { is: "default", column, text: "" }
  return { is: "retype", column, type: dataType(at) }
}
