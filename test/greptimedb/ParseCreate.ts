import type { Statement } from "./Ast.ts"
import type { Cursor } from "./Cursor.ts"
import { Failure, invalid } from "./Failure.ts"
import { expression } from "./ParseExpression.ts"
import { select } from "./ParseQuery.ts"

const databaseOption = (key: string): boolean =>
  ["ttl", "append_mode", "merge_mode", "skip_wal", "sst_format"].includes(key) ||
  /^(memtable|compaction)\./.test(key)

/** Behind CREATE DATABASE. */
export const createDatabase = (at: Cursor): Statement => {
  const ifNotExists = at.ifNotExists()
  const { name } = at.name()
  const options = at.options()
  const refused = [...options.keys()].find(key => !databaseOption(key))
  if (refused !== undefined) throw invalid(`Unrecognized database option key: ${refused}`)
  if (options.get("append_mode") === "true" && options.has("merge_mode")) {
    throw invalid("Unrecognized database option key: merge_mode")
  }
  return { is: "createDatabase", name, ifNotExists, options }
}

/** Behind CREATE [OR REPLACE] VIEW. */
export const createView = (at: Cursor, orReplace: boolean): Statement => {
  const ifNotExists = at.ifNotExists()
  const view = at.name()
  if (at.take("(")) {
    at.list(() => at.identifier())
    at.expect(")")
  }
  at.expect("AS")
  const from = at.index
  const query = select(at)
  if (orReplace && ifNotExists) {
    throw invalid("`CREATE OR REPLACE VIEW` and `IF NOT EXISTS` can't be used together")
  }
  return { is: "createView", view, ifNotExists, orReplace, select: query, text: at.since(from) }
}

/** Behind CREATE [OR REPLACE] FLOW: the clauses in this order. */
export const createFlow = (at: Cursor, orReplace: boolean): Statement => {
  const ifNotExists = at.ifNotExists()
  const flow = at.name().name
  at.expect("SINK", "TO")
  const sink = at.name()
  if (at.take("EXPIRE", "AFTER")) expression(at)
  if (at.take("EVAL", "INTERVAL")) expression(at)
  const comment = at.take("COMMENT") ? at.string() : ""
  const options = at.options()
  at.expect("AS")
  if (at.sees("TQL")) throw new Failure(1001, "SQL statement is not supported, keyword: TQL")
  const from = at.index
  const query = select(at)
  const deferred = options.get("defer_on_missing_source") === "true"
  const text = at.since(from)
  return { is: "createFlow", flow, sink, ifNotExists, orReplace, deferred, select: query, text, comment }
}
