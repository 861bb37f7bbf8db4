import type { ColumnDefinition, CreateTable, Statement } from "./Ast.ts"
import type { Catalog, Column, Table } from "./Catalog.ts"
import type { Name } from "./Cursor.ts"
import { Failure, invalid, tableMissing } from "./Failure.ts"
import type { Session } from "./Session.ts"

type Of<Kind extends Statement["is"]> = Extract<Statement, { readonly is: Kind }>

const place = (session: Session, name: Name): { readonly schema: string; readonly name: string } => ({
  schema: name.schema ?? session.schema,
  name: name.name
})

export const columnOf = (definition: ColumnDefinition, primaryKey: ReadonlyArray<string>): Column => ({
  ...definition,
  semantic: definition.timeIndex ? "TIMESTAMP" : primaryKey.includes(definition.name) ? "TAG" : "FIELD"
})

/** Options that a new table takes over from its database. */
const templates = ["append_mode", "merge_mode", "skip_wal", "sst_format"]

export const createTable = (catalog: Catalog, session: Session, statement: CreateTable): void => {
  const { schema, name } = place(session, statement.table)
  catalog.writable(schema)
  if (catalog.relation(schema, name) !== undefined) {
    if (statement.ifNotExists) return
    throw new Failure(4000, `Table already exists: \`greptime.${schema}.${name}\``)
  }
  const inherited = [...(catalog.databases.get(schema) ?? [])].filter(([key]) => templates.includes(key))
  const options = new Map([...inherited, ...statement.options])
  if (options.get("append_mode") === "true" && options.get("merge_mode") === "last_non_null") {
    throw invalid("merge_mode is not allowed when append_mode is enabled")
  }
  const physical = options.get("on_physical_table")
  if (physical !== undefined) catalog.table(schema, physical)
  const unknown = statement.primaryKey.find(key => !statement.columns.some(column => column.name === key))
  if (unknown !== undefined) throw invalid(`Key column not found: ${unknown}`)
  const table: Table = {
    id: catalog.nextId(),
    schema,
    name,
    columns: statement.columns.map(column => columnOf(column, statement.primaryKey)),
    primaryKey: statement.primaryKey,
    timeIndex: statement.columns.find(column => column.timeIndex)?.name ?? "",
    engine: statement.engine,
    options,
    rows: [],
    comment: options.get("comment") ?? "",
    created: Date.now()
  }
  catalog.add(table)
}

export const createLike = (catalog: Catalog, session: Session, statement: Of<"createLike">): void => {
  const source = place(session, statement.source)
  const { columns, primaryKey, engine, options } = catalog.table(source.schema, source.name)
  createTable(catalog, session, {
    is: "createTable",
    table: statement.table,
    ifNotExists: false,
    columns,
    primaryKey,
    engine,
    options
  })
}

export const createView = (catalog: Catalog, session: Session, statement: Of<"createView">): void => {
  const { schema, name } = place(session, statement.view)
  catalog.writable(schema)
  const existing = catalog.relation(schema, name)
  if (existing !== undefined) {
    if ("columns" in existing) throw new Failure(4000, `Table already exists: \`greptime.${schema}.${name}\``)
    if (statement.ifNotExists) return
    if (!statement.orReplace) {
      throw new Failure(4000, `View already exists: \`greptime.${schema}.${name}\``)
    }
  }
  catalog.add({ id: catalog.nextId(), schema, name, select: statement.select, text: statement.text })
}

export const createFlow = (catalog: Catalog, session: Session, statement: Of<"createFlow">): void => {
  const { flow, sink, text, comment, select } = statement
  if (catalog.flows.has(flow) && !statement.orReplace) {
    if (statement.ifNotExists) return
    throw new Failure(8000, `Flow already exists: greptime.${flow}`)
  }
  const source = select.from
  if (source !== undefined && "name" in source && !statement.deferred) {
    const { schema, name } = place(session, source)
    if (catalog.relation(schema, name) === undefined)
      throw invalid(`Table not found: greptime.${schema}.${name}`)
  }
  catalog.flows.set(flow, { name: flow, schema: session.schema, sink, text, comment })
}

export const drop = (catalog: Catalog, session: Session, { kind, names, ifExists }: Of<"drop">): void => {
  const [first] = names
  if (first === undefined) return
  if (kind === "DATABASE") {
    catalog.dropDatabase(first.name, ifExists, session.schema)
    return
  }
  if (kind === "FLOW") {
    if (!catalog.flows.delete(first.name) && !ifExists) {
      throw new Failure(8001, `Flow not found: greptime.${first.name}`)
    }
    return
  }
  const places = names.map(name => place(session, name))
  for (const { schema } of places) if (catalog.databases.has(schema)) catalog.writable(schema)
  const found = places.filter(({ schema, name }) => isKind(catalog, kind, schema, name))
  const missing = places.find(({ schema, name }) => !isKind(catalog, kind, schema, name))
  if (missing !== undefined && !ifExists) throw tableMissing(missing.schema, missing.name)
  // The server pairs the names with those that it found: behind a missing one it takes the wrong ones.
  for (const [index] of found.entries()) {
    const paired = places[index]
    if (paired !== undefined) catalog.remove(paired.schema, paired.name)
  }
}

const isKind = (catalog: Catalog, kind: "TABLE" | "VIEW", schema: string, name: string): boolean => {
  const found = catalog.relation(schema, name)
  return found !== undefined && "columns" in found === (kind === "TABLE")
}

export const comment = (catalog: Catalog, session: Session, { kind, path, text }: Of<"comment">): void => {
  const [last = "", before = "", more] = [...path].reverse()
  if (kind === "FLOW") {
    const flow = catalog.flows.get(last)
    if (flow === undefined) throw new Failure(8001, `Flow not found: greptime.${last}`)
    flow.comment = text
    return
  }
  if (kind === "TABLE") {
    catalog.table(path.length > 1 ? before : session.schema, last).comment = text
    return
  }
  const table = catalog.table(more ?? session.schema, before)
  if (!table.columns.some(column => column.name === last)) {
    throw new Failure(4002, `Column ${last} not exists in table ${before}`)
  }
  table.columns = table.columns.map(column => (column.name === last ? { ...column, comment: text } : column))
}
