import type { Applied, ForeignMigration, History, Reading, Remark, Row, SourceFile, Tool } from "./Foreign.ts"
import { compareParts, doubled, nameOf, time } from "./Foreign.ts"

const FILE = /^(\d+)_(.*)\.(sql|go)$/
const ANNOTATION = /^--\s*\+goose\s+(.*?)\s*$/i

/** `{version}_{name}.sql` with `-- +goose` annotations, each on a line of its own. */
const read = (files: ReadonlyArray<SourceFile>): Reading => {
  const problems: Array<Remark> = []
  const left: Array<Remark> = []
  const migrations: Array<ForeignMigration> = []
  for (const { name: file, text } of files) {
    const [, version, title = "", kind] = FILE.exec(file) ?? []
    if (version === undefined) left.push({ file, reason: "its name is not {version}_{name}.sql" })
    else if (kind === "go")
      left.push({ file, reason: "a migration in Go: write it anew as SQL or TypeScript" })
    else {
      const sections = divide(text)
      if (sections.problem !== undefined) problems.push({ file, reason: sections.problem })
      else {
        const { up, down, outside } = sections
        migrations.push({
          key: BigInt(version).toString(),
          file,
          parts: [version],
          name: nameOf(title),
          up,
          ...(down === undefined ? {} : { down }),
          outside
        })
      }
    }
  }
  migrations.sort((a, b) => compareParts(a.parts, b.parts))
  return { migrations, problems: [...problems, ...doubled(migrations)], left, notes: [] }
}

interface Sections {
  readonly up: string
  readonly down: string | undefined
  readonly outside: boolean
  readonly problem: string | undefined
}

/** Statements are found by their own quotes here: the lines that hold one together are not needed. */
const divide = (text: string): Sections => {
  const lines: Record<"up" | "down", Array<string>> = { up: [], down: [] }
  let section: "up" | "down" | undefined
  let outside = false
  let hasDown = false
  let problem: string | undefined
  for (const line of text.split("\n")) {
    const word = ANNOTATION.exec(line)?.[1]?.toLowerCase().replaceAll(/\s+/g, " ")
    switch (word) {
      case undefined:
        if (section !== undefined) lines[section].push(line)
        break
      case "up":
        section = "up"
        break
      case "down":
        section = "down"
        hasDown = true
        break
      case "no transaction":
        outside = true
        break
      case "statementbegin":
      case "statementend":
        break
      case "envsub on":
        problem = "-- +goose ENVSUB ON: write each variable as {{.Vars.name}}, and take the annotation out"
        break
      case "envsub off":
        break
      default:
        problem = `-- +goose ${word} is no annotation that is known`
    }
  }
  if (section === undefined) problem ??= "it has no line -- +goose Up"
  return {
    up: lines.up.join("\n"),
    down: hasDown ? lines.down.join("\n") : undefined,
    outside,
    problem
  }
}

/** Each row is something that happened; the newest of a version counts. Version 0 is the table's own. */
const history = (rows: ReadonlyArray<Row>): History => {
  const applied = new Map<string, Applied>()
  for (const row of [...rows].sort((a, b) => Number(a["id"]) - Number(b["id"]))) {
    const key = String(row["version_id"])
    if (key === "0") continue
    if (row["is_applied"] === true) applied.set(key, time(row["tstamp"]))
    else applied.delete(key)
  }
  return { applied, problems: [], notes: [] }
}

export const tool: Tool = {
  name: "goose",
  table: "goose_db_version",
  columns: ["id", "version_id", "is_applied", "tstamp"],
  read,
  history
}
