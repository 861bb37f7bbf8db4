import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Client from "../../../src/adapters/etcd/Client.ts"
import * as Fault from "../../../src/adapters/etcd/Fault.ts"
import * as Probe from "../../../src/adapters/etcd/Probe.ts"
import type { EtcdSettings } from "../../../src/adapters/etcd/Settings.ts"
import * as Tls from "../../../src/adapters/etcd/Tls.ts"
import * as Version from "../../../src/adapters/etcd/Version.ts"
import * as Certificates from "../../fixtures/Certificates.ts"
import * as Etcd from "../../fixtures/Etcd.ts"

const settings = (endpoint: string, part: Partial<EtcdSettings> = {}): EtcdSettings => ({
  endpoints: [endpoint],
  tls: false,
  files: {},
  timeout: 1_000,
  variables: { endpoints: "E", username: "U", password: "P", ca: "CA", cert: "CERT", key: "KEY" },
  ...part
})

/** What becomes of a first call, and what is found out about it when there was no answer. */
const attempt = (wanted: EtcdSettings) =>
  Effect.gen(function* () {
    const certificates = yield* Tls.load(wanted)
    const client = yield* Client.make(wanted, certificates)
    return yield* Effect.tapErrorTag(client.version, "Lost", () => Probe.diagnose(wanted, certificates))
  }).pipe(
    Effect.scoped,
    Effect.match({
      onSuccess: version => `answers ${version}`,
      onFailure: fault => (fault._tag === "Misconfigured" ? `${fault.variable}: ${fault.reason}` : fault._tag)
    })
  )

describe("Client", () => {
  it.scopedLive("tells every mistake with certificates from a server that is not there", () =>
    Effect.gen(function* () {
      const paths = yield* Certificates.make
      const { ca, client, stranger } = paths
      const { endpoint: plain } = yield* Etcd.make()
      const { endpoint: secure } = yield* Etcd.make({ tls: paths, mutual: true })
      const answer = (endpoint: string, part?: Partial<EtcdSettings>) => attempt(settings(endpoint, part))
      const tls = (files: EtcdSettings["files"]) => answer(secure, { tls: true, files })
      assert.match(yield* answer(plain), /^answers 3\.\d+\.\d+$/)
      assert.match(yield* tls({ ca, cert: client.cert, key: client.key }), /^answers/)
      assert.strictEqual(yield* answer(secure), `endpoints: ${secure} speaks TLS: write https://${secure}`)
      assert.strictEqual(
        yield* answer(plain, { tls: true, files: { ca } }),
        `endpoints: ${plain} does not speak TLS: write http://${plain}, and no TLS files`
      )
      assert.match(yield* tls({}), /^ca: does not lead to the certificate of .*verify the first certificate$/)
      assert.match(yield* tls({ ca: stranger.ca }), /^ca: does not lead/)
      assert.match(yield* tls({ ca }), /^cert: is not set, or .* the server said "bad certificate"$/)
      assert.match(yield* tls({ ca, cert: stranger.cert, key: stranger.key }), /^cert: .*"bad certificate"$/)
      assert.match(
        yield* tls({ ca, cert: client.cert, key: paths.server.key }),
        /^key: .*key values mismatch$/
      )
      assert.match(yield* tls({ ca: "/no/such.pem" }), /^ca: cannot be read: \/no\/such\.pem \(ENOENT\)$/)
      assert.strictEqual(yield* answer("127.0.0.1:1"), "Lost")
      assert.strictEqual(yield* answer("127.0.0.1:1", { tls: true, files: { ca } }), "Lost")
    })
  )

  it.scopedLive("does not wait for a frozen server, and works when it goes on", () =>
    Effect.gen(function* () {
      const server = yield* Etcd.make()
      const wanted = settings(server.endpoint, { timeout: 300 })
      const client = yield* Client.make(wanted, {})
      yield* client.version
      yield* server.freeze
      // More often than what makes a client of its own accord stop asking.
      for (let n = 0; n < 5; n++) assert.strictEqual((yield* Effect.flip(client.version))._tag, "Lost")
      yield* server.thaw
      assert.match(yield* client.patiently(client.version), /^3/)
      yield* server.kill
      assert.strictEqual((yield* Effect.flip(client.version))._tag, "Lost")
      const patient = yield* Client.make(settings(server.endpoint, { timeout: 5_000 }), {})
      const again = yield* Effect.fork(patient.patiently(patient.version))
      yield* server.start
      assert.match(yield* again, /^3/)
    })
  )

  it.scopedLive("knows no user where there are none, and no rights without one where there are", () =>
    Effect.gen(function* () {
      const server = yield* Etcd.make()
      const user = { username: "ann", password: Redacted.make("secret") }
      assert.match(yield* attempt(settings(server.endpoint, user)), /^username: is set, but .* is off there$/)
      yield* Etcd.protect(server, [{ name: "ann", password: "secret", prefixes: ["/app/"] }])
      assert.match(yield* attempt(settings(server.endpoint, user)), /^answers/)
      const wrong = { ...user, password: Redacted.make("guessed") }
      assert.match(yield* attempt(settings(server.endpoint, wrong)), /^password: etcd refuses/)
      const nobody = yield* Client.make(settings(server.endpoint), {})
      const read = { key: Buffer.from("/app/x") }
      assert.match(String(yield* Effect.flip(nobody.range(read))), /is not set, and this etcd wants a user/)
      const ann = yield* Client.make(settings(server.endpoint, user), {})
      yield* ann.range(read)
      const fault = yield* Effect.flip(ann.range({ key: Buffer.from("/bfm/x") }))
      assert.deepInclude(fault, { _tag: "Refused", code: "PERMISSION_DENIED", reason: "permission denied" })
    })
  )
})

describe("Fault", () => {
  it.each([
    [
      "3 INVALID_ARGUMENT: etcdserver: too many operations in txn request",
      "Refused",
      "too many operations in txn request"
    ],
    [
      "8 RESOURCE_EXHAUSTED: etcdserver: mvcc: database space exceeded",
      "Refused",
      "mvcc: database space exceeded"
    ],
    ["8 RESOURCE_EXHAUSTED: etcdserver: too many requests", "Lost", "too many requests"],
    [
      "11 OUT_OF_RANGE: etcdserver: mvcc: required revision has been compacted",
      "Refused",
      "mvcc: required revision has been compacted"
    ],
    ["14 UNAVAILABLE: etcdserver: request timed out", "Lost", "request timed out"],
    ["4 DEADLINE_EXCEEDED: Deadline exceeded after 1.002s,LB pick: 0.001s", "Lost", "no answer in time"],
    [
      "14 UNAVAILABLE: No connection established. Last error: Error: connect ECONNREFUSED 127.0.0.1:1. Resolution note: ",
      "Lost",
      "connect ECONNREFUSED 127.0.0.1:1"
    ],
    [
      "14 UNAVAILABLE: No connection established. Last error: null. Resolution note: ",
      "Lost",
      "no connection could be made"
    ],
    ["something else", "Lost", "something else"]
  ])("%s", (message, tag, reason) => {
    const fault = Fault.from(new Error(message))
    assert.deepStrictEqual([fault._tag, fault.reason], [tag, reason])
  })
})

describe("Version", () => {
  it.each(["3.4.23", "3.4.45", "3.5.32", "3.6.13"])("%s is worrying", version => {
    assert.match(Version.concern(version) ?? "", /known bugs/)
  })
  it.each(["3.5.33", "3.6.14", "3.7.1", "3.8.0-alpha.0", "4.0.0"])("%s is not", version => {
    assert.isUndefined(Version.concern(version))
  })
})
