import type { Value } from "./Ast.ts"
import type { Cursor } from "./Cursor.ts"
import { Failure } from "./Failure.ts"

const plain: Readonly<Record<string, string>> = {
  BOOLEAN: "Boolean",
  BOOL: "Boolean",
  TINYINT: "Int8",
  SMALLINT: "Int16",
  INT: "Int32",
  INTEGER: "Int32",
  BIGINT: "Int64",
  INT2: "Int16",
  INT4: "Int32",
  INT8: "Int64",
  INT16: "Int16",
  INT32: "Int32",
  INT64: "Int64",
  UINT8: "UInt8",
  UINT16: "UInt16",
  UINT32: "UInt32",
  UINT64: "UInt64",
  FLOAT: "Float32",
  FLOAT4: "Float32",
  FLOAT32: "Float32",
  REAL: "Float32",
  DOUBLE: "Float64",
  FLOAT8: "Float64",
  FLOAT64: "Float64",
  STRING: "String",
  TEXT: "String",
  VARCHAR: "String",
  CHAR: "String",
  LONGTEXT: "String",
  BINARY: "Binary",
  VARBINARY: "Binary",
  BLOB: "Binary",
  BYTEA: "Binary",
  DATE: "Date",
  DATETIME: "TimestampMicrosecond",
  TIMESTAMP_S: "TimestampSecond",
  TIMESTAMP_MS: "TimestampMillisecond",
  TIMESTAMP_US: "TimestampMicrosecond",
  TIMESTAMP_NS: "TimestampNanosecond",
  INTERVAL: "IntervalMonthDayNano",
  JSON: "Json"
}

const precisions: Readonly<Record<string, string>> = {
  "0": "TimestampSecond",
  "3": "TimestampMillisecond",
  "6": "TimestampMicrosecond",
  "9": "TimestampNanosecond"
}

/** The type at the place, under the name that GreptimeDB gives it. */
export const dataType = (at: Cursor): string => {
  const token = at.next()
  const word = token.text.toUpperCase()
  const size = at.take("(") ? sizes(at) : ""
  if (word === "TIMESTAMP") {
    const type = precisions[size === "" ? "3" : size]
    if (type === undefined) throw refused(`TIMESTAMP(${size})`)
    return type
  }
  if (word === "DECIMAL") return `Decimal(${size === "" ? "38, 10" : size})`
  const type = plain[word]
  if (token.kind !== "word" || type === undefined) throw refused(token.text)
  return at.take("UNSIGNED") ? type.replace("Int", "UInt") : type
}

const sizes = (at: Cursor): string => {
  const found = at.list(() => at.next().text)
  at.expect(")")
  return found.join(", ")
}

const refused = (type: string): Failure => new Failure(2000, `SQL data type not supported yet: ${type}`)

const units: Readonly<Record<string, bigint>> = {
  TimestampSecond: 1_000_000_000n,
  TimestampMillisecond: 1_000_000n,
  TimestampMicrosecond: 1_000n,
  TimestampNanosecond: 1n
}

export const isTimestamp = (type: string): boolean => type in units

/** Nanoseconds of one unit of a timestamp. */
export const unitOf = (type: string): bigint => units[type] ?? 1n

const isInteger = (type: string): boolean => /^U?Int\d+$/.test(type)

const bits = (type: string): number => Number(type.replace(/\D/g, ""))

const inRange = (value: bigint, type: string): boolean =>
  type.startsWith("U")
    ? BigInt.asUintN(bits(type), value) === value
    : BigInt.asIntN(bits(type), value) === value

/** Milliseconds of `2024-01-02 03:04:05.678` in UTC, or of the same with an offset. */
const milliseconds = (text: string): number => {
  const iso = text.trim().replace(" ", "T")
  return Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(iso) || !iso.includes("T") ? iso : `${iso}Z`)
}

/** The value in another type; `undefined` when it cannot be. */
export const cast = (value: Value, from: string, to: string): Value | undefined => {
  if (value === null || from === to) return value
  if (isTimestamp(to)) return timestamp(value, from, to)
  if (isInteger(to)) return integer(value, to)
  if (to.startsWith("Float")) return float(value)
  if (to === "String" || to === "Utf8") return text(value)
  if (to === "Boolean") return boolean(value)
  if (to === "Json") return json(value)
  if (to === "Date") return typeof value === "string" ? day(value) : integer(value, "Int32")
  if (to.startsWith("Decimal") || to === "Binary") return text(value)
  return undefined
}

const timestamp = (value: Value, from: string, to: string): Value | undefined => {
  if (typeof value === "string") {
    const found = milliseconds(value)
    return Number.isNaN(found) ? undefined : (BigInt(found) * 1_000_000n) / unitOf(to)
  }
  if (typeof value !== "bigint") return undefined
  return isTimestamp(from) ? (value * unitOf(from)) / unitOf(to) : value
}

const integer = (value: Value, to: string): Value | undefined => {
  const whole =
    typeof value === "bigint"
      ? value
      : typeof value === "number" && Number.isFinite(value)
        ? BigInt(Math.trunc(value))
        : typeof value === "boolean"
          ? BigInt(value)
          : typeof value === "string" && /^\s*-?\d+\s*$/.test(value)
            ? BigInt(value.trim())
            : undefined
  return whole === undefined || !inRange(whole, to) ? undefined : whole
}

const float = (value: Value): Value | undefined => {
  if (typeof value === "bigint" || typeof value === "number") return Number(value)
  if (typeof value !== "string" || value.trim() === "" || Number.isNaN(Number(value))) return undefined
  return Number(value)
}

const text = (value: Value): Value => {
  if (typeof value === "object" && value !== null) return JSON.stringify(value.json)
  return typeof value === "number" && Number.isInteger(value) ? value.toFixed(1) : String(value)
}

const boolean = (value: Value): Value | undefined => {
  if (typeof value === "boolean") return value
  if (typeof value === "string") return { true: true, false: false }[value.toLowerCase()]
  return typeof value === "object" ? undefined : Number(value) !== 0
}

const json = (value: Value): Value | undefined => {
  try {
    return { json: JSON.parse(String(value)) }
  } catch {
    return undefined
  }
}

const day = (value: string): Value | undefined => {
  const found = Date.parse(value)
  return Number.isNaN(found) ? undefined : BigInt(Math.floor(found / 86_400_000))
}

/** A value as a column takes it in an INSERT. */
export const coerce = (value: Value, from: string, to: string): Value => {
  const found = cast(value, from, to)
  if (found === undefined) throw new Failure(2000, `Failed to parse value: ${String(value)}`)
  return found
}
