import { randomBytes } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Bfm from "../../src/interfaces/library/Bfm.ts"
import { query, server } from "../fixtures/Postgresql.ts"
import * as Project from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"

/** A role that the server lets in only with its password, as nearly every server does. */
const guarded = (password: string) =>
  Effect.gen(function* () {
    const { host, port, username } = yield* server
    const sql = (...statements: ReadonlyArray<string>) =>
      query(`postgres://${username}@${host}:${port}/postgres`, ...statements)
    const role = `r_${randomBytes(6).toString("hex")}`
    const [{ hba_file } = {}] = yield* sql("SHOW hba_file")
    const admit = (...rules: ReadonlyArray<string>) =>
      sql(
        `COPY (SELECT unnest(ARRAY[${[...rules, "host all all all trust"].map(rule => `'${rule}'`).join(",")}])) TO '${String(hba_file)}'`,
        "SELECT pg_reload_conf()"
      )
    yield* Effect.acquireRelease(
      sql(`CREATE ROLE ${role} LOGIN SUPERUSER PASSWORD '${password.replaceAll("'", "''")}'`),
      () => Effect.zipRight(admit(), sql(`DROP ROLE ${role}`))
    )
    yield* admit(`host all ${role} all scram-sha-256`)
    return role
  })

describe("a server that wants a password", () => {
  for (const [name, sslmode] of [
    ["by default", undefined],
    ["without TLS", "disable"]
  ] as const) {
    it.scopedLive(`${name}: the target and the state get theirs, whatever is in it`, () =>
      Effect.gen(function* () {
        const password = ` it's "=@/\\ ü `
        // Before the project: what the role owns goes away with its databases.
        const role = yield* guarded(password)
        const project = yield* Project.make
        const { hostname, port } = new URL(project.target.url)
        const mode = sslmode === undefined ? {} : { CORE_DB_SSLMODE: sslmode, BFM_STATE_DB_SSLMODE: sslmode }
        const environment = {
          CORE_DB_URL: "",
          CORE_DB_HOST: hostname,
          CORE_DB_PORT: port,
          CORE_DB_NAME: project.target.name,
          CORE_DB_USERNAME: role,
          CORE_DB_PASSWORD: password,
          BFM_STATE_DB_URL: "",
          BFM_STATE_DB_HOST: hostname,
          BFM_STATE_DB_PORT: port,
          BFM_STATE_DB_NAME: project.state.name,
          BFM_STATE_DB_USERNAME: role,
          BFM_STATE_DB_PASSWORD: password,
          ...mode
        }
        project.write(
          `${Scenario.named(1, "t")}.up.sql`,
          "CREATE TABLE t AS SELECT session_user::text AS who;"
        )
        assert.lengthOf((yield* project.run(Bfm.up(), environment)).applied, 1)
        assert.deepStrictEqual(yield* project.query("SELECT who FROM t"), [{ who: role }])
        const refused = (variable: string, value: string) =>
          Effect.map(
            Scenario.failing(project.run(Bfm.up(), { ...environment, [variable]: value })),
            ({ _tag, message }) => `${_tag} ${message}`
          ).pipe(Effect.timeout("60 seconds"))
        assert.match(yield* refused("CORE_DB_PASSWORD", "wrong"), /^ConnectionUnreachable .*authentication/)
        assert.match(yield* refused("CORE_DB_PASSWORD", ""), /^ConnectionUnreachable .*password/)
        assert.match(yield* refused("BFM_STATE_DB_PASSWORD", "wrong"), /^StateUnavailable .*authentication/)
        assert.match(yield* refused("BFM_STATE_DB_PASSWORD", ""), /^StateUnavailable .*password/)
      })
    )
  }
})
