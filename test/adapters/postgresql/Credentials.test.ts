import * as fs from "node:fs"
import * as path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import pg from "pg"
import * as Account from "../../../src/adapters/embedded/Account.ts"
import * as Client from "../../../src/adapters/postgresql/Client.ts"
import { defaultPool, type Server } from "../../../src/adapters/postgresql/Settings.ts"
import * as Certificates from "../../fixtures/Certificates.ts"
import { query } from "../../fixtures/Postgresql.ts"
import * as TestServer from "../../fixtures/TestServer.ts"

/** A server that lets `client` in with a certificate of its authority only, and `guarded` with a password only. */
const strict = Effect.gen(function* () {
  const files = yield* Certificates.make
  const directory = path.dirname(files.ca)
  const hba = path.join(directory, "hba.conf")
  fs.writeFileSync(
    hba,
    "hostssl all client all cert\nhost all client all reject\nhost all guarded all scram-sha-256\nhost all all all trust\n"
  )
  fs.chmodSync(directory, 0o755)
  Account.give(yield* Account.choose(directory), files.server.key)
  fs.chmodSync(files.server.key, 0o600)
  const { host, port, username } = yield* TestServer.startWith([
    "fsync=off",
    "ssl=on",
    `ssl_ca_file=${files.ca}`,
    `ssl_cert_file=${files.server.cert}`,
    `ssl_key_file=${files.server.key}`,
    `hba_file=${hba}`
  ])
  const admin = (sql: string) => query(`postgres://${username}@${host}:${port}/postgres`, sql)
  yield* admin("CREATE ROLE client LOGIN")
  yield* admin("CREATE ROLE guarded LOGIN PASSWORD 'first'")
  const settings = (part: Partial<Server>): Server => ({
    _tag: "Server",
    host,
    port,
    username,
    database: "postgres",
    tls: "verify-full",
    rootCertificate: files.ca,
    pool: defaultPool,
    ...part
  })
  return { files, directory, admin, settings }
})

/** Opens one session after the other, each of them new; who the server takes us for, or why it does not let us in. */
const sessions = (server: Server) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.map(Client.poolConfig(server), config => new pg.Pool(config)),
      pool => Effect.promise(() => pool.end())
    ),
    pool =>
      Effect.promise(async () => {
        try {
          const client = await pool.connect()
          const { rows } = await client.query<{ who: string }>("SELECT session_user::text AS who")
          client.release(true)
          return rows[0]?.who ?? ""
        } catch (error) {
          return error instanceof Error ? error.message : String(error)
        }
      })
  )

const once = (server: Server): Effect.Effect<string, never, Scope.Scope> =>
  Effect.flatten(sessions(server)).pipe(Effect.catchAll(({ reason }) => Effect.succeed(reason)))

describe("what a session shows to a PostgreSQL", () => {
  it.scopedLive("is a certificate where the server wants one", () =>
    Effect.gen(function* () {
      const { files, settings } = yield* strict
      const own = { username: "client", certificate: files.client.cert, key: files.client.key }
      for (const tls of ["prefer", "require", "verify-ca", "verify-full"] as const)
        assert.strictEqual(yield* once(settings({ ...own, tls })), "client", tls)
      assert.match(yield* once(settings({ username: "client" })), /certificate/)
      assert.match(yield* once(settings({ ...own, tls: "disable" })), /rejects connection/)
      const { stranger } = files
      assert.match(
        yield* once(settings({ ...own, certificate: stranger.cert, key: stranger.key })),
        /certificate|unknown ca/
      )
      assert.match(
        yield* once(settings({ ...own, key: stranger.key })),
        /certificate .*client\.pem with the key .*unknown\.key cannot be used: .*mismatch/
      )
      assert.match(
        yield* once(settings({ ...own, certificate: files.client.key })),
        /certificate .*client\.key with the key .* cannot be used/
      )
      assert.match(
        yield* once(settings({ ...own, key: "/no/such.key" })),
        /key \/no\/such\.key does not exist/
      )
    })
  )

  it.scopedLive("is the certificate and the password of now, while a pool lives on", () =>
    Effect.gen(function* () {
      const { files, directory, admin, settings } = yield* strict
      const file = (name: string, from: string) => {
        const copy = path.join(directory, name)
        fs.copyFileSync(from, copy)
        return copy
      }
      const [certificate, key] = [file("own.pem", files.stranger.cert), file("own.key", files.stranger.key)]
      const shown = yield* sessions(settings({ username: "client", certificate, key }))
      assert.match(yield* shown, /certificate|unknown ca/)
      file("own.pem", files.client.cert)
      // Only one of the two was renewed: what there was before still holds.
      assert.match(yield* shown, /certificate|unknown ca/)
      file("own.key", files.client.key)
      assert.strictEqual(yield* shown, "client")
      fs.rmSync(key)
      assert.strictEqual(yield* shown, "client")

      const secret = path.join(directory, "secret")
      fs.writeFileSync(secret, "first\n")
      const guarded = yield* sessions(settings({ username: "guarded", password: { path: secret } }))
      assert.strictEqual(yield* guarded, "guarded")
      yield* admin("ALTER ROLE guarded PASSWORD ' second '")
      assert.match(yield* guarded, /password authentication failed/)
      fs.writeFileSync(secret, " second ")
      assert.strictEqual(yield* guarded, "guarded")
      fs.rmSync(secret)
      assert.match(yield* guarded, /the password's file .*secret does not exist/)
    })
  )
})
