import type { SqlError } from "@effect/sql/SqlError"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { MissingRight, Vitals } from "../../../domain/Vitals.ts"
import type { Lend } from "./Pool.ts"

interface Row {
  readonly version: string
  readonly now: number | string
  readonly readonly: number
}

/** What the upgrade of the tables and their use need. */
const needed = ["SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "INDEX", "DROP"]

/** Asks the server how it is. */
export const ask = (lend: Lend, database: string): Effect.Effect<Vitals, SqlError> =>
  lend(send =>
    Effect.gen(function* () {
      const before = yield* Clock.currentTimeMillis
      const [row] = yield* send<Row>(
        "select version() as version, unix_timestamp(now(3)) * 1000 as now, @@global.read_only as readonly"
      )
      const after = yield* Clock.currentTimeMillis
      const grants = yield* send<object>("show grants")
      const texts = grants.map(grant => String(Object.values(grant)[0] ?? ""))
      const version = row?.version ?? ""
      const mariadb = /mariadb/i.test(version)
      const vitals: Vitals = {
        product: mariadb ? "MariaDB" : "MySQL",
        version: version.replace(/-mariadb.*$/i, ""),
        ...concern(mariadb, version),
        clock: { difference: Number(row?.now) - (before + after) / 2, uncertainty: (after - before) / 2 },
        missing: [...readOnly(row), ...missing(texts, database)],
        unasked: []
      }
      return vitals
    })
  )

const concern = (mariadb: boolean, version: string): { readonly concern?: string } => {
  const [major = 0, minor = 0] = version.split(".").map(Number)
  const old = mariadb ? major * 100 + minor < 1006 : major < 8
  if (!old) return {}
  return mariadb
    ? { concern: `MariaDB ${version} is older than 10.6, the oldest that BfM supports` }
    : { concern: `MySQL ${version} is older than 8, the oldest that BfM supports` }
}

const readOnly = (row: Row | undefined): ReadonlyArray<MissingRight> =>
  Number(row?.readonly) === 1
    ? [{ right: "write: the server is read_only", remedy: "connect to the server that is written to" }]
    : []

/** By what `SHOW GRANTS` says; a role's rights are not looked into: then nothing is said to be missing. */
const missing = (grants: ReadonlyArray<string>, database: string): ReadonlyArray<MissingRight> => {
  const given = new Set<string>()
  for (const grant of grants) {
    const [, rights = "", place = ""] = /^GRANT (.*?) ON (.*?) TO /i.exec(grant) ?? []
    if (place === "" && /^GRANT /i.test(grant)) return []
    if (!covers(place, database)) continue
    if (/^ALL PRIVILEGES/i.test(rights)) return []
    for (const right of rights.split(",")) given.add(right.trim().toUpperCase())
  }
  const lacking = needed.filter(right => !given.has(right))
  return lacking.length === 0
    ? []
    : [
        {
          right: `${lacking.join(", ")} in the database ${database}`,
          remedy: `GRANT ALL PRIVILEGES ON \`${database}\`.* TO the user`
        }
      ]
}

/** `_` and `%` stand for any characters there, unless a backslash says otherwise. */
const covers = (place: string, database: string): boolean => {
  const pattern = /^`?(.*?)`?\.\*$/.exec(place)?.[1]
  if (pattern === undefined) return false
  if (pattern === "*") return true
  const expression = pattern.replaceAll(/\\([_%])|([_%])|([^\w])/g, (_, literal, any, other) =>
    literal !== undefined ? literal : any === "%" ? ".*" : any === "_" ? "." : `\\${other}`
  )
  return new RegExp(`^${expression}$`).test(database)
}
