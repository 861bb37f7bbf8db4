import { assert, describe, it } from "@effect/vitest"
import * as Redacted from "effect/Redacted"
import { problems, valid } from "../fixtures/Environment.ts"

describe("the state", () => {
  it("is a server as soon as one of its variables is set", () => {
    const { state } = valid({ BFM_STATE_DB_PASSWORD: "x", BFM_STATE_SCHEMA: "" })
    assert.deepInclude(state.settings, {
      _tag: "Server",
      host: "localhost",
      port: 5432,
      database: "migration_state",
      username: "postgres",
      tls: "prefer"
    })
    assert.isFalse(state.byDefault)
  })

  it("reads every part", () => {
    const { state } = valid({
      BFM_STATE_BACKEND: "Postgres",
      BFM_STATE_DB_HOST: " db1 ",
      BFM_STATE_DB_PORT: "6432",
      BFM_STATE_DB_USERNAME: "bfm",
      BFM_STATE_DB_PASSWORD: " p'a=s s@",
      BFM_STATE_DB_NAME: "ops",
      BFM_STATE_DB_SSLMODE: "verify-full",
      BFM_STATE_DB_SSLROOTCERT: "/etc/ca.pem",
      BFM_STATE_SCHEMA: 'B"f m',
      BFM_DB_MAX_OPEN_CONNS: "1",
      BFM_DB_CONN_MAX_IDLE_TIME_SECONDS: "5"
    })
    assert.deepStrictEqual(state, {
      _tag: "Postgresql",
      settings: {
        _tag: "Server",
        host: "db1",
        port: 6432,
        database: "ops",
        username: "bfm",
        password: Redacted.make(" p'a=s s@"),
        tls: "verify-full",
        rootCertificate: "/etc/ca.pem",
        pool: { maxConnections: 1, idleConnections: 1, maxLifetime: 180_000, maxIdleTime: 5_000 }
      },
      schema: 'B"f m',
      byDefault: false
    })
  })

  it("has its password in a file, and shows a certificate", () => {
    const { state } = valid({
      BFM_STATE_DB_HOST: "db1",
      BFM_STATE_DB_PASSWORD: "",
      BFM_STATE_DB_PASSWORD_FILE: "/run/secrets/state",
      BFM_STATE_DB_SSLCERT: "/etc/bfm.pem",
      BFM_STATE_DB_SSLKEY: "/etc/bfm.key"
    })
    assert.deepInclude(state.settings, {
      password: { path: "/run/secrets/state" },
      certificate: "/etc/bfm.pem",
      key: "/etc/bfm.key"
    })
    const url = valid({
      BFM_STATE_DB_URL: "mysql://u@db1/x?sslcert=/a.pem&sslkey=/a.key",
      BFM_STATE_DB_PASSWORD_FILE: "/p"
    })
    assert.deepInclude(url.state.settings, { password: { path: "/p" }, certificate: "/a.pem", key: "/a.key" })
    const BFM_STATE_DB_PASSWORD = "x"
    assert.deepStrictEqual(
      [
        problems({ BFM_STATE_DB_PASSWORD, BFM_STATE_DB_PASSWORD_FILE: "/p" }),
        problems({ BFM_STATE_DB_PASSWORD, BFM_STATE_DB_SSLCERT: "/a.pem" }),
        problems({ BFM_STATE_DB_PASSWORD, BFM_STATE_DB_SSLKEY: "/a.key" })
      ],
      [
        ["BFM_STATE_DB_PASSWORD_FILE: is set together with BFM_STATE_DB_PASSWORD; keep one of the two"],
        ["BFM_STATE_DB_SSLKEY: is not set, but a certificate is, and it needs its key"],
        ["BFM_STATE_DB_SSLCERT: is not set, but a key is, and it needs its certificate"]
      ]
    )
  })

  it("wants to be told the password of a server, and takes an empty one", () => {
    assert.match(problems({ BFM_STATE_DB_HOST: "db1" }).join(), /^BFM_STATE_DB_PASSWORD: is not set/)
    assert.deepStrictEqual(problems({ BFM_STATE_DB_HOST: "db1", BFM_STATE_DB_PASSWORD: "" }), [])
    assert.deepStrictEqual(problems({ BFM_STATE_DB_URL: "postgres://u:p@db1/x" }), [])
  })

  it("says what is not possible", () => {
    assert.match(problems({ BFM_STATE_BACKEND: "oracle" }).join(), /^BFM_STATE_BACKEND: must be one of/)
  })

  it("is not the embedded one by a slip of the pen", () => {
    const found = problems({ BFM_STATE_DB_HSOT: "db1", BFM_STATE_DB_PASWORD: "x" })
    assert.match(found.join("\n"), /BFM_STATE_DB_PASSWORD: is not set/)
    assert.match(found.join("\n"), /BFM_STATE_DB_PASWORD: .*did you mean BFM_STATE_DB_PASSWORD/)
    assert.match(found.join("\n"), /BFM_STATE_DB_HSOT: .*did you mean BFM_STATE_DB_HOST/)
  })

  it("is in MySQL when that is said, or when its URL says so", () => {
    const pool = { maxConnections: 2, idleConnections: 1, maxLifetime: 180_000, maxIdleTime: 60_000 }
    const { state, warnings } = valid({
      BFM_STATE_BACKEND: "MySQL",
      BFM_STATE_DB_PASSWORD: "",
      BFM_STATE_SCHEMA: "public"
    })
    assert.deepStrictEqual(warnings, [])
    assert.deepStrictEqual(state, {
      _tag: "Mysql",
      settings: {
        _tag: "Server",
        host: "localhost",
        port: 3306,
        database: "migration_state",
        username: "root",
        password: Redacted.make(""),
        tls: "prefer",
        pool
      },
      byDefault: false
    })
    const BFM_STATE_DB_URL = "mariadb://bfm:p%40@db1:3307/ops?sslmode=verify-full&sslrootcert=/ca.pem"
    assert.deepStrictEqual(valid({ BFM_STATE_DB_URL }).state, {
      _tag: "Mysql",
      settings: {
        _tag: "Server",
        host: "db1",
        port: 3307,
        database: "ops",
        username: "bfm",
        password: Redacted.make("p@"),
        tls: "verify-full",
        rootCertificate: "/ca.pem",
        pool
      },
      byDefault: false
    })
  })

  it("in MySQL says what does not go together", () => {
    const BFM_STATE_BACKEND = "mysql"
    assert.match(
      problems({ BFM_STATE_BACKEND, BFM_STATE_DB_URL: "postgres://u:p@db1/x" }).join(),
      /^BFM_STATE_DB_URL: must begin with mysql:\/\/ or mariadb:\/\//
    )
    assert.match(
      problems({ BFM_STATE_BACKEND: "postgresql", BFM_STATE_DB_URL: "mysql://u:p@db1/x" }).join(),
      /^BFM_STATE_DB_URL: must begin with postgres/
    )
    assert.match(
      problems({ BFM_STATE_BACKEND, BFM_STATE_DB_HOST: "db1" }).join(),
      /^BFM_STATE_DB_PASSWORD: is not set/
    )
    assert.match(
      problems({ BFM_STATE_BACKEND, BFM_STATE_DB_HOST: "embedded", BFM_STATE_DB_PASSWORD: "" }).join(),
      /^BFM_STATE_DB_HOST: embedded is a PostgreSQL/
    )
    const { warnings } = valid({ BFM_STATE_BACKEND, BFM_STATE_DB_PASSWORD: "", BFM_STATE_SCHEMA: "bfm" })
    assert.match(warnings.join(), /^BFM_STATE_SCHEMA is set, but has no effect/)
  })

  it("embedded on request leaves a server's variables without effect, and says so", () => {
    const config = valid({ BFM_STATE_BACKEND: "embedded", BFM_STATE_DB_HOST: "db1" })
    assert.strictEqual(config.state.settings._tag, "Embedded")
    assert.match(config.warnings.join(), /BFM_STATE_DB_HOST is set, but has no effect/)
  })
})
