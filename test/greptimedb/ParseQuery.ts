import type { Select } from "./Ast.ts"
import type { Cursor } from "./Cursor.ts"
import { expression } from "./ParseExpression.ts"

/** A SELECT over one table, view or subquery: what a migration needs, no joins. */
export const select = (at: Cursor): Select => {
  at.expect("SELECT")
  const distinct = at.take("DISTINCT")
  const items = at.list(() => item(at))
  const from = at.take("FROM") ? source(at) : undefined
  const where = at.take("WHERE") ? expression(at) : undefined
  const groupBy = at.take("GROUP", "BY") ? at.list(() => expression(at)) : []
  const orderBy = at.take("ORDER", "BY") ? at.list(() => ordering(at)) : []
  const limit = at.take("LIMIT") ? Number(at.next().text) : undefined
  const offset = at.take("OFFSET") ? Number(at.next().text) : 0
  return {
    items,
    distinct,
    groupBy,
    orderBy,
    offset,
    ...(from === undefined ? {} : { from }),
    ...(where === undefined ? {} : { where }),
    ...(limit === undefined ? {} : { limit })
  }
}

const item = (at: Cursor): Select["items"][number] => {
  if (at.take("*")) return { expression: "*", text: "*" }
  const start = at.index
  const found = expression(at)
  const text = at.since(start)
  const named = at.take("AS") || (at.peek().kind === "word" && !at.sees("FROM") && !ends(at))
  return named || at.peek().kind === "quoted"
    ? { expression: found, alias: at.identifier(), text }
    : { expression: found, text }
}

const ends = (at: Cursor): boolean =>
  ["WHERE", "GROUP", "ORDER", "LIMIT", "OFFSET", "UNION", "HAVING"].some(word => at.sees(word))

const source = (at: Cursor) => {
  const found = at.take("(") ? inner(at) : at.name()
  if (at.take("AS")) at.identifier()
  else if (at.peek().kind === "word" && !ends(at)) {
    // An alias; a join is more than this server can.
    if (["JOIN", "LEFT", "INNER", "CROSS", "FULL", "RIGHT"].some(word => at.sees(word)))
      throw at.unsupported()
    at.identifier()
  }
  if (at.sees(",")) throw at.unsupported()
  return found
}

const inner = (at: Cursor): Select => {
  const found = select(at)
  at.expect(")")
  return found
}

const ordering = (at: Cursor) => {
  const found = expression(at)
  const descending = at.take("DESC")
  if (!descending) at.take("ASC")
  if (at.take("NULLS")) at.next()
  return { expression: found, descending }
}
