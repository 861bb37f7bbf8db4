import type { Expression, Value } from "./Ast.ts"
import { Failure } from "./Failure.ts"
import { cast, isTimestamp, unitOf } from "./Types.ts"

/** The columns that an expression may name. */
export interface Scope {
  readonly table?: string
  readonly columns: ReadonlyArray<{ readonly name: string; readonly type: string }>
  readonly schema: string
  /** A quoted word is a string, as in the VALUES of an INSERT. */
  readonly quotedStrings?: boolean
}

/** An expression that knows its type and where its columns stand. */
export interface Bound {
  readonly type: string
  readonly of: (row: ReadonlyArray<Value>) => Value
}

const planned = (text: string): Failure => new Failure(3000, `Failed to plan SQL: ${text}`)

const constant = (value: Value, type: string): Bound => ({ type, of: () => value })

export const bind = (expression: Expression, scope: Scope): Bound => {
  switch (expression.is) {
    case "literal":
      return constant(expression.value, expression.type)
    case "column":
      return column(expression, scope)
    case "call":
      return call(expression, scope)
    case "cast":
      return casted(bind(expression.operand, scope), expression.type)
    case "negative": {
      const operand = bind(expression.operand, scope)
      return { type: operand.type, of: row => negative(operand.of(row)) }
    }
    case "not": {
      const operand = bind(expression.operand, scope)
      return { type: "Boolean", of: row => inverted(operand.of(row)) }
    }
    case "null": {
      const operand = bind(expression.operand, scope)
      return { type: "Boolean", of: row => (operand.of(row) === null) !== expression.negated }
    }
    case "in": {
      const found = expression.list.map(right =>
        binary("=", bind(expression.operand, scope), bind(right, scope))
      )
      return {
        type: "Boolean",
        of: row => found.some(one => one.of(row) === true) !== expression.negated
      }
    }
    case "binary":
      return binary(expression.operator, bind(expression.left, scope), bind(expression.right, scope))
  }
}

const negative = (value: Value): Value =>
  typeof value === "bigint" || typeof value === "number" ? -value : null

const inverted = (value: Value): Value => (value === null ? null : value !== true)

const column = (expression: Extract<Expression, { readonly is: "column" }>, scope: Scope): Bound => {
  if (expression.quoted && scope.quotedStrings === true) return constant(expression.name, "Utf8")
  const index = scope.columns.findIndex(({ name }) => name === expression.name)
  const found = scope.columns[index]
  if (found === undefined) {
    const prefix = scope.table === undefined ? "" : `${scope.table}.`
    const valid = scope.columns.map(({ name }) => `${prefix}${name}`).join(", ")
    const hint = valid === "" ? "" : ` Valid fields are ${valid}.`
    throw planned(`No field named ${expression.name}.${hint}`)
  }
  return { type: found.type, of: row => row[index] ?? null }
}

const casted = (operand: Bound, type: string): Bound => ({
  type,
  of: row => {
    const value = operand.of(row)
    const found = cast(value, operand.type, type)
    if (found === undefined)
      throw new Failure(3001, `Cast error: Cannot cast value '${String(value)}' to ${type}`)
    return found
  }
})

const seconds: Readonly<Record<string, number>> = {
  second: 1,
  minute: 60,
  hour: 3_600,
  day: 86_400,
  week: 604_800
}

/** Nanoseconds of `5 minutes`. */
const interval = (value: Value): bigint => {
  const found = /^\s*(\d+)\s*([a-z]+?)s?\s*$/i.exec(String(value))
  const unit = seconds[(found?.[2] ?? "").toLowerCase()]
  if (unit === undefined) throw planned(`the interval ${String(value)} is not known to the test double`)
  return BigInt(Number(found?.[1]) * unit) * 1_000_000_000n
}

const call = (expression: Extract<Expression, { readonly is: "call" }>, scope: Scope): Bound => {
  const given = expression.arguments.map(argument => bind(argument, scope))
  const [first, second] = given
  switch (expression.name) {
    case "now":
      return constant(BigInt(Date.now()) * 1_000_000n, "TimestampNanosecond")
    case "version":
      return constant("8.4.2-greptimedb-1.1.4", "Utf8")
    case "database":
    case "current_schema":
      return constant(scope.schema, "Utf8")
    case "lower":
    case "upper":
      if (first === undefined) break
      return {
        type: "Utf8",
        of: row => {
          const value = first.of(row)
          return value === null
            ? null
            : expression.name === "lower"
              ? String(value).toLowerCase()
              : String(value).toUpperCase()
        }
      }
    case "date_bin":
      if (first === undefined || second === undefined) break
      return { type: second.type, of: row => bin(interval(first.of(row)), second, row) }
  }
  throw planned(`Invalid function '${expression.name}'.`)
}

const bin = (width: bigint, time: Bound, row: ReadonlyArray<Value>): Value => {
  const value = time.of(row)
  const step = width / unitOf(time.type)
  return typeof value === "bigint" ? value - (value % step) : null
}

/** Two timestamps in one unit; a string beside a timestamp is one too. */
const aligned = (left: Bound, right: Bound, row: ReadonlyArray<Value>): readonly [Value, Value] => {
  const [a, b] = [left.of(row), right.of(row)]
  if (isTimestamp(left.type) && isTimestamp(right.type)) {
    return [scaled(a, left.type), scaled(b, right.type)]
  }
  if (isTimestamp(left.type) && typeof b === "string") return [a, cast(b, "Utf8", left.type) ?? null]
  if (isTimestamp(right.type) && typeof a === "string") return [cast(a, "Utf8", right.type) ?? null, b]
  if (typeof a === "string" && (typeof b === "bigint" || typeof b === "number")) return [a, String(b)]
  if (typeof b === "string" && (typeof a === "bigint" || typeof a === "number")) return [String(a), b]
  return [a, b]
}

const scaled = (value: Value, type: string): Value =>
  typeof value === "bigint" ? value * unitOf(type) : value

export const compare = (a: Value, b: Value): number => {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1
  return a < b ? -1 : a > b ? 1 : 0
}

const like = (text: string, pattern: string): boolean =>
  new RegExp(
    `^${pattern
      .replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")
      .replaceAll("%", "[^]*")
      .replaceAll("_", "[^]")}$`
  ).test(text)

export const matchesLike = like

const comparisons: Readonly<Record<string, (order: number) => boolean>> = {
  "=": order => order === 0,
  "<>": order => order !== 0,
  "<": order => order < 0,
  "<=": order => order <= 0,
  ">": order => order > 0,
  ">=": order => order >= 0
}

const binary = (operator: string, left: Bound, right: Bound): Bound => {
  if (operator === "AND" || operator === "OR") {
    const decisive = operator === "OR"
    return { type: "Boolean", of: row => logical(left.of(row), right.of(row), decisive) }
  }
  const holds = comparisons[operator]
  if (holds !== undefined) {
    return {
      type: "Boolean",
      of: row => {
        const [a, b] = aligned(left, right, row)
        return a === null || b === null ? null : holds(compare(a, b))
      }
    }
  }
  if (operator === "LIKE") {
    return { type: "Boolean", of: row => like(String(left.of(row)), String(right.of(row))) }
  }
  if (operator === "||") return { type: "Utf8", of: row => `${left.of(row)}${right.of(row)}` }
  const type = left.type === "Float64" || right.type === "Float64" ? "Float64" : left.type
  return { type, of: row => arithmetic(operator, left.of(row), right.of(row)) }
}

const logical = (a: Value, b: Value, decisive: boolean): Value => {
  if (a === decisive || b === decisive) return decisive
  return a === null || b === null ? null : !decisive
}

const arithmetic = (operator: string, a: Value, b: Value): Value => {
  if (typeof a === "bigint" && typeof b === "bigint") {
    if (operator === "+") return a + b
    if (operator === "-") return a - b
    if (operator === "*") return a * b
    if (b === 0n) throw new Failure(3001, "Arrow error: Divide by zero error")
    return operator === "/" ? a / b : a % b
  }
  if (a === null || b === null) return null
  const [x, y] = [Number(a), Number(b)]
  return operator === "+"
    ? x + y
    : operator === "-"
      ? x - y
      : operator === "*"
        ? x * y
        : operator === "/"
          ? x / y
          : x % y
}
