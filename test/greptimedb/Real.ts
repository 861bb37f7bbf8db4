import * as Fixture from "./Fixture.ts"

/** A real GreptimeDB that takes the double's place, like `http://127.0.0.1:4000`; everything in it is dropped. */
export const url: string | undefined = process.env["GREPTIMEDB_URL"]?.replace(/\/+$/, "") || undefined

const names = async (sql: string): Promise<ReadonlyArray<string>> =>
  (await Fixture.query(url ?? "", { sql })).map(([name]) => String(name))

const kept = ["greptime_private", "information_schema", "public"]

/** Makes it as empty as a new one. */
export const clear = async (): Promise<void> => {
  const run = (sql: string) => Fixture.query(url ?? "", { sql })
  for (const name of await names("SHOW FLOWS")) await run(`DROP FLOW IF EXISTS "${name}"`)
  for (const name of await names("SHOW VIEWS")) await run(`DROP VIEW IF EXISTS "${name}"`)
  for (const name of await names("SHOW TABLES")) {
    if (name !== "numbers") await run(`DROP TABLE IF EXISTS "${name}"`)
  }
  for (const name of await names("SHOW DATABASES")) {
    if (!kept.includes(name)) await run(`DROP DATABASE IF EXISTS "${name}"`)
  }
}
