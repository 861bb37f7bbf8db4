import type { Expression, Show, Value } from "./Ast.ts"
import type { Catalog, Table } from "./Catalog.ts"
import type { Name } from "./Cursor.ts"
import { bind, matchesLike } from "./Evaluate.ts"
import { Failure, schemaMissing } from "./Failure.ts"
import type { Relation } from "./Information.ts"
import type { Session } from "./Session.ts"
import { sqlOfDatabase, sqlOfTable } from "./ShowCreate.ts"

const strings = (...names: ReadonlyArray<string>) => names.map(name => ({ name, type: "String" }))

/** What SHOW gives. */
export const show = (catalog: Catalog, session: Session, wanted: Show): Relation => {
  switch (wanted.what) {
    case "databases":
      return filtered(["Database"], "schemas", [...catalog.databases.keys()].sort().map(one), wanted)
    case "tables": {
      const schema = existing(catalog, wanted.schema ?? session.schema)
      const rows = catalog
        .relations(schema)
        .map(relation => [relation.name, "columns" in relation ? "BASE TABLE" : "VIEW"])
      const names = [`Tables_in_${schema}`, ...(wanted.full ? ["Table_type"] : [])]
      return filtered(names, "tables", rows, wanted)
    }
    case "views": {
      const schema = existing(catalog, wanted.schema ?? session.schema)
      const views = catalog.relations(schema).filter(relation => !("columns" in relation))
      return filtered(["Views"], "views", views.map(({ name }) => name).map(one), wanted)
    }
    case "flows":
      return filtered(["Flows"], "flows", [...catalog.flows.keys()].sort().map(one), wanted)
    case "columns":
      return columns(tableOf(catalog, session, wanted.table))
    case "variable":
      return {
        columns: strings(wanted.name.toUpperCase()),
        rows: [[wanted.name.toUpperCase() === "TIME_ZONE" ? session.timezone : ""]]
      }
    case "create":
      return create(catalog, session, wanted.kind, wanted.name)
  }
}

const one = (name: string): ReadonlyArray<string> => [name]

const existing = (catalog: Catalog, schema: string): string => {
  if (!catalog.databases.has(schema)) throw schemaMissing(schema)
  return schema
}

/** Rows whose first cell fits; as many cells of each as there are names. */
const filtered = (
  names: ReadonlyArray<string>,
  field: string,
  rows: ReadonlyArray<ReadonlyArray<Value>>,
  filter: { readonly like?: string; readonly where?: Expression }
): Relation => {
  const scope = { columns: strings(field, "table_type"), schema: "" }
  const condition = filter.where === undefined ? undefined : bind(filter.where, scope)
  return {
    columns: strings(...names),
    rows: rows
      .filter(row => filter.like === undefined || matchesLike(String(row[0]), filter.like))
      .filter(row => condition === undefined || condition.of(row) === true)
      .map(row => row.slice(0, names.length))
  }
}

const tableOf = (catalog: Catalog, session: Session, name: Name): Table => {
  const found = catalog.relation(name.schema ?? session.schema, name.name)
  if (found === undefined || !("columns" in found)) {
    throw new Failure(4001, `Table not found: ${name.name}`)
  }
  return found
}

const columns = (table: Table): Relation => ({
  columns: strings("Field", "Type", "Null", "Key", "Default", "Greptime_type"),
  rows: [...table.columns]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(column => [
      column.name,
      column.type.toLowerCase(),
      column.nullable ? "Yes" : "No",
      { TAG: "PRI", TIMESTAMP: "TIME INDEX", FIELD: "" }[column.semantic],
      column.defaultText,
      column.type
    ])
})

/** What DESCRIBE gives. */
export const describe = (catalog: Catalog, session: Session, name: Name): Relation => ({
  columns: strings("Column", "Type", "Key", "Null", "Default", "Semantic Type"),
  rows: tableOf(catalog, session, name).columns.map(column => [
    column.name,
    column.type,
    column.semantic === "FIELD" ? "" : "PRI",
    column.nullable ? "YES" : "NO",
    column.defaultText,
    column.semantic
  ])
})

const create = (
  catalog: Catalog,
  session: Session,
  kind: Extract<Show, { readonly what: "create" }>["kind"],
  name: Name
): Relation => {
  const title = `${kind.charAt(0)}${kind.slice(1).toLowerCase()}`
  return {
    columns: strings(title, `Create ${title}`),
    rows: [[name.name, sql(catalog, session, kind, name)]]
  }
}

const sql = (
  catalog: Catalog,
  session: Session,
  kind: Extract<Show, { readonly what: "create" }>["kind"],
  name: Name
): string => {
  if (kind === "DATABASE") {
    return sqlOfDatabase(name.name, catalog.databases.get(existing(catalog, name.name)) ?? new Map())
  }
  if (kind === "TABLE") {
    const table = tableOf(catalog, session, name)
    return sqlOfTable(table, catalog.databases.get(table.schema) ?? new Map())
  }
  if (kind === "FLOW") {
    const flow = catalog.flows.get(name.name)
    if (flow === undefined) throw new Failure(8001, `Flow not found: greptime.${name.name}`)
    return `CREATE FLOW IF NOT EXISTS ${flow.name}\nSINK TO ${flow.sink.name}\nAS ${flow.text}`
  }
  const view = catalog.relation(name.schema ?? session.schema, name.name)
  if (view === undefined || "columns" in view) throw new Failure(4001, `View not found: ${name.name}`)
  return `CREATE VIEW ${view.name} AS ${view.text}`
}
