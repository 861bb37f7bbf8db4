import type { Insert, Statement } from "./Ast.ts"
import type { Catalog } from "./Catalog.ts"
import { bind } from "./Evaluate.ts"
import { Failure, invalid } from "./Failure.ts"
import * as Query from "./Query.ts"
import { cells, newRow, remove, rowsOf, write } from "./Rows.ts"
import type { Session } from "./Session.ts"

/** Writes rows; returns how many. */
export const insert = (catalog: Catalog, session: Session, statement: Insert): number => {
  const schema = statement.table.schema ?? session.schema
  catalog.writable(schema)
  const table = catalog.table(schema, statement.table.name)
  const names = statement.columns.length > 0 ? statement.columns : table.columns.map(({ name }) => name)
  const unknown = names.find(name => !table.columns.some(column => column.name === name))
  if (unknown !== undefined) throw new Failure(4002, `Column ${unknown} not exists in table ${table.name}`)
  const mismatch = (values: number) =>
    invalid(`Invalid SQL, error: column count mismatch, columns: ${names.length}, values: ${values}`)
  if ("items" in statement.source) {
    const found = Query.run(catalog, session, statement.source)
    if (found.columns.length !== names.length) throw mismatch(found.columns.length)
    const types = found.columns.map(({ type }) => (type === "String" ? "Utf8" : type))
    const rows = found.rows.map(row =>
      newRow(
        table,
        names,
        row.map((value, index) => ({ value, type: types[index] ?? "Null" }))
      )
    )
    write(table, rows)
    return rows.length
  }
  const wrong = statement.source.find(row => row.length !== names.length)
  if (wrong !== undefined) throw mismatch(wrong.length)
  const rows = statement.source.map(row =>
    newRow(
      table,
      names,
      row.map(expression => {
        if (expression.is === "column" && !expression.quoted && expression.name === "default")
          return undefined
        const bound = bind(expression, { columns: [], schema, quotedStrings: true })
        return { value: bound.of([]), type: bound.type }
      })
    )
  )
  write(table, rows)
  return rows.length
}

/** Removes rows; returns how many. */
export const erase = (
  catalog: Catalog,
  session: Session,
  statement: Extract<Statement, { readonly is: "delete" }>
): number => {
  const schema = statement.table.schema ?? session.schema
  const table = catalog.table(schema, statement.table.name)
  const scope = { columns: table.columns, schema, table: table.name }
  const condition = statement.where === undefined ? undefined : bind(statement.where, scope)
  const gone = rowsOf(catalog, table).filter(
    row => condition === undefined || condition.of(cells(table, row)) === true
  )
  remove(table, new Set(gone))
  return gone.length
}
