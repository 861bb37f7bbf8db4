import type { Alteration } from "./Ast.ts"
import type { Catalog, Column, Table } from "./Catalog.ts"
import { columnOf } from "./Ddl.ts"
import { Failure, invalid } from "./Failure.ts"
import { isTimestamp } from "./Types.ts"

/** What ALTER TABLE does, or why it is refused. */
export const alter = (catalog: Catalog, table: Table, change: Alteration): void => {
  switch (change.is) {
    case "add":
      add(table, change)
      return
    case "drop":
      drop(table, change.column)
      return
    case "retype":
      retype(table, change.column, change.type)
      return
    case "default":
      setDefault(table, change)
      return
    case "index":
      existing(table, change.column)
      return
    case "rename":
      catalog.rename(table, change.to)
      return
    case "set":
      set(table, change.options)
      return
    case "unset":
      table.options = new Map([...table.options].filter(([key]) => !change.keys.includes(key)))
  }
}

const existing = (table: Table, name: string): Column => {
  const found = table.columns.find(column => column.name === name)
  if (found === undefined) throw new Failure(4002, `Column ${name} not exists in table ${table.name}`)
  return found
}

const request = (table: Table, reason: string): Failure =>
  invalid(`Invalid alter table(${table.name}) request: ${reason}`)

/** All columns of the statement, or none. */
const add = (table: Table, change: Extract<Alteration, { readonly is: "add" }>): void => {
  const columns = [...table.columns]
  const keys = [...table.primaryKey]
  for (const { column, ifNotExists, after } of change.columns) {
    if (columns.some(({ name }) => name === column.name)) {
      if (ifNotExists) continue
      throw new Failure(4003, `Column ${column.name} already exists in table ${table.name}`)
    }
    if (!column.nullable && column.default === undefined) {
      throw request(table, `no default value for column ${column.name}`)
    }
    if (column.primaryKey) keys.push(column.name)
    const at = after === true ? 0 : columns.findIndex(({ name }) => name === after) + 1
    if (typeof after === "string" && at === 0) existing(table, after)
    columns.splice(after === undefined ? columns.length : at, 0, columnOf(column, keys))
  }
  table.columns = columns
}

const drop = (table: Table, name: string): void => {
  if (existing(table, name).semantic !== "FIELD") {
    throw invalid(`Not allowed to remove index column ${name} from table ${table.name}`)
  }
  table.columns = table.columns.filter(column => column.name !== name)
  table.rows = table.rows.map(row => new Map([...row].filter(([key]) => key !== name)))
}

const castable = (from: string, to: string): boolean =>
  to === "String" || from === "String" || (to !== "Date" && isTimestamp(from) === isTimestamp(to))

const retype = (table: Table, name: string, type: string): void => {
  const column = existing(table, name)
  if (column.semantic === "TIMESTAMP") {
    throw request(table, `Not allowed to change timestamp index column '${name}' datatype`)
  }
  if (column.semantic === "TAG") {
    throw request(table, `Not allowed to change primary key index column '${name}'`)
  }
  if (!column.nullable) throw request(table, `column '${name}' must be nullable to ensure safe conversion.`)
  if (!castable(column.type, type)) {
    throw request(table, `column '${name}' cannot be cast automatically to type '${type}'`)
  }
  table.columns = table.columns.map(other => (other.name === name ? { ...column, type } : other))
}

const setDefault = (table: Table, change: Extract<Alteration, { readonly is: "default" }>): void => {
  const { default: _, ...column } = existing(table, change.column)
  const changed = {
    ...column,
    defaultText: change.text,
    ...(change.value === undefined ? {} : { default: change.value })
  }
  table.columns = table.columns.map(other => (other.name === change.column ? changed : other))
}

const settable = (key: string): boolean => /^(ttl|append_mode|sst_format|compaction\..+)$/.test(key)

const isDuration = (value: string): boolean =>
  /^(forever|instant|)$/i.test(value) || /^(\d+\s*[a-zA-Z]+\s*)+$/.test(value)

const set = (table: Table, options: ReadonlyMap<string, string>): void => {
  for (const [key, value] of options) {
    const wrong =
      !settable(key) ||
      (key === "ttl" && !isDuration(value)) ||
      (key === "append_mode" && value !== "true" && table.options.get(key) === "true")
    if (wrong) {
      throw invalid(
        `Invalid set table option request: Invalid set region option request, key: ${key}, value: ${value}`
      )
    }
  }
  table.options = new Map([...table.options, ...options])
}
