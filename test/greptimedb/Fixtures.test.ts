import { afterAll, describe, it } from "vitest"
import * as Fixture from "./Fixture.ts"
import * as Real from "./Real.ts"
import * as Server from "./Server.ts"

const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`

/** Statements that a fixture only describes. */
const written: Readonly<Record<string, string>> = {
  "042-memory-limit": `INSERT INTO test_mem_limit VALUES ${Array.from({ length: 100 }, (_, n) => `(${n}, 'a row of some length')`).join(", ")}`
}

const request = ({ id, request }: Fixture.Fixture): Fixture.Fixture["request"] => {
  const sql = written[id]
  return sql === undefined ? request : { ...request, form: { ...request.form, sql } }
}

const options = ({ server }: Fixture.Fixture): Server.Options => ({
  ...(server.user_provider === undefined ? {} : { userProvider: server.user_provider }),
  ...(server["http.timeout"] === undefined ? {} : { httpTimeout: 30_000 }),
  ...(server.max_in_flight_write_bytes === undefined
    ? {}
    : { maxInFlightWriteBytes: Number(server.max_in_flight_write_bytes) })
})

/** What must go wrong for the recorded answer. */
const fault = ({ server }: Fixture.Fixture) => {
  if (server["http.timeout"] !== undefined) return { applies: false, answer: "hold" } as const
  if (server.inject === undefined) return undefined
  return { applies: false, answer: server.inject.startsWith("internal") ? "internal" : "busy" } as const
}

const replay = async (fixture: Fixture.Fixture, url: string): Promise<void> => {
  const user = fixture.server.user_provider === undefined ? undefined : basic("greptime_user", "greptime_pwd")
  for (const sql of fixture.setup_sql) await Fixture.query(url, { sql }, user)
  Fixture.check(fixture, await Fixture.send(url, request(fixture)))
  for (const { form, rows } of fixture.then ?? []) {
    Fixture.check(
      { ...fixture, match: {}, response: { status: 200, headers: {}, json: rows } },
      { status: 200, headers: new Headers(), body: JSON.stringify(await Fixture.query(url, form, user)) }
    )
  }
}

/** Recorded with another configuration, another build or another version than the server of the compose file. */
const special = ({ id, server }: Fixture.Fixture): boolean =>
  Object.keys(server).length > 0 || ["004-status", "011-select-get", "012-format-influxdb"].includes(id)

const onDouble = async (fixture: Fixture.Fixture): Promise<void> => {
  const double = await Server.start(options(fixture))
  try {
    const wrong = fault(fixture)
    if (wrong !== undefined) double.faults.plan(wrong, sql => sql === fixture.request.form?.["sql"])
    await replay(fixture, double.url)
  } finally {
    await double.close()
  }
}

const onServer =
  (url: string) =>
  async (fixture: Fixture.Fixture): Promise<void> => {
    await Real.clear()
    await replay(fixture, url)
  }

const { url } = Real
const [subject, answers] =
  url === undefined ? ["the test double", onDouble] : ["the server at GREPTIMEDB_URL", onServer(url)]

describe(`${subject} answers as recorded`, () => {
  if (url !== undefined) afterAll(Real.clear)
  for (const fixture of Fixture.all) {
    if (url === undefined || !special(fixture)) it(fixture.id, () => answers(fixture))
  }
})
