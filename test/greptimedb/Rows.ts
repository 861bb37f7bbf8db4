import type { Value } from "./Ast.ts"
import type { Catalog, Cell, Row, Table } from "./Catalog.ts"
import { bind, compare } from "./Evaluate.ts"
import { invalid } from "./Failure.ts"
import { cast, coerce, unitOf } from "./Types.ts"

/** What a column holds when nothing was said. */
const defaultOf = (table: Table, column: Table["columns"][number]): Value => {
  if (column.default === undefined) return null
  const bound = bind(column.default, { columns: [], schema: table.schema, quotedStrings: true })
  return coerce(bound.of([]), bound.type, column.type)
}

const durations: Readonly<Record<string, number>> = {
  s: 1_000,
  sec: 1_000,
  second: 1_000,
  m: 60_000,
  min: 60_000,
  minute: 60_000,
  h: 3_600_000,
  hour: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  w: 604_800_000,
  week: 604_800_000,
  month: 2_630_016_000,
  y: 31_557_600_000,
  year: 31_557_600_000
}

/** Milliseconds that rows are kept; a table without a value of its own has its database's. */
const keptFor = (catalog: Catalog, table: Table): number => {
  const text = table.options.get("ttl") ?? catalog.databases.get(table.schema)?.get("ttl") ?? ""
  const parts = [...text.matchAll(/(\d+)\s*([a-z]+?)(?:s(?=[\d\s]|$)|(?=[\d\s]|$))/gi)]
  if (parts.length === 0) return Number.POSITIVE_INFINITY
  return parts.reduce((sum, [, amount, unit = ""]) => sum + Number(amount) * (durations[unit] ?? 1_000), 0)
}

const millis = (cell: Cell | undefined): number =>
  typeof cell?.value === "bigint" ? Number((cell.value * unitOf(cell.type)) / 1_000_000n) : 0

/** The rows that are there, in the order of tags and time; what is too old is gone. */
export const rowsOf = (catalog: Catalog, table: Table): ReadonlyArray<Row> => {
  const oldest = Date.now() - keptFor(catalog, table)
  const order = [...table.primaryKey, table.timeIndex]
  return table.rows
    .filter(row => millis(row.get(table.timeIndex)) >= oldest)
    .sort((a, b) => {
      for (const key of order) {
        const found = compare(a.get(key)?.value ?? null, b.get(key)?.value ?? null)
        if (found !== 0) return found
      }
      return 0
    })
}

/** One row as its columns are now: retyped when it is read, with the default where it has nothing. */
export const cells = (table: Table, row: Row): ReadonlyArray<Value> =>
  table.columns.map(column => {
    const cell = row.get(column.name)
    return cell === undefined ? defaultOf(table, column) : (cast(cell.value, cell.type, column.type) ?? null)
  })

/** A row for these columns; defaults for the others. */
export const newRow = (
  table: Table,
  names: ReadonlyArray<string>,
  values: ReadonlyArray<{ readonly value: Value; readonly type: string } | undefined>
): Row => {
  const row = new Map<string, Cell>()
  for (const column of table.columns) {
    const index = names.indexOf(column.name)
    const given = index === -1 ? undefined : values[index]
    if (given === undefined && column.default === undefined && !column.nullable) {
      throw invalid(`No valid default value can be built automatically, column: ${column.name}`)
    }
    const value =
      given === undefined ? defaultOf(table, column) : coerce(given.value, given.type, column.type)
    if (value === null && !column.nullable) {
      throw invalid(`Column ${column.name} is not null but input has null`)
    }
    row.set(column.name, { value, type: column.type })
  }
  return row
}

export const identity = (table: Table, row: Row): string =>
  [...table.primaryKey, table.timeIndex].map(key => String(row.get(key)?.value ?? "\u0001")).join("\0")

/** The same tags and time are the same row: the later one wins, as a whole or field by field. */
export const write = (table: Table, rows: ReadonlyArray<Row>): void => {
  if (table.options.get("append_mode") === "true") {
    table.rows = [...table.rows, ...rows]
    return
  }
  const merged = new Map(table.rows.map(row => [identity(table, row), row]))
  const merges = table.options.get("merge_mode") === "last_non_null"
  for (const row of rows) {
    const key = identity(table, row)
    const before = merged.get(key)
    const fields = [...row].filter(([, cell]) => cell.value !== null || before === undefined)
    merged.set(key, merges && before !== undefined ? new Map([...before, ...fields]) : row)
  }
  table.rows = [...merged.values()]
}

export const remove = (table: Table, gone: ReadonlySet<Row>): void => {
  if (table.options.get("append_mode") === "true") {
    throw invalid(
      `Invalid request to region ${table.id}(${table.id}, 0), reason: DELETE is not allowed under append mode`
    )
  }
  table.rows = table.rows.filter(row => !gone.has(row))
}
