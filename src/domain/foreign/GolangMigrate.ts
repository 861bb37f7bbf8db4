import type { ForeignMigration, History, Reading, Remark, Row, SourceFile, Tool } from "./Foreign.ts"
import { compareParts, nameOf } from "./Foreign.ts"

const FILE = /^(\d+)_(.*)\.(up|down)\.sql$/

interface Pair {
  up?: SourceFile
  down?: SourceFile
  readonly title: string
  readonly version: string
}

/** `{version}_{title}.up.sql` and `.down.sql`. */
const read = (files: ReadonlyArray<SourceFile>): Reading => {
  const pairs = new Map<string, Pair>()
  const problems: Array<Remark> = []
  const left: Array<Remark> = []
  for (const file of files) {
    const [, version = "", title = "", direction] = FILE.exec(file.name) ?? []
    if (direction === undefined) {
      left.push({ file: file.name, reason: "its name is not {version}_{title}.up.sql or .down.sql" })
      continue
    }
    const key = BigInt(version).toString()
    const pair = pairs.get(key) ?? { title, version }
    const side = direction === "up" ? "up" : "down"
    const other = pair[side]
    if (other !== undefined) problems.push({ file: file.name, reason: `it has the version of ${other.name}` })
    else pair[side] = file
    pairs.set(key, pair)
  }
  const migrations = [...pairs].map(
    ([key, { up, down, title, version }]): ForeignMigration => ({
      key,
      file: up?.name ?? down?.name ?? "",
      parts: [version],
      name: nameOf(title),
      // A version without an up script does nothing on the way up.
      up: up?.text ?? "",
      ...(down === undefined ? {} : { down: down.text }),
      outside: false
    })
  )
  return { migrations: migrations.sort((a, b) => compareParts(a.parts, b.parts)), problems, left, notes: [] }
}

/** One row: the version up to which everything is applied, and whether the last step ended. */
const history = (rows: ReadonlyArray<Row>, migrations: ReadonlyArray<ForeignMigration>): History => {
  const [row, ...more] = rows
  if (row === undefined) return { applied: new Map(), problems: [], notes: [] }
  const version = String(row["version"])
  if (row["dirty"] === true) {
    return {
      applied: new Map(),
      problems: [
        `it is dirty at version ${version}: that migration failed or was interrupted. See what of it is there, mend that by hand, say migrate force V with the version that holds, and import again`
      ],
      notes: []
    }
  }
  const problems = [
    ...(more.length > 0 ? ["it has more than one row, which golang-migrate never writes"] : []),
    ...(Number(version) >= 0 && !migrations.some(({ key }) => key === version)
      ? [`it stands at version ${version}, and the folder has no such file: is it the right folder (--from)?`]
      : [])
  ]
  const applied = migrations.filter(({ parts }) => compareParts(parts, [version.replace("-", "")]) <= 0)
  return {
    applied: Number(version) < 0 ? new Map() : new Map(applied.map(({ key }) => [key, {}])),
    problems,
    notes: ["golang-migrate keeps no times: the time of the import stands in history"]
  }
}

export const tool: Tool = {
  name: "golang-migrate",
  table: "schema_migrations",
  columns: ["version", "dirty"],
  read,
  history
}
