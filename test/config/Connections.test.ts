import { assert, describe, it } from "@effect/vitest"
import * as Redacted from "effect/Redacted"
import { defaultPool as pool } from "../../src/adapters/postgresql/Settings.ts"
import * as Connections from "../../src/config/Connections.ts"
import * as Reader from "../../src/config/Reader.ts"
import * as Reference from "../../src/config/Reference.ts"
import * as Backend from "../../src/domain/Backend.ts"
import { core, problems, valid } from "../fixtures/Environment.ts"

describe("connections", () => {
  it("reads every variable of one", () => {
    const config = valid({
      CORE_BACKEND: "postgresql",
      CORE_DB_URL: "postgresql://u%40x:p%2F%3D@db1:6000/app?sslmode=require",
      CORE_SCHEMA: "core",
      CORE_SCHEMA_MODE: "dynamic",
      CORE_LEDGER_SCHEMA: "ledger"
    })
    assert.deepStrictEqual(config.connections.get("core"), {
      connection: {
        name: "core",
        backend: "postgresql",
        address: "db1:6000/app",
        schema: "core",
        schemaMode: "dynamic",
        sessions: 2,
        ledgerSchema: "ledger"
      },
      backend: "postgresql",
      ledgerSchema: "ledger",
      settings: {
        _tag: "Server",
        host: "db1",
        port: 6000,
        database: "app",
        username: "u@x",
        password: Redacted.make("p/="),
        tls: "require",
        pool
      }
    })
  })

  it("reads nothing, whatever the backend is and wherever it is said to be, that is not documented", () => {
    const documented = new Set(Reference.connections.variables.map(({ name }) => name))
    const undocumented = Backend.all.flatMap(backend =>
      Backend.whereabouts[backend].variables.flatMap(suffix => {
        const environment = { X_BACKEND: backend, [`X_${suffix}`]: "x" }
        const reader = Reader.make(environment)
        Connections.decode(reader, environment, new Map(), pool)
        assert.include([...reader.used()], `X_${suffix}`, backend)
        return [...reader.used()].filter(name => !documented.has(name.replace(/^X_/, "{CONN}_")))
      })
    )
    // An etcd's user can be named without DB_ too, as that of the locks is.
    assert.deepStrictEqual([...new Set(undocumented)], ["X_USERNAME", "X_PASSWORD", "X_PASSWORD_FILE"])
  })

  it("needs no _BACKEND when the sources have it under one", () => {
    const { connections } = valid({ CORE_DB_HOST: "db1", CORE_DB_PASSWORD: "secret" }, core)
    assert.deepInclude(connections.get("core")?.settings, { host: "db1", database: "postgres" })
    assert.match(
      problems({ CORE_DB_HOST: "db1" }, { core: ["postgresql", "greptimedb"] }).join(),
      /^CORE_BACKEND: must be set: core has migrations under postgresql and greptimedb/
    )
  })

  it("does not invent connections from other programs' variables", () => {
    const config = valid(
      {
        STORAGE_BACKEND: "s3",
        VAULT_STORAGE_BACKEND: "etcd",
        BFM_STATE_BACKEND: "embedded",
        APP_DB_HOST: "db1",
        CORE_DB_HOST: "db1"
      },
      core
    )
    assert.deepStrictEqual([...config.connections.keys()], ["core"])
    assert.deepStrictEqual(config.warnings, [
      "VAULT_STORAGE_BACKEND is set, but neither VAULT_STORAGE_ENDPOINTS nor VAULT_STORAGE_DB_HOST: no connection was made"
    ])
  })

  it("says when a backend is misspelt, or has no server", () => {
    assert.match(
      problems({ CORE_BACKEND: "postgrs" }, core).join(),
      /^CORE_BACKEND: must be one of postgresql/
    )
    assert.match(problems({ CORE_BACKEND: "postgresql" }, core).join(), /^CORE_DB_HOST: is not set/)
    assert.match(valid({ APP_BACKEND: "postgrs" }).warnings.join(), /^APP_BACKEND is not one of/)
  })

  it("finds the variables of a name that cannot be one", () => {
    const { connections } = valid({ TENANT_DB_DB_HOST: "db1" }, { "tenant-db": ["postgresql"] })
    assert.strictEqual(connections.get("tenant-db")?.connection.address, "db1:5432/postgres")
    assert.match(
      problems({ A_B_DB_HOST: "x" }, { "a-b": ["postgresql"], a_b: ["postgresql"] }).join(),
      /^A_B_\*: means both connection a-b and connection a_b/
    )
  })

  it("goes to the embedded server when its host says so", () => {
    const { connections } = valid(
      { CORE_DB_HOST: "embedded", LOGS_BACKEND: "postgres", LOGS_DB_HOST: "Embedded", LOGS_DB_NAME: "l" },
      core
    )
    assert.deepStrictEqual(connections.get("core")?.settings, { _tag: "Embedded", database: "core", pool })
    assert.strictEqual(connections.get("logs")?.connection.address, "embedded/l")
  })

  it("is embedded by default only where nothing says that another database is meant", () => {
    assert.deepStrictEqual([...valid({}, core).connections.keys()], ["core"])
    // Whose state is shared has databases that are.
    const shared = { BFM_STATE_DB_URL: "postgres://u:p@db1/state" }
    assert.strictEqual(valid(shared, core).connections.size, 0)
    assert.deepStrictEqual(
      problems({ CORE_DB_URL: " " }, core).map(text => text.split(":")[0]),
      ["CORE_DB_URL"]
    )
    assert.match(problems({ CORE_DB_ULR: "postgres://db1/x" }, core).join(), /^CORE_DB_ULR/)
    assert.strictEqual(valid({ OTHER_DB_ULR: "x" }, core).connections.size, 1)
    // Nor is it silence where the sources are not there.
    assert.deepStrictEqual(valid({ CORE_DB_URL: "postgres://db1/x" }).warnings, [
      "CORE_DB_URL is set, but CORE_BACKEND is not, and no migration is of core: no connection was made"
    ])
  })

  it("takes a URL or its parts, not both", () => {
    const found = problems(
      { CORE_DB_URL: "postgres://db1/x", CORE_DB_PORT: "1", CORE_DB_PASSWORD: "x" },
      core
    )
    assert.deepStrictEqual(found, ["CORE_DB_URL: is set together with CORE_DB_PORT; keep one of the two"])
  })
})
