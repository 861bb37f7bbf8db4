import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as Config from "../../src/Config.ts"
import * as Dev from "../../src/config/Dev.ts"
import type { Backend } from "../../src/domain/Backend.ts"

const sources = (found: Readonly<Record<string, ReadonlyArray<Backend>>>) =>
  new Map(Object.entries(found).map(([name, backends]) => [name, new Set(backends)]))

const known = sources({ core: ["postgresql"], "tenant-db": ["postgresql"], metadata: ["etcd"] })

/** What a service would make of it. */
const decoded = ({ environment }: Dev.Dev) => Either.getOrThrow(Config.decodeService(environment, known))

describe("everything embedded", () => {
  it("leads to no database that is configured, neither for the state nor for a connection", () => {
    const dev = Dev.embedded(
      {
        BFM_STATE_DB_URL: "mysql://state.example/bfm",
        BFM_LOCK_BACKEND: "etcd",
        BFM_LOCK_ENDPOINTS: "etcd.example:2379",
        CORE_BACKEND: "postgres",
        CORE_DB_URL: "postgresql://u:p@prod.example/app",
        TENANT_DB_DB_HOST: "prod.example",
        TENANT_DB_DB_PASSWORD: "secret",
        OLD_BACKEND: "postgresql",
        OLD_DB_HOST: "old.example"
      },
      known
    )
    const { state, lock, connections } = decoded(dev)
    assert.strictEqual(state._tag === "Postgresql" && state.settings._tag, "Embedded")
    assert.strictEqual(lock.backend, "state")
    assert.deepStrictEqual(
      [...connections.values()].map(({ connection }) => [connection.name, connection.address]),
      [
        ["core", "embedded/core"],
        ["tenant-db", "embedded/tenant-db"]
      ]
    )
    assert.sameMembers(
      [...dev.aside],
      [
        "BFM_STATE_DB_URL",
        "BFM_LOCK_BACKEND",
        "BFM_LOCK_ENDPOINTS",
        "CORE_DB_URL",
        "TENANT_DB_DB_HOST",
        "TENANT_DB_DB_PASSWORD",
        "OLD_DB_HOST"
      ]
    )
  })

  it("leaves what cannot be embedded where it is, and all that is no place as it is", () => {
    const environment = { METADATA_ENDPOINTS: "localhost:2379", CORE_SCHEMA: "app", CORE_TENANTS: "a,b" }
    const dev = Dev.embedded(environment, known)
    const { connections } = decoded(dev)
    assert.strictEqual(connections.get("metadata")?.backend, "etcd")
    assert.strictEqual(connections.get("core")?.connection.schema, "app")
    assert.deepStrictEqual(dev.aside, [])
  })

  it("has a token of its own each time, and shows no token that somebody set", () => {
    const [one, another] = [1, 2].map(() => Dev.embedded({ BFM_API_TOKEN: "set-by-somebody" }, known))
    assert.match(one?.token ?? "", /^[\w-]{32}$/)
    assert.notStrictEqual(one?.token, another?.token)
    assert.strictEqual(one?.environment["BFM_API_TOKEN"], one?.token)
    assert.deepStrictEqual(one?.aside, ["BFM_API_TOKEN"])
  })
})

describe("a service that is tried as it is configured", () => {
  it("makes a token only where there is none", () => {
    assert.isDefined(Dev.make({}).token)
    assert.isUndefined(Dev.make({ BFM_API_TOKEN: "mine" }).token)
    assert.isUndefined(Dev.make({ BFM_API_TOKENS_FILE: "tokens.json" }).token)
  })

  it("takes any free port only where none was named", () => {
    assert.deepStrictEqual(Dev.make({ BFM_HTTP_PORT: "8080" }).anyPort, { http: false, grpc: true })
  })
})
