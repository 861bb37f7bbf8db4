import { assert, describe, it } from "vitest"
import * as Password from "../../src/adapters/store/Password.ts"
import { problems, valid } from "../fixtures/Environment.ts"

const logs = (environment: Readonly<Record<string, string>>) => {
  const found = valid({ LOGS_BACKEND: "greptimedb", ...environment }).connections.get("logs")
  return found?.backend === "greptimedb" ? found : assert.fail("no GreptimeDB")
}

describe("GreptimeDB connections", () => {
  it("are read from their parts, on GreptimeDB's port for HTTP", () => {
    const { connection, ledgerSchema, settings } = logs({
      LOGS_DB_HOST: "g1",
      LOGS_DB_USERNAME: "u",
      LOGS_DB_PASSWORD: "p",
      LOGS_SCHEMA: "plant"
    })
    assert.deepStrictEqual(
      [connection.address, connection.backend, connection.schema, ledgerSchema],
      ["g1:4000/public", "greptimedb", "plant", "bfm"]
    )
    const { password, ...rest } = settings
    assert.deepStrictEqual(rest, { host: "g1", port: 4000, tls: false, username: "u", database: "public" })
    assert.strictEqual(Password.reveal(password), "p")
    assert.notInclude(JSON.stringify(settings), '"p"')
  })

  it("are read from a URL", () => {
    const { settings } = logs({
      LOGS_DB_URL: "https://us%40er:p%2Fw@[::1]:443/my-db",
      LOGS_TLS_CA: "/ca.pem"
    })
    const { password, ...rest } = settings
    assert.deepStrictEqual(rest, {
      host: "::1",
      port: 443,
      tls: true,
      authority: "/ca.pem",
      username: "us@er",
      database: "my-db"
    })
    assert.strictEqual(Password.reveal(password), "p/w")
    assert.strictEqual(logs({ LOGS_DB_URL: "http://g1" }).connection.address, "g1:4000/public")
    assert.isTrue(logs({ LOGS_DB_HOST: "g1", LOGS_TLS_CA: "/ca.pem" }).settings.tls)
  })

  it("say what is wrong with them, without the password", () => {
    const backend = { LOGS_BACKEND: "greptimedb" }
    const of = (environment: Readonly<Record<string, string>>) =>
      problems({ ...backend, ...environment }).join()
    assert.match(of({ LOGS_DB_URL: "postgres://u:secret@g1/x" }), /^LOGS_DB_URL: must look like http/)
    assert.notInclude(of({ LOGS_DB_URL: "http://u:sec/ret@g1/x" }), "ret")
    assert.match(of({ LOGS_DB_URL: "http://g1/x?db=y" }), /has parameters/)
    assert.match(of({ LOGS_DB_URL: "http://g1", LOGS_TLS_CA: "/ca" }), /^LOGS_TLS_CA: .*begins with http:/)
    assert.match(of({ LOGS_DB_URL: "http://g1", LOGS_DB_HOST: "g2" }), /is set together with LOGS_DB_HOST/)
    assert.match(of({ LOGS_DB_HOST: "g1", LOGS_DB_PORT: "70000" }), /^LOGS_DB_PORT: must be a port/)
  })
})
