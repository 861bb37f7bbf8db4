import type { ForeignMigration, History, Reading, Remark, Row, SourceFile, Tool } from "./Foreign.ts"
import { cut, doubled, nameOf } from "./Foreign.ts"

const FILE = /^(\d+)_?(.*)\.sql$/
const UP = /^--[ \t]*migrate:up\b(.*)$/m
const DOWN = /^--[ \t]*migrate:down\b.*$/m

/** `{version}_{name}.sql`, divided by `-- migrate:up` and `-- migrate:down`; in the order of their names. */
const read = (files: ReadonlyArray<SourceFile>): Reading => {
  const problems: Array<Remark> = []
  const left: Array<Remark> = []
  const migrations: Array<ForeignMigration> = []
  for (const { name: file, text } of [...files].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const [, version, title = ""] = FILE.exec(file) ?? []
    if (version === undefined) {
      left.push({ file, reason: "its name does not begin with a version" })
      continue
    }
    const up = UP.exec(text)
    if (up === null) {
      problems.push({ file, reason: "it has no line -- migrate:up" })
      continue
    }
    const [, body] = cut(text, up.index)
    const down = DOWN.exec(body)
    const [upText, downText] = down === null ? [body, undefined] : cut(body, down.index)
    migrations.push({
      key: version,
      file,
      parts: [version],
      name: nameOf(title),
      up: upText,
      ...(downText === undefined || downText.trim() === "" ? {} : { down: downText }),
      outside: /\btransaction:false\b/.test(up[1] ?? "")
    })
  }
  return { migrations, problems: [...problems, ...doubled(migrations)], left, notes: [] }
}

/** One row for each applied version. */
const history = (rows: ReadonlyArray<Row>): History => ({
  applied: new Map(rows.map(row => [String(row["version"]), {}])),
  problems: [],
  notes: rows.length === 0 ? [] : ["dbmate keeps no times: the time of the import stands in history"]
})

export const tool: Tool = {
  name: "dbmate",
  table: "schema_migrations",
  columns: ["version"],
  read,
  history
}
