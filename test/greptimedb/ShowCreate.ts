import type { Table } from "./Catalog.ts"

const types: Readonly<Record<string, string>> = {
  Boolean: "BOOLEAN",
  Int8: "TINYINT",
  Int16: "SMALLINT",
  Int32: "INT",
  Int64: "BIGINT",
  UInt8: "TINYINT UNSIGNED",
  UInt16: "SMALLINT UNSIGNED",
  UInt32: "INT UNSIGNED",
  UInt64: "BIGINT UNSIGNED",
  Float32: "FLOAT",
  Float64: "DOUBLE",
  String: "STRING",
  Binary: "VARBINARY",
  Date: "DATE",
  TimestampSecond: "TIMESTAMP(0)",
  TimestampMillisecond: "TIMESTAMP(3)",
  TimestampMicrosecond: "TIMESTAMP(6)",
  TimestampNanosecond: "TIMESTAMP(9)",
  Json: "JSON"
}

const units: ReadonlyArray<readonly [name: string, seconds: number]> = [
  ["year", 31_557_600],
  ["month", 2_630_016],
  ["day", 86_400],
  ["h", 3_600],
  ["m", 60],
  ["s", 1]
]

const given: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3_600,
  d: 86_400,
  w: 604_800,
  y: 31_557_600
}

/** `1d` as the server shows it: `1day`. */
const duration = (text: string): string => {
  const parts = [...text.matchAll(/(\d+)\s*([smhdwy])[a-z]*/g)]
  if (parts.length === 0) return text
  let rest = parts.reduce((sum, [, amount, unit = "s"]) => sum + Number(amount) * (given[unit] ?? 1), 0)
  return units
    .flatMap(([name, seconds]) => {
      const amount = Math.floor(rest / seconds)
      rest -= amount * seconds
      return amount === 0 ? [] : [`${amount}${name}${amount > 1 && name.length > 1 ? "s" : ""}`]
    })
    .join(" ")
}

const withOptions = (options: ReadonlyMap<string, string>): string => {
  const lines = [...options]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([key, value]) =>
        `  ${/^\w+$/.test(key) ? key : `'${key}'`} = '${key === "ttl" ? duration(value) : value}'`
    )
  return lines.length === 0 ? "" : `\nWITH(\n${lines.join(",\n")}\n)`
}

/** As SHOW CREATE DATABASE says it. */
export const sqlOfDatabase = (name: string, options: ReadonlyMap<string, string>): string =>
  `CREATE DATABASE IF NOT EXISTS ${name}${withOptions(options)}`

/** As SHOW CREATE TABLE says it; a ttl of the database counts. */
export const sqlOfTable = (table: Table, database: ReadonlyMap<string, string>): string => {
  const columns = table.columns.map(column => {
    const value = column.defaultText === "" ? "" : ` DEFAULT ${column.defaultText}`
    const comment = column.comment === "" ? "" : ` COMMENT '${column.comment}'`
    const type = types[column.type] ?? column.type.toUpperCase()
    return `  "${column.name}" ${type} ${column.nullable ? "NULL" : "NOT NULL"}${value}${comment}`
  })
  const keys = table.primaryKey.map(name => `"${name}"`).join(", ")
  const body = [
    ...columns,
    `  TIME INDEX ("${table.timeIndex}")`,
    ...(keys === "" ? [] : [`  PRIMARY KEY (${keys})`])
  ]
  const ttl = database.get("ttl")
  const options = new Map([...(ttl === undefined ? [] : [["ttl", ttl] as const]), ...table.options])
  return `CREATE TABLE IF NOT EXISTS "${table.name}" (\n${body.join(",\n")}\n)\n\nENGINE=${table.engine}${withOptions(options)}`
}
