import * as Alter from "./Alter.ts"
import type { Statement } from "./Ast.ts"
import type { Catalog } from "./Catalog.ts"
import * as Ddl from "./Ddl.ts"
import * as Dml from "./Dml.ts"
import { Failure, invalid, schemaMissing } from "./Failure.ts"
import * as Query from "./Query.ts"
import type { Output, Session } from "./Session.ts"
import { describe, show } from "./Show.ts"

const none: Output = { affected: 0 }

/** One statement. Throws what the server refuses. */
export const execute = (catalog: Catalog, session: Session, statement: Statement): Output => {
  switch (statement.is) {
    case "select":
      return Query.run(catalog, session, statement.select)
    case "show":
      return show(catalog, session, statement.show)
    case "describe":
      return describe(catalog, session, statement.table)
    case "insert":
      return { affected: Dml.insert(catalog, session, statement) }
    case "delete":
      return { affected: Dml.erase(catalog, session, statement) }
    case "createDatabase":
      catalog.createDatabase(statement.name, statement.ifNotExists, statement.options)
      return { affected: 1 }
    case "use":
      if (!catalog.databases.has(statement.schema)) throw schemaMissing(statement.schema)
      session.schema = statement.schema
      return { columns: [], rows: [] }
    default:
      change(catalog, session, statement)
      return none
  }
}

type Change = Exclude<
  Statement,
  { readonly is: "select" | "show" | "describe" | "insert" | "delete" | "createDatabase" | "use" }
>

const change = (catalog: Catalog, session: Session, statement: Change): void => {
  switch (statement.is) {
    case "createTable":
      Ddl.createTable(catalog, session, statement)
      return
    case "createLike":
      Ddl.createLike(catalog, session, statement)
      return
    case "createView":
      Ddl.createView(catalog, session, statement)
      return
    case "createFlow":
      Ddl.createFlow(catalog, session, statement)
      return
    case "drop":
      Ddl.drop(catalog, session, statement)
      return
    case "comment":
      Ddl.comment(catalog, session, statement)
      return
    case "truncate": {
      const schema = statement.table.schema ?? session.schema
      catalog.writable(schema)
      catalog.table(schema, statement.table.name).rows = []
      return
    }
    case "alterTable": {
      const schema = statement.table.schema ?? session.schema
      const table = catalog.table(schema, statement.table.name)
      Alter.alter(catalog, table, statement.alteration)
      return
    }
    case "alterDatabase":
      alterDatabase(catalog, statement)
      return
    case "set":
      set(session, statement)
      return
    case "admin":
      if (!statement.call.startsWith("flush") && !statement.call.startsWith("compact")) {
        throw invalid(`Failed to execute admin function: ${statement.call}`)
      }
  }
}

const alterDatabase = (
  catalog: Catalog,
  { name, alteration }: Extract<Statement, { readonly is: "alterDatabase" }>
): void => {
  const options = catalog.databases.get(name)
  if (options === undefined) throw schemaMissing(name)
  const changed =
    alteration.is === "set"
      ? [...options, ...alteration.options]
      : [...options].filter(([key]) => !alteration.keys.includes(key))
  catalog.databases.set(name, new Map(changed))
}

const set = (session: Session, { name, value }: Extract<Statement, { readonly is: "set" }>): void => {
  if (!["TIME_ZONE", "TIMEZONE"].includes(name.toUpperCase())) {
    throw new Failure(1001, `Not supported: Unsupported set variable ${name}`)
  }
  session.timezone = value
}
