import type { ForeignMigration, History, Reading, Remark, Row, SourceFile, Tool } from "./Foreign.ts"
import { cut, doubled, nameOf, time } from "./Foreign.ts"

const FILE = /^(?:(\d+)[_-])?(.*)\.(sql|[cm]?[jt]s)$/
const UP = /^\s*--[\s-]*up\s+migration/im
const DOWN = /^\s*--[\s-]*down\s+migration/im

/** `{time}_{name}.sql`, divided by `-- Up Migration` and `-- Down Migration`. */
const read = (files: ReadonlyArray<SourceFile>): Reading => {
  const left: Array<Remark> = []
  const migrations: Array<ForeignMigration> = []
  for (const { name: file, text } of [...files].sort(inOrder)) {
    const [, version, title = "", kind] = FILE.exec(file) ?? []
    if (kind !== "sql") {
      left.push({
        file,
        reason:
          kind === undefined
            ? "it is no SQL file"
            : "a migration in JavaScript or TypeScript: write it anew as SQL, or as a program of BfM"
      })
      continue
    }
    const { up, down } = divide(text)
    migrations.push({
      key: file.slice(0, -".sql".length),
      file,
      parts: version === undefined ? [] : [version],
      name: nameOf(title),
      up,
      ...(down === undefined ? {} : { down }),
      outside: false
    })
  }
  return { migrations, problems: doubled(migrations), left, notes: [] }
}

/** What stands before the mark of the up part is never sent; without marks, all of it is. */
const divide = (text: string): { readonly up: string; readonly down?: string } => {
  const up = markAt(text, UP)
  const down = markAt(text, DOWN)
  const from = up === undefined ? text : cut(text, up)[1]
  if (down === undefined || (up !== undefined && down < up)) return { up: from }
  const offset = text.length - from.length
  return { up: from.slice(0, down - offset), down: cut(text, down)[1] }
}

/** Where the line of a mark begins: the blanks before it may be lines of their own. */
const markAt = (text: string, mark: RegExp): number | undefined => {
  const found = mark.exec(text)
  return found === null ? undefined : found.index + found[0].indexOf("--")
}

/** By the time that a name begins with, which is written in two ways; then by name. */
const inOrder = (a: SourceFile, b: SourceFile): number => {
  const [left, right] = [moment(a.name), moment(b.name)]
  return left === right ? (a.name < b.name ? -1 : 1) : left - right
}

const moment = (file: string): number => {
  const digits = /^\d+/.exec(file)?.[0] ?? ""
  if (digits === "") return Number.POSITIVE_INFINITY
  const [, year, month, day, hour, minute, second, rest] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d{3})$/.exec(digits) ?? []
  return year === undefined
    ? Number(digits)
    : Date.UTC(
        Number(year),
        Number(month) - 1,
        Number(day),
        Number(hour),
        Number(minute),
        Number(second),
        Number(rest)
      )
}

/** One row for each applied migration, by the file's name. */
const history = (rows: ReadonlyArray<Row>): History => ({
  applied: new Map(rows.map(row => [String(row["name"]), time(row["run_on"])])),
  problems: [],
  notes: []
})

export const tool: Tool = {
  name: "node-pg-migrate",
  table: "pgmigrations",
  columns: ["id", "name", "run_on"],
  read,
  history
}
