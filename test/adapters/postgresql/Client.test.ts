import * as fs from "node:fs"
import * as net from "node:net"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import pg from "pg"
import * as Client from "../../../src/adapters/postgresql/Client.ts"
import { defaultPool, type Server, type Tls } from "../../../src/adapters/postgresql/Settings.ts"
import * as Postgresql from "../../fixtures/Postgresql.ts"
import * as TlsFront from "../../fixtures/TlsFront.ts"

/** Whether a pool and a single client get through, and whether what they send is encrypted. */
const reach = (part: Partial<Server>) =>
  withBoth(part, ({ connection: { stream } }) => "encrypted" in stream && stream.encrypted === true)

/** What there is to say of a single client and of one of a pool, or what kept them from connecting. */
const withBoth = <A>(part: Partial<Server>, look: (client: pg.Client | pg.PoolClient) => A) =>
  Effect.gen(function* () {
    const address = yield* Postgresql.server
    const server: Server = {
      _tag: "Server",
      ...address,
      database: "postgres",
      tls: "prefer",
      pool: defaultPool,
      ...part
    }
    const client = yield* Client.make(server)
    const pool = new pg.Pool(yield* Client.poolConfig(server))
    client.on("error", () => undefined)
    pool.on("error", () => undefined)
    return yield* Effect.tryPromise({
      try: async () => {
        await client.connect()
        const pooled = await pool.connect()
        const found = [client, pooled].map(look)
        pooled.release()
        return found
      },
      catch: cause => (cause instanceof Error ? cause.message : String(cause))
    }).pipe(
      Effect.either,
      Effect.map(found => (found._tag === "Right" ? found.right : found.left)),
      Effect.ensuring(Effect.promise(() => Promise.all([client.end(), pool.end()])))
    )
  })

/** A server with TLS, by the name in its certificate or by its address. */
const behindTls = (part: Partial<Server>, host = "127.0.0.1") =>
  Effect.scoped(
    Effect.flatMap(Postgresql.server, server =>
      Effect.flatMap(TlsFront.start(server), port => reach({ host, port, ...part }))
    )
  )

/** Seconds until the system asks whether the other end of this socket is still there; absent where it never does. */
const waking = (port: number): number | undefined => {
  const local = `:${port.toString(16).toUpperCase().padStart(4, "0")}`
  for (const line of fs.readFileSync("/proc/net/tcp", "utf8").split("\n")) {
    const [, address, , , , timer] = line.trim().split(/\s+/)
    const [kind, when = ""] = timer?.split(":") ?? []
    // Hundredths of a second.
    if (address?.endsWith(local) === true && kind === "02") return Number.parseInt(when, 16) / 100
  }
  return undefined
}

const rootCertificate = TlsFront.authority

describe("a connection", () => {
  const plain: ReadonlyArray<readonly [Tls, string, ReadonlyArray<boolean> | string]> = [
    ["prefer", "goes on in plain text", [false, false]],
    ["disable", "is plain text", [false, false]],
    ["require", "is refused", "The server does not support SSL connections"]
  ]
  it.live.each(plain)("with %s, to a server without TLS, %s", ([tls, , expected]) =>
    Effect.map(reach({ tls }), found => assert.deepStrictEqual<unknown>(found, expected))
  )
  it.live.each([
    ["prefer", {}, "127.0.0.1", true],
    ["require", {}, "127.0.0.1", true],
    ["require", { rootCertificate }, "127.0.0.1", true],
    ["verify-ca", { rootCertificate }, "127.0.0.1", true],
    ["verify-ca", {}, "127.0.0.1", "certificate"],
    ["verify-full", { rootCertificate }, "localhost", true],
    ["verify-full", { rootCertificate }, "127.0.0.1", "IP"],
    ["verify-full", {}, "localhost", "certificate"]
  ] as const)("with %s and %j, to a server with TLS at %s: %s", ([tls, certificate, host, expected]) =>
    Effect.map(behindTls({ tls, ...certificate }, host), found =>
      expected === true
        ? assert.deepStrictEqual(found, [true, true])
        : assert.include(String(found), expected)
    )
  )

  it.live.each(["prefer", "disable"] as const)(
    "with %s, asks within half a minute whether a silent server is still there, and so keeps what is in between awake",
    tls =>
      Effect.gen(function* () {
        const found = yield* withBoth({ tls }, ({ connection: { stream } }) =>
          stream instanceof net.Socket ? waking(stream.localPort ?? 0) : undefined
        )
        assert.isArray(found)
        for (const seconds of found) assert.isTrue(typeof seconds === "number" && seconds <= 30, `${seconds}`)
      })
  )

  it.effect("takes passwords with any characters, also none, and shows them to nobody", () =>
    Effect.gen(function* () {
      for (const password of [` p'a"s=s@w\\ö `, ""]) {
        const config = yield* Client.poolConfig({
          _tag: "Server",
          host: "db1",
          port: 5432,
          database: "app",
          username: "me",
          password: Redacted.make(password),
          tls: "prefer",
          pool: defaultPool
        })
        // An empty one as text would make pg look for PGPASSWORD.
        assert.strictEqual(typeof config.password === "function" && config.password(), password)
        assert.notInclude(JSON.stringify(config), "p'a")
      }
    })
  )

  it.effect("says which root certificate cannot be read", () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(reach({ rootCertificate: "/no/such.pem" }))
      assert.match(failure.reason, /root certificate \/no\/such\.pem does not exist/)
    })
  )
})
