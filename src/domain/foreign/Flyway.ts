import * as FlywayHistory from "./FlywayHistory.ts"
import type { ForeignMigration, Reading, Remark, SourceFile, Tool } from "./Foreign.ts"
import { compareParts, doubled, nameOf } from "./Foreign.ts"

const FILE = /^([VURB])(.*?)__(.*)\.sql$/
const VERSION = /^\d+(?:[._]\d+)*$/

/** `V1.2__name.sql`, what undoes it (`U1.2__name.sql`), and what is repeated (`R__name.sql`). */
const read = (files: ReadonlyArray<SourceFile>): Reading => {
  const left: Array<Remark> = []
  const versioned: Array<ForeignMigration> = []
  const repeated: Array<ForeignMigration> = []
  const undo = new Map<string, string>()
  const settings = new Map(
    files.filter(({ name }) => name.endsWith(".conf")).map(file => [file.name, file.text])
  )
  for (const { name: file, text } of files) {
    if (settings.has(file)) continue
    const [, kind, version = "", description = ""] = FILE.exec(file) ?? []
    if (kind === "B")
      left.push({ file, reason: "a baseline migration: bfm baseline does this (docs/moving.md)" })
    else if (kind === undefined || (kind === "R" ? version !== "" : !VERSION.test(version))) {
      left.push({
        file,
        reason: "its name is none of Flyway's (V1.2__name.sql, U1.2__name.sql, R__name.sql)"
      })
    } else if (kind === "U") undo.set(FlywayHistory.key(version), text)
    else {
      const parts = kind === "R" ? [] : version.split(/[._]/)
      const migration: ForeignMigration = {
        key: kind === "R" ? FlywayHistory.repeatable(description) : FlywayHistory.key(version),
        file,
        parts,
        name: nameOf(description),
        up: text,
        outside: /^\s*executeInTransaction\s*=\s*false\s*$/im.test(settings.get(`${file}.conf`) ?? ""),
        checksum: FlywayHistory.checksum(text)
      }
      if (kind === "R") repeated.push(migration)
      else versioned.push(migration)
    }
  }
  versioned.sort((a, b) => compareParts(a.parts, b.parts))
  repeated.sort((a, b) => (a.key < b.key ? -1 : 1))
  const migrations = [...versioned.map(undone(undo)), ...repeated]
  return {
    migrations,
    problems: doubled(migrations),
    left,
    notes: [
      ...(repeated.length === 0
        ? []
        : [
            `BfM repeats nothing: ${repeated.map(({ file }) => file).join(", ")} ${repeated.length === 1 ? "becomes a migration" : "become migrations"} that ${repeated.length === 1 ? "is" : "are"} applied once; write a later change as a new one`
          ]),
      ...migrations
        .filter(({ up }) => /\$\{[\w:.]+\}/.test(up))
        .map(
          ({ file }) =>
            `${file} has placeholders of Flyway: write each \${name} as {{.Vars.name}} before it is run`
        )
    ]
  }
}

const undone =
  (undo: ReadonlyMap<string, string>) =>
  (migration: ForeignMigration): ForeignMigration => {
    const down = undo.get(migration.key)
    return down === undefined ? migration : { ...migration, down }
  }

export const tool: Tool = {
  name: "flyway",
  table: "flyway_schema_history",
  columns: [
    "installed_rank",
    "version",
    "description",
    "type",
    "script",
    "checksum",
    "installed_on",
    "success"
  ],
  read,
  history: FlywayHistory.read
}
