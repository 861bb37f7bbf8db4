import * as fs from "node:fs"
import * as path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Range } from "etcd3"
import * as Bfm from "../../src/interfaces/library/Bfm.ts"
import * as Certificates from "../fixtures/Certificates.ts"
import * as Etcd from "../fixtures/Etcd.ts"
import * as Team from "../fixtures/EtcdProject.ts"
import { put } from "../fixtures/EtcdProject.ts"
import * as Interceptor from "../fixtures/Interceptor.ts"
import * as Scenario from "../fixtures/Scenario.ts"
import { temporary } from "../fixtures/TestServer.ts"

const up = (team: Team.EtcdProject, environment: Readonly<Record<string, string>> = {}) =>
  team.run(Bfm.up({ target: { connections: ["metadata"] } }), environment)

const refused = (team: Team.EtcdProject, environment?: Readonly<Record<string, string>>) =>
  Scenario.failing(up(team, environment))

describe("users of etcd", { concurrent: true }, () => {
  it.scopedLive("are let in with their password, and not with another", () =>
    Effect.gen(function* () {
      const server = yield* Etcd.make()
      const team = yield* Team.make(server)
      team.migration(1, "flags", [put("a")])
      const prefixes = [team.prefix, team.ledger]
      yield* Etcd.protect(server, [{ name: "ann", password: "right-1", prefixes }])
      const wrong = { METADATA_DB_USERNAME: "ann", METADATA_DB_PASSWORD: "wrong-1" }
      const error = yield* refused(team, wrong)
      assert.strictEqual(error._tag, "ConfigInvalid")
      assert.match(error.message, /METADATA_DB_PASSWORD {2}etcd refuses this user name or password/)
      const { code, stdout, stderr } = yield* team.cli(["migrate", "up"], wrong)
      assert.strictEqual(code, 1)
      assert.include(stderr, "METADATA_DB_PASSWORD")
      assert.notInclude(stdout + stderr, "wrong-1")
      assert.match((yield* refused(team)).message, /METADATA_USERNAME {2}is not set, and this etcd wants/)
      // Also under the names that an etcd's own variables have.
      const right = { METADATA_USERNAME: "ann", METADATA_PASSWORD: "right-1" }
      assert.deepStrictEqual((yield* up(team, right)).applied, [Team.id(1, "flags")])
      yield* team.run(Bfm.down({ id: Team.id(1, "flags") }), right)
      const file = path.join(yield* temporary, "password")
      const inFile = { METADATA_USERNAME: "ann", METADATA_PASSWORD_FILE: file }
      assert.match(
        (yield* refused(team, inFile)).message,
        /METADATA_PASSWORD_FILE {2}.*password does not exist/
      )
      fs.writeFileSync(file, "right-1\n")
      assert.deepStrictEqual((yield* up(team, inFile)).applied, [Team.id(1, "flags")])
    })
  )

  it.scopedLive(
    "without rights on the ledger or on the keys are told which they need, and nothing happens",
    () =>
      Effect.gen(function* () {
        const server = yield* Etcd.make()
        const team = yield* Team.make(server)
        team.migration(1, "flags", Team.many(200))
        yield* Etcd.protect(server, [
          { name: "keys", password: "p", prefixes: [team.prefix] },
          { name: "ledger", password: "p", prefixes: [team.ledger] }
        ])
        const as = (name: string) => ({ METADATA_DB_USERNAME: name, METADATA_DB_PASSWORD: "p" })
        const hint = (user: string) =>
          `a role of user ${user} needs readwrite on the prefix ${team.ledger} and on the prefix ${team.prefix}`
        const error = yield* refused(team, as("keys"))
        assert.strictEqual(
          error.message,
          `connection metadata: could not read the ledger: permission denied (${hint("keys")})`
        )
        const failed = yield* refused(team, as("ledger"))
        if (failed._tag !== "RunFailed") return yield* Effect.die(failed)
        const [failure] = failed.result.failures
        assert.deepInclude(failure, {
          code: "PERMISSION_DENIED",
          hint: hint("ledger"),
          aftermath: "nothing of it is left in place"
        })
        const root = yield* Etcd.connect({
          hosts: server.endpoint,
          auth: { username: "root", password: "root" }
        })
        const keys = yield* Effect.promise(() => root.getAll().keys())
        assert.deepStrictEqual(
          keys.filter(key => key.includes("/ledger/") || key.startsWith(team.prefix)),
          []
        )
      })
  )

  it.scopedLive(
    "whose rights end in mid-run are believed what the ledger says, not what the last answer says",
    () =>
      Effect.gen(function* () {
        const server = yield* Etcd.make()
        const between = yield* Interceptor.make(server.port)
        const team = yield* Team.make(server, between.endpoint)
        team.migration(1, "flags", [put("a", "new")])
        yield* Etcd.protect(server, [{ name: "ann", password: "p", prefixes: [team.prefix, team.ledger] }])
        const root = yield* Etcd.connect({
          hosts: server.endpoint,
          auth: { username: "root", password: "root" }
        })
        const reach = (permission: "Read" | "Readwrite") =>
          Effect.promise(() =>
            root
              .role("ann")
              .grant([team.prefix, team.ledger].map(prefix => ({ permission, range: Range.prefix(prefix) })))
          )
        const landed = Scenario.until(
          Effect.map(
            Effect.promise(() => root.get(`${team.prefix}a`).string()),
            value => (value === "new" ? [{}] : [])
          ),
          "the transaction"
        )
        between.swallow(Interceptor.put(`${team.prefix}a`, "new"), Effect.zipRight(landed, reach("Read")))
        const ann = { METADATA_DB_USERNAME: "ann", METADATA_DB_PASSWORD: "p" }
        assert.deepStrictEqual((yield* up(team, ann)).applied, [Team.id(1, "flags")])
        assert.strictEqual(between.intercepted(), 1)
        yield* reach("Readwrite")
        yield* team.run(Bfm.down({ id: Team.id(1, "flags") }), ann)
        assert.isNull(yield* Effect.promise(() => root.get(`${team.prefix}a`).string()))
      })
  )

  it.scopedLive("whose token ends in mid-run get another one", () =>
    Effect.gen(function* () {
      const server = yield* Etcd.make({ args: ["--auth-token-ttl", "1"] })
      const team = yield* Team.make(server)
      team.migration(1, "one", [put("a")])
      yield* Etcd.protect(server, [{ name: "ann", password: "p", prefixes: [team.prefix, team.ledger] }])
      const plan = Bfm.plan({ target: { connections: ["metadata"] } })
      yield* team.run(plan.pipe(Effect.zipRight(Effect.sleep("3 seconds")), Effect.zipRight(Bfm.up())), {
        METADATA_DB_USERNAME: "ann",
        METADATA_DB_PASSWORD: "p"
      })
      assert.match(yield* Scenario.failing(team.up()).pipe(Effect.map(String)), /METADATA_USERNAME/)
    })
  )
})

describe("etcd behind TLS", { concurrent: true }, () => {
  it.scopedLive(
    "is spoken to with certificates, and what is wrong with them is a matter of configuration",
    () =>
      Effect.gen(function* () {
        const { ca, client, stranger } = yield* Certificates.make
        const paths = yield* Certificates.make
        const server = yield* Etcd.make({ tls: paths, mutual: true })
        const team = yield* Team.make(server)
        team.migration(1, "flags", [put("a")])
        const files = {
          METADATA_TLS_CA: paths.ca,
          METADATA_TLS_CERT: paths.client.cert,
          METADATA_TLS_KEY: paths.client.key
        }
        const problem = (environment: Readonly<Record<string, string>>) =>
          Effect.map(refused(team, environment), error => {
            if (error._tag !== "ConfigInvalid") return `${error._tag}: ${error.message}`
            return error.problems.map(({ variable, reason }) => `${variable} ${reason}`).join("\n")
          })
        assert.match(yield* problem({}), /^METADATA_ENDPOINTS 127\S+ speaks TLS: write https:/)
        assert.match(
          yield* problem({ ...files, METADATA_TLS_CA: ca }),
          /^METADATA_TLS_CA does not lead to the certificate/
        )
        assert.match(
          yield* problem({ METADATA_TLS_CA: paths.ca }),
          /^METADATA_TLS_CERT is not set, or not a certificate that \S+ accepts: the server said "bad certificate"$/
        )
        const theirs = { METADATA_TLS_CERT: stranger.cert, METADATA_TLS_KEY: stranger.key }
        assert.match(yield* problem({ ...files, ...theirs }), /^METADATA_TLS_CERT /)
        assert.match(
          yield* problem({ ...files, METADATA_TLS_KEY: client.key }),
          /^METADATA_TLS_KEY is not what it should be/
        )
        assert.match(
          yield* problem({ ...files, METADATA_TLS_CERT: "/no/such.pem" }),
          /^METADATA_TLS_CERT cannot be read/
        )
        const { applied } = yield* up(team, files)
        assert.deepStrictEqual(applied, [Team.id(1, "flags")])
        const named = { ...files, METADATA_ENDPOINTS: `https://localhost:${server.port}` }
        assert.deepStrictEqual((yield* up(team, named)).applied, [])
        // An address in place of a name is nothing that Node should warn people of who cannot change it.
        const { code, stderr } = yield* team.cli(["status"], files)
        assert.deepStrictEqual([code, stderr.replaceAll(/.*known bugs.*\n/g, "")], [0, ""])
      })
  )
})

describe("an etcd with several endpoints", { concurrent: true }, () => {
  it.scopedLive("needs one of them to be there", () =>
    Effect.gen(function* () {
      const server = yield* Etcd.make()
      const team = yield* Team.make(server)
      team.migration(1, "many", Team.many(300))
      const several = { METADATA_ENDPOINTS: `127.0.0.1:1, ${server.endpoint}` }
      assert.deepStrictEqual((yield* up(team, several)).applied, [Team.id(1, "many")])
      yield* team.run(Bfm.down({ id: Team.id(1, "many") }), several)
      assert.deepStrictEqual(yield* team.keys, {})
    })
  )
})
