import { assert, describe, it } from "@effect/vitest"
import * as Password from "../../src/adapters/store/Password.ts"
import type { Backend } from "../../src/domain/Backend.ts"
import * as Environment from "../fixtures/Environment.ts"

const found: Readonly<Record<string, ReadonlyArray<Backend>>> = { metadata: ["etcd"] }

const metadata = (environment: Readonly<Record<string, string>>) => {
  const entry = Environment.valid(environment, found).connections.get("metadata")
  return entry?.backend === "etcd" ? entry : assert.fail("no etcd connection")
}
const problems = (environment: Readonly<Record<string, string>>) => Environment.problems(environment, found)
const endpoints = (text: string) => {
  const { settings } = metadata({ METADATA_ENDPOINTS: text })
  return [settings.endpoints.join(" "), settings.tls]
}

describe("an etcd connection", () => {
  it("is found by its endpoints alone, where the sources say that it is etcd", () => {
    const entry = metadata({ METADATA_ENDPOINTS: "e1:2379" })
    assert.deepStrictEqual(entry.connection, {
      name: "metadata",
      backend: "etcd",
      address: "e1:2379",
      schema: "",
      schemaMode: "fixed",
      ledgerSchema: "bfm"
    })
    assert.deepStrictEqual(
      [entry.prefix, entry.ledgerSchema, entry.settings.timeout, entry.settings.username],
      ["/", "bfm", 5_000, undefined]
    )
    assert.strictEqual(
      metadata({ METADATA_DB_HOST: "e1", METADATA_DB_PORT: "23" }).connection.address,
      "e1:23"
    )
    assert.strictEqual(metadata({ METADATA_DB_HOST: "e1" }).connection.address, "e1:2379")
  })

  it.each([
    ["e1", "e1:2379", false],
    [" e1:1 , http://e2, ", "e1:1 e2:2379", false],
    ["https://e1:2379/,e2", "e1:2379 e2:2379", true],
    ["https://[::1]:2379", "[::1]:2379", true]
  ])("takes endpoints as people write them: %s", (text, list, tls) => {
    assert.deepStrictEqual(endpoints(text), [list, tls])
  })

  it.each([
    ["http://e1,https://e2", /^METADATA_ENDPOINTS: has both http and https/],
    ["e1:2379:1", /^METADATA_ENDPOINTS: must be host:port/],
    ["user:secret@e1", /^METADATA_ENDPOINTS: must be host:port/],
    ["ftp://e1", /^METADATA_ENDPOINTS: must be host:port/]
  ])("refuses %s", (text, problem) => {
    const [first = "", another] = problems({ METADATA_ENDPOINTS: text })
    assert.match(first, problem)
    assert.notInclude(first, "secret")
    assert.isUndefined(another)
  })

  it("says what is missing", () => {
    assert.deepStrictEqual(problems({ METADATA_BACKEND: "etcd" }), [
      "METADATA_ENDPOINTS: is not set: where is the etcd of metadata?"
    ])
    const here = { METADATA_ENDPOINTS: "e1" }
    assert.match(problems({ ...here, METADATA_TLS_CERT: "c" }).join(), /^METADATA_TLS_KEY: is not set/)
    assert.match(problems({ ...here, METADATA_TLS_KEY: "k" }).join(), /^METADATA_TLS_CERT: is not set/)
    assert.match(problems({ ...here, METADATA_USERNAME: "u" }).join(), /^METADATA_PASSWORD: is not set/)
    assert.match(problems({ ...here, METADATA_DB_USERNAME: "u" }).join(), /PASSWORD: is not set/)
    assert.match(problems({ ...here, METADATA_TIMEOUT: "5" }).join(), /^METADATA_TIMEOUT: must be a time/)
    assert.match(
      problems({ METADATA_ENDPOINTS: "http://e1", METADATA_TLS_CA: "ca" }).join(),
      /^METADATA_ENDPOINTS: says http, but files for TLS are set/
    )
  })

  it("has its password in a file, under the names of an etcd and of a database", () => {
    for (const prefix of ["METADATA", "METADATA_DB"]) {
      const { settings } = metadata({
        METADATA_ENDPOINTS: "e1",
        [`${prefix}_USERNAME`]: "ann",
        [`${prefix}_PASSWORD_FILE`]: "/run/secrets/ann"
      })
      assert.deepStrictEqual(settings.password, { path: "/run/secrets/ann" })
      assert.strictEqual(settings.variables.password, `${prefix}_PASSWORD_FILE`)
    }
  })

  it("speaks TLS when it has files for it, and hides the password", () => {
    const { settings } = metadata({
      METADATA_ENDPOINTS: "e1",
      METADATA_TLS_CA: "/ca.pem",
      METADATA_DB_USERNAME: "ann",
      METADATA_DB_PASSWORD: "secret"
    })
    assert.deepStrictEqual([settings.tls, settings.files], [true, { ca: "/ca.pem" }])
    assert.strictEqual(Password.reveal(settings.password), "secret")
    assert.notInclude(JSON.stringify(settings), "secret")
    assert.deepStrictEqual(
      [settings.variables.password, settings.variables.endpoints],
      ["METADATA_DB_PASSWORD", "METADATA_ENDPOINTS"]
    )
  })
})

describe("the lock of runs", () => {
  const lock = (environment: Readonly<Record<string, string>>) => Environment.valid(environment, found).lock

  it("is the state's when nothing is said", () => {
    assert.deepStrictEqual(lock({}), { backend: "state" })
    const { warnings } = Environment.valid({ BFM_LOCK_ENDPOINTS: "e1" }, found)
    assert.deepStrictEqual(warnings, [
      "BFM_LOCK_ENDPOINTS is set, but has no effect beside the other variables"
    ])
  })

  it("is in the etcd that is named", () => {
    const config = lock({
      BFM_LOCK_BACKEND: "etcd",
      BFM_LOCK_ENDPOINTS: "https://e1",
      BFM_LOCK_PREFIX: "/locks",
      BFM_LOCK_USERNAME: "ann",
      BFM_LOCK_PASSWORD: ""
    })
    if (config.backend !== "etcd") return assert.fail("not etcd")
    assert.deepStrictEqual(
      [config.prefix, config.settings.endpoints, config.settings.tls],
      ["/locks/", ["e1:2379"], true]
    )
    assert.deepStrictEqual(problems({ BFM_LOCK_BACKEND: "etcd" }), [
      "BFM_LOCK_ENDPOINTS: is not set, but BFM_LOCK_BACKEND is etcd"
    ])
    assert.match(
      problems({ BFM_LOCK_BACKEND: "redis" }).join(),
      /^BFM_LOCK_BACKEND: must be one of state, etcd/
    )
  })
})
