import type { Applied, ForeignMigration, History, Row } from "./Foreign.ts"
import { compareParts, time } from "./Foreign.ts"

/** Versions that mean the same are the same: `1`, `1.0`, `01_00`. */
export const key = (version: string): string =>
  version
    .split(/[._]/)
    .map(part => BigInt(part).toString())
    .join(".")
    .replace(/(?:\.0)+$/, "")

/** What is repeated has no version: its description names it. */
export const repeatable = (description: string): string => `R ${description.replaceAll("_", " ")}`

/** Each row is something that happened, in the order of their ranks. */
export const read = (rows: ReadonlyArray<Row>, migrations: ReadonlyArray<ForeignMigration>): History => {
  const applied = new Map<string, Applied>()
  const problems: Array<string> = []
  const notes: Array<string> = []
  for (const row of [...rows].sort((a, b) => Number(a["installed_rank"]) - Number(b["installed_rank"]))) {
    const version = typeof row["version"] === "string" ? row["version"] : undefined
    const type = String(row["type"])
    if (type === "SCHEMA") continue
    if (row["success"] !== true) {
      problems.push(
        `${String(row["script"])} failed: see what of it is there, mend that by hand, say flyway repair, and import again`
      )
      continue
    }
    const name = version === undefined ? repeatable(String(row["description"])) : key(version)
    if (type === "DELETE" || type.startsWith("UNDO")) applied.delete(name)
    else if (/BASELINE$/.test(type)) {
      const below = migrations.filter(
        ({ parts }) => parts.length > 0 && compareParts(parts, name.split(".")) <= 0
      )
      for (const migration of below) applied.set(migration.key, told(row))
      notes.push(`Flyway's baseline ${version ?? ""} counts everything up to it as applied, and so does this`)
    } else applied.set(name, { ...told(row), ...sum(row["checksum"]) })
  }
  return { ...settled(applied, migrations), problems, notes: [...notes, ...edited(applied, migrations)] }
}

const told = (row: Row): Applied => ({
  ...time(row["installed_on"]),
  ...(typeof row["installed_by"] === "string" ? { actor: row["installed_by"] } : {})
})

const sum = (cell: unknown): { readonly checksum?: number } =>
  typeof cell === "number" ? { checksum: cell } : {}

const differs = (migration: ForeignMigration, found: Applied | undefined): boolean =>
  found?.checksum !== undefined && migration.checksum !== undefined && found.checksum !== migration.checksum

/** What is repeated and has changed since counts as not applied: Flyway would run it again. */
const settled = (applied: ReadonlyMap<string, Applied>, migrations: ReadonlyArray<ForeignMigration>) => {
  const again = new Set(
    migrations
      .filter(migration => migration.parts.length === 0 && differs(migration, applied.get(migration.key)))
      .map(migration => migration.key)
  )
  return { applied: new Map([...applied].filter(([name]) => !again.has(name))) }
}

const edited = (
  applied: ReadonlyMap<string, Applied>,
  migrations: ReadonlyArray<ForeignMigration>
): ReadonlyArray<string> =>
  migrations
    .filter(migration => differs(migration, applied.get(migration.key)))
    .map(({ file, parts }) =>
      parts.length === 0
        ? `${file} was edited after Flyway applied it last: it is pending`
        : `${file} was edited after Flyway applied it: what is in the database may differ`
    )

/** CRC-32 over the lines without their ends, as Flyway counts; signed, as its table has it. */
export const checksum = (text: string): number => {
  let crc = -1
  for (const line of text.replace(/^\ufeff/, "").split(/\r\n|\r|\n/)) {
    for (const byte of new TextEncoder().encode(line)) {
      crc ^= byte
      for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
    }
  }
  return ~crc
}
