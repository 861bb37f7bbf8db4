import type { Value } from "./Ast.ts"
import { type Failure, httpStatus, invalid, shown } from "./Failure.ts"
import type { Output } from "./Session.ts"
import { isTimestamp, unitOf } from "./Types.ts"

/** An answer as it goes over the wire. */
export interface Response {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export const text = (status: number, body: string): Response => ({
  status,
  headers: { "content-type": "text/plain; charset=utf-8" },
  body
})

export const json = (value: unknown): Response => ({
  status: 200,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(value)
})

/** As a header's value: what is not visible ASCII is escaped byte by byte. */
const escaped = (line: string): string =>
  [...Buffer.from(line)]
    .map(byte =>
      byte >= 32 && byte < 127 ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`
    )
    .join("")

export const failure = (refused: Failure, milliseconds: number): Response => {
  const error = shown(refused)
  return {
    status: httpStatus(refused.code),
    headers: {
      "content-type": "application/json",
      "x-greptime-err-code": String(refused.code),
      "x-greptime-err-msg": escaped(`error: ${error}, execution_time_ms: ${milliseconds}`)
    },
    body: JSON.stringify({ code: refused.code, error, execution_time_ms: milliseconds })
  }
}

/** Numbers of 64 bits stand in the JSON as they are; a float always has its point. */
const cell = (value: Value, type: string): string => {
  if (typeof value === "bigint") return value.toString()
  if (typeof value === "number") {
    if (!Number.isFinite(value)) return "null"
    return Number.isInteger(value) && Math.abs(value) < 1e16 ? value.toFixed(1) : String(value)
  }
  if (typeof value === "object" && value !== null) return JSON.stringify(value.json)
  return type === "Binary" && typeof value === "string"
    ? `[${[...Buffer.from(value)].join(",")}]`
    : JSON.stringify(value)
}

type Records = Extract<Output, { readonly rows: unknown }>

const cells = ({ columns, rows }: Records): ReadonlyArray<ReadonlyArray<string>> =>
  rows.map(row => row.map((value, index) => cell(value, columns[index]?.type ?? "")))

const greptime = (outputs: ReadonlyArray<Output>, milliseconds: number): string => {
  const all = outputs.map(output => {
    if ("affected" in output) return `{"affectedrows":${output.affected}}`
    const schemas = output.columns.map(({ name, type }) => ({ name, data_type: type }))
    const rows = cells(output).map(row => `[${row.join(",")}]`)
    return `{"records":{"schema":${JSON.stringify({ column_schemas: schemas })},"rows":[${rows.join(",")}],"total_rows":${rows.length}}}`
  })
  return `{"output":[${all.join(",")}],"execution_time_ms":${milliseconds}}`
}

const influx = (outputs: ReadonlyArray<Output>, milliseconds: number): string => {
  const all = outputs.map((output, index) => {
    if ("affected" in output) return `{"statement_id":${index},"series":[]}`
    const names = JSON.stringify(output.columns.map(({ name }) => name))
    const rows = cells(output).map(row => `[${row.join(",")}]`)
    return `{"statement_id":${index},"series":[{"name":"","columns":${names},"values":[${rows.join(",")}]}]}`
  })
  return `{"results":[${all.join(",")}],"execution_time_ms":${milliseconds}}`
}

const csvCell = (value: string): string => {
  const plain = value.startsWith('"') ? String(JSON.parse(value)) : value === "null" ? "" : value
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain
}

const csv = (output: Output, names: boolean, types: boolean): string => {
  if ("affected" in output) return `${output.affected}\r\n`
  const lines = [
    ...(names ? [output.columns.map(({ name }) => name)] : []),
    ...(types ? [output.columns.map(({ type }) => type)] : []),
    ...cells(output).map(row => row.map(csvCell))
  ]
  return lines.map(line => `${line.join(",")}\r\n`).join("")
}

const table = (output: Output): string => {
  if ("affected" in output) return `${output.affected}\n`
  const rows = cells(output)
  const widths = output.columns.map(({ name }, index) =>
    Math.max(name.length, ...rows.map(row => (row[index] ?? "").length))
  )
  const line = (parts: ReadonlyArray<string>, fill: string, separator: string) =>
    parts.map((part, index) => `${fill}${part.padEnd(widths[index] ?? 0, fill)}${fill}`).join(separator)
  return [
    `┌${line(
      output.columns.map(({ name }) => name),
      "─",
      "┬"
    )}┐`,
    ...rows.map(row => `│${line(row, " ", "│")}│`),
    `└${line(
      widths.map(() => ""),
      "─",
      "┴"
    )}┘`,
    ""
  ].join("\n")
}

const objects = (output: Output, milliseconds: number): string => {
  if ("affected" in output) {
    return JSON.stringify({ data: [], affected_rows: output.affected, execution_time_ms: milliseconds })
  }
  const rows = cells(output).map(
    row =>
      `{${row.map((value, index) => `${JSON.stringify(output.columns[index]?.name)}:${value}`).join(",")}}`
  )
  return `{"data":[${rows.join(",")}],"execution_time_ms":${milliseconds}}`
}

const silent = (output: Output, milliseconds: number): string => {
  const count =
    "affected" in output ? `${output.affected} rows affected.` : `${output.rows.length} rows in set.`
  return `${count}\nElapsed: ${(milliseconds / 1_000).toFixed(3)} sec.\n`
}

const plain = "text/plain; charset=utf-8"
const javascript = "application/json"

interface Single {
  /** What the server calls the format. */
  readonly name: string
  readonly type: string
  readonly render: (output: Output, milliseconds: number) => string
}

/** Formats that hold one statement's output only. */
const singles: Readonly<Record<string, Single>> = {
  csv: { name: "csv", type: "text/csv; charset=utf-8", render: output => csv(output, false, false) },
  csvwithnames: { name: "csv", type: "text/csv; charset=utf-8", render: output => csv(output, true, false) },
  csvwithnamesandtypes: {
    name: "csv",
    type: "text/csv; charset=utf-8",
    render: output => csv(output, true, true)
  },
  table: { name: "table", type: plain, render: table },
  json: { name: "json", type: javascript, render: objects },
  null: { name: "null", type: plain, render: silent }
}

const epochs: Readonly<Record<string, bigint>> = {
  ns: 1n,
  u: 1_000n,
  µ: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n
}

/** Timestamps in the unit that was asked for; what is not known means milliseconds. */
const inEpoch = (output: Output, epoch: string): Output => {
  if ("affected" in output) return output
  const unit = epochs[epoch] ?? 1_000_000n
  const convert = (value: Value, type = ""): Value =>
    typeof value === "bigint" && isTimestamp(type) ? (value * unitOf(type)) / unit : value
  return {
    columns: output.columns,
    rows: output.rows.map(row => row.map((value, index) => convert(value, output.columns[index]?.type)))
  }
}

/** The outputs of a request in the format that was asked for; an unknown one means the usual. */
export const success = (
  outputs: ReadonlyArray<Output>,
  format: string,
  epoch: string | undefined,
  milliseconds: number
): Response => {
  const single = singles[format.toLowerCase()]
  const headers = (name: string, type: string) => ({
    "content-type": type,
    "x-greptime-format": name,
    "x-greptime-execution-time": String(milliseconds)
  })
  if (single !== undefined) {
    const [output] = outputs
    if (output === undefined || outputs.length > 1) {
      return failure(invalid(`cannot output multi-statements result in ${single.name} format`), milliseconds)
    }
    const { name, type, render } = single
    return { status: 200, headers: headers(name, type), body: render(output, milliseconds) }
  }
  if (format.toLowerCase() === "influxdb_v1") {
    const converted = epoch === undefined ? outputs : outputs.map(output => inEpoch(output, epoch))
    return {
      status: 200,
      headers: headers("influxdb_v1", javascript),
      body: influx(converted, milliseconds)
    }
  }
  return {
    status: 200,
    headers: headers("greptimedb_v1", javascript),
    body: greptime(outputs, milliseconds)
  }
}
