import type { Expression } from "./Ast.ts"
import type { Cursor } from "./Cursor.ts"
import { dataType } from "./Types.ts"

/** OR, AND, NOT, comparisons, sums, products, casts: in the order of their strength. */
export const expression = (at: Cursor): Expression => binary(at, ["OR"], conjunction)

const binary = (
  at: Cursor,
  operators: ReadonlyArray<string>,
  operand: (at: Cursor) => Expression
): Expression => {
  let left = operand(at)
  for (;;) {
    const operator = operators.find(word => at.sees(word))
    if (operator === undefined) return left
    at.next()
    left = { is: "binary", operator, left, right: operand(at) }
  }
}

const conjunction = (at: Cursor): Expression => binary(at, ["AND"], negation)

const negation = (at: Cursor): Expression =>
  at.take("NOT") ? { is: "not", operand: negation(at) } : comparison(at)

const comparisons = ["=", "!=", "<>", "<=", ">=", "<", ">"]

const comparison = (at: Cursor): Expression => {
  const left = sum(at)
  const operator = comparisons.find(symbol => at.sees(symbol))
  if (operator !== undefined) {
    at.next()
    return { is: "binary", operator: operator === "!=" ? "<>" : operator, left, right: sum(at) }
  }
  if (at.take("IS")) {
    const negated = at.take("NOT")
    at.expect("NULL")
    return { is: "null", operand: left, negated }
  }
  const negated = at.sees("NOT") && ["LIKE", "IN", "BETWEEN"].some(word => at.sees("NOT", word))
  if (negated) at.next()
  const found = predicate(at, left, negated)
  return found
}

const predicate = (at: Cursor, left: Expression, negated: boolean): Expression => {
  const not = (operand: Expression): Expression => (negated ? { is: "not", operand } : operand)
  if (at.take("LIKE")) return not({ is: "binary", operator: "LIKE", left, right: sum(at) })
  if (at.take("BETWEEN")) {
    const low: Expression = { is: "binary", operator: ">=", left, right: sum(at) }
    at.expect("AND")
    return not({
      is: "binary",
      operator: "AND",
      left: low,
      right: { is: "binary", operator: "<=", left, right: sum(at) }
    })
  }
  if (at.take("IN")) {
    at.expect("(")
    const list = at.list(() => expression(at))
    at.expect(")")
    return { is: "in", operand: left, list, negated }
  }
  return left
}

const sum = (at: Cursor): Expression => binary(at, ["+", "-", "||"], product)

const product = (at: Cursor): Expression => binary(at, ["*", "/", "%"], unary)

const unary = (at: Cursor): Expression =>
  at.take("-") ? { is: "negative", operand: unary(at) } : casts(at, primary(at))

const casts = (at: Cursor, operand: Expression): Expression =>
  at.take("::") ? casts(at, { is: "cast", operand, type: dataType(at) }) : operand

const words: Readonly<Record<string, Expression>> = {
  NULL: { is: "literal", value: null, type: "Null" },
  TRUE: { is: "literal", value: true, type: "Boolean" },
  FALSE: { is: "literal", value: false, type: "Boolean" },
  CURRENT_TIMESTAMP: { is: "call", name: "now", star: false, arguments: [] }
}

const primary = (at: Cursor): Expression => {
  const token = at.peek()
  if (token.kind === "string") return literal(at.next().value, "Utf8")
  if (token.kind === "number") return number(at.next().text)
  if (at.take("(")) {
    const inner = expression(at)
    at.expect(")")
    return inner
  }
  if (at.take("CAST", "(")) {
    const operand = expression(at)
    at.expect("AS")
    const type = dataType(at)
    at.expect(")")
    return { is: "cast", operand, type }
  }
  if (at.take("INTERVAL")) return literal(at.string(), "Interval")
  if (token.kind !== "word" && token.kind !== "quoted") throw at.expected("an expression")
  const symbol = at.peek(1).text
  if (token.kind === "word" && symbol === "(") return call(at)
  const constant = token.kind === "word" ? words[token.text.toUpperCase()] : undefined
  if (constant !== undefined) {
    at.next()
    return constant
  }
  return column(at)
}

const literal = (value: string, type: string): Expression => ({ is: "literal", value, type })

const number = (text: string): Expression =>
  /^\d+$/.test(text)
    ? { is: "literal", value: BigInt(text), type: "Int64" }
    : { is: "literal", value: Number(text), type: "Float64" }

const call = (at: Cursor): Expression => {
  const name = at.identifier()
  at.expect("(")
  if (at.take("*")) {
    at.expect(")")
    return { is: "call", name, star: true, arguments: [] }
  }
  const given = at.sees(")") ? [] : at.list(() => expression(at))
  at.expect(")")
  return { is: "call", name: name === "current_timestamp" ? "now" : name, star: false, arguments: given }
}

const column = (at: Cursor): Expression => {
  const quoted = at.peek().kind === "quoted"
  const parts = [at.identifier()]
  while (at.take(".")) parts.push(at.identifier())
  const table = parts.at(-2)
  return { is: "column", name: parts.at(-1) ?? "", quoted, ...(table === undefined ? {} : { table }) }
}
