import type { Filter, Insert, Show, Statement } from "./Ast.ts"
import { Cursor } from "./Cursor.ts"
import { invalid } from "./Failure.ts"
import { createDatabase, createFlow, createView } from "./ParseCreate.ts"
import { expression } from "./ParseExpression.ts"
import { select } from "./ParseQuery.ts"
import { alteration, createTable, optionChange } from "./ParseTable.ts"
import { scan } from "./Tokens.ts"

/** All statements of a request, before any of them runs. */
export const parse = (text: string): ReadonlyArray<Statement> => {
  const at = new Cursor(text, scan(text))
  const statements: Array<Statement> = []
  for (;;) {
    const separated = at.sees(";")
    while (at.take(";"));
    if (at.peek().kind === "end") break
    if (statements.length > 0 && !separated) throw at.unsupported()
    statements.push(statement(at))
  }
  if (statements.length === 0) throw invalid("Invalid SQL, error: empty statements")
  return statements
}

const statement = (at: Cursor): Statement => {
  const token = at.peek()
  const parser = token.kind === "word" ? parsers[token.text.toUpperCase()] : undefined
  if (parser === undefined) throw at.unsupported()
  if (token.text.toUpperCase() !== "SELECT") at.next()
  return parser(at)
}

const create = (at: Cursor): Statement => {
  if (at.take("TABLE")) return createTable(at)
  if (at.take("DATABASE") || at.take("SCHEMA")) return createDatabase(at)
  if (at.take("VIEW")) return createView(at, false)
  if (at.take("FLOW")) return createFlow(at, false)
  if (at.sees("OR")) {
    at.next()
    at.expect("REPLACE")
    if (at.take("VIEW")) return createView(at, true)
    if (at.take("FLOW")) return createFlow(at, true)
  }
  throw at.unsupported()
}

const drop = (at: Cursor): Statement => {
  const kind = (["TABLE", "VIEW", "FLOW"] as const).find(word => at.take(word))
  if (kind === undefined && !at.take("DATABASE") && !at.take("SCHEMA")) throw at.unsupported()
  const ifExists = at.ifExists()
  const names = kind === "TABLE" ? at.list(() => at.name()) : [at.name()]
  return { is: "drop", kind: kind ?? "DATABASE", names, ifExists }
}

const alter = (at: Cursor): Statement => {
  if (at.take("TABLE")) return { is: "alterTable", table: at.name(), alteration: alteration(at) }
  if (!at.take("DATABASE")) throw at.expected("DATABASE or TABLE after ALTER")
  const name = at.name().name
  const change = optionChange(at)
  if (change === undefined) throw at.expected("SET or UNSET after ALTER DATABASE")
  return { is: "alterDatabase", name, alteration: change }
}

/** Names of an INSERT … VALUES keep their case also without quotes: the server does not lower them there. */
const exactName = (at: Cursor): string => {
  const token = at.peek()
  at.identifier()
  return token.value
}

const insert = (at: Cursor): Insert => {
  at.expect("INTO")
  const parts = [exactName(at)]
  while (at.take(".")) parts.push(exactName(at))
  const columns: Array<string> = []
  if (at.take("(")) {
    columns.push(...at.list(() => exactName(at)))
    at.expect(")")
  }
  const lowered = at.sees("SELECT")
  const fold = (name: string) => (lowered ? name.toLowerCase() : name)
  const [name = "", schema] = parts.map(fold).reverse()
  const table = schema === undefined ? { name } : { schema, name }
  const source = lowered ? select(at) : values(at)
  // Read, and of no effect.
  if (at.take("ON", "CONFLICT")) {
    while (at.peek().kind !== "end" && !at.sees(";")) at.next()
  } else if (at.take("ON", "DUPLICATE", "KEY", "UPDATE")) {
    at.list(() => expression(at))
  }
  return { is: "insert", table, columns: columns.map(fold), source }
}

const values = (at: Cursor): Insert["source"] => {
  at.expect("VALUES")
  return at.list(() => {
    at.expect("(")
    const row = at.list(() => {
      if (!at.sees("DEFAULT")) return expression(at)
      at.next()
      return { is: "column" as const, name: "default", quoted: false }
    })
    at.expect(")")
    return row
  })
}

const remove = (at: Cursor): Statement => {
  at.expect("FROM")
  const table = at.name()
  return at.take("WHERE") ? { is: "delete", table, where: expression(at) } : { is: "delete", table }
}

const filter = (at: Cursor): Filter => {
  if (at.take("LIKE")) return { like: at.string() }
  return at.take("WHERE") ? { where: expression(at) } : {}
}

const within = (at: Cursor): { readonly schema?: string } =>
  at.take("FROM") || at.take("IN") ? { schema: at.identifier() } : {}

const shown = (at: Cursor): Show => {
  if (at.take("DATABASES") || at.take("SCHEMAS")) return { what: "databases", ...filter(at) }
  const full = at.take("FULL")
  if (at.take("TABLES")) return { what: "tables", full, ...within(at), ...filter(at) }
  if (at.take("VIEWS")) return { what: "views", ...within(at), ...filter(at) }
  if (at.take("FLOWS")) return { what: "flows", ...within(at), ...filter(at) }
  if (at.take("COLUMNS", "FROM")) return { what: "columns", table: at.name() }
  if (at.take("VARIABLES")) return { what: "variable", name: at.next().value }
  if (at.take("CREATE")) {
    const kind = (["TABLE", "VIEW", "FLOW", "DATABASE"] as const).find(word => at.take(word))
    if (kind !== undefined) return { what: "create", kind, name: at.name() }
  }
  throw at.unsupported()
}

const comment = (at: Cursor): Statement => {
  at.expect("ON")
  const kind = (["TABLE", "COLUMN", "FLOW"] as const).find(word => at.take(word))
  if (kind === undefined) throw at.expected("TABLE, COLUMN or FLOW after COMMENT ON")
  const path = [at.identifier()]
  while (at.take(".")) path.push(at.identifier())
  at.expect("IS")
  return { is: "comment", kind, path, text: at.take("NULL") ? "" : at.string() }
}

const variable = (at: Cursor): Statement => {
  const name = at.next().text
  if (!at.take("=")) at.expect("TO")
  return { is: "set", name, value: at.next().value }
}

const admin = (at: Cursor): Statement => {
  const call = at.identifier()
  at.expect("(")
  if (!at.sees(")")) at.list(() => expression(at))
  at.expect(")")
  return { is: "admin", call }
}

const describe = (at: Cursor): Statement => {
  at.take("TABLE")
  return { is: "describe", table: at.name() }
}

const truncate = (at: Cursor): Statement => {
  at.take("TABLE")
  return { is: "truncate", table: at.name() }
}

const parsers: Readonly<Record<string, (at: Cursor) => Statement>> = {
  ADMIN: admin,
  ALTER: alter,
  COMMENT: comment,
  CREATE: create,
  DELETE: remove,
  DESC: describe,
  DESCRIBE: describe,
  DROP: drop,
  INSERT: insert,
  REPLACE: insert,
  SELECT: at => ({ is: "select", select: select(at) }),
  SET: variable,
  SHOW: at => ({ is: "show", show: shown(at) }),
  TRUNCATE: truncate,
  USE: at => ({ is: "use", schema: at.name().name })
}
