import * as net from "node:net"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as GreptimedbClient from "../../../src/adapters/greptimedb/Client.ts"
import * as Bfm from "../../../src/interfaces/library/Bfm.ts"
import * as Greptimedb from "../../fixtures/Greptimedb.ts"
import * as Scenario from "../../fixtures/Scenario.ts"
import * as TlsFront from "../../fixtures/TlsFront.ts"

const logs = { target: { connections: ["logs"] } }
const create = "CREATE TABLE t (ts TIMESTAMP TIME INDEX)"

describe.skipIf(Greptimedb.isReal)(
  "reaching a GreptimeDB (the test double: not with GREPTIMEDB_URL)",
  { concurrent: true },
  () => {
    it.live("over TLS, with the authority that is named and no other", () =>
      Effect.gen(function* () {
        const at = yield* Greptimedb.make({ tls: TlsFront.secure })
        at.write(1, "t", create)
        const error = yield* Scenario.failing(at.run(Bfm.up(logs)))
        assert.strictEqual(error._tag, "ConnectionUnreachable")
        const { port } = at.double
        for (const environment of [
          { LOGS_TLS_CA: TlsFront.authority },
          {
            LOGS_DB_URL: "",
            LOGS_DB_HOST: "localhost",
            LOGS_DB_PORT: `${port}`,
            LOGS_TLS_CA: TlsFront.authority
          }
        ]) {
          assert.isTrue((yield* at.run(Bfm.up(logs), environment)).success)
        }
        const other = {
          LOGS_DB_URL: at.url.replace("localhost", "127.0.0.1"),
          LOGS_TLS_CA: TlsFront.authority
        }
        assert.match((yield* Scenario.failing(at.run(Bfm.up(logs), other))).message, /127\.0\.0\.1/)
        const missing = { LOGS_TLS_CA: "/nowhere/ca.pem" }
        assert.match(
          (yield* Scenario.failing(at.run(Bfm.up(logs), missing))).message,
          /cannot read the certificate authorities \/nowhere\/ca\.pem/
        )
      }).pipe(Effect.scoped)
    )

    it.live("says who cannot be reached, at once", () =>
      Effect.gen(function* () {
        const at = yield* Greptimedb.make()
        at.write(1, "t", create)
        yield* Effect.promise(() => at.double.close())
        const error = yield* Scenario.failing(at.run(Bfm.up(logs)))
        assert.match(error.message, /^connection logs \(127\.0\.0\.1:\d+\/public\): connect ECONNREFUSED/)
        const { items, connections } = yield* at.run(Bfm.status({ connections: ["logs"] }))
        assert.deepStrictEqual([items.length, connections[0]?.error?.includes("ECONNREFUSED")], [0, true])
      }).pipe(Effect.scoped)
    )

    it.live("says that something else answers at a port", () =>
      Effect.gen(function* () {
        const at = yield* Greptimedb.make()
        at.write(1, "t", create)
        const other = yield* Effect.acquireRelease(
          Effect.async<net.Server>(resume => {
            const server = net.createServer(socket =>
              socket.on("error", () => {}).once("data", () => socket.end("no HTTP\r\n"))
            )
            server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
          }),
          server => Effect.sync(() => server.close())
        )
        const { port } = other.address() as net.AddressInfo
        const said = (scheme: string) =>
          Effect.map(
            Scenario.failing(at.run(Bfm.up(logs), { LOGS_DB_URL: `${scheme}://127.0.0.1:${port}` })),
            ({ message }) => message
          )
        assert.match(yield* said("http"), /: what answers there does not speak HTTP$/)
        assert.match(yield* said("https"), /: what answers there does not speak TLS$/)
      }).pipe(Effect.scoped)
    )

    it.live("asks again where the server is busy for a moment, and says what it said where it stays so", () =>
      Effect.gen(function* () {
        const at = yield* Greptimedb.make()
        at.write(1, "t", create)
        at.double.faults.plan({ applies: false, answer: "busy" }, () => true, 2)
        assert.isTrue((yield* at.run(Bfm.up(logs))).success)
        at.double.faults.plan({ applies: false, answer: "text" }, () => true, 100)
        assert.match(
          (yield* Scenario.failing(at.run(Bfm.up(logs)))).message,
          /^connection logs .*: the server answered with HTTP status 502: 502 Bad Gateway$/
        )
      }).pipe(Effect.scoped)
    )

    it.live(
      "statements that take long are in nobody else's way, and their time begins when they are sent",
      () =>
        Effect.gen(function* () {
          const at = yield* Greptimedb.make()
          const settings = { host: "localhost", port: at.double.port, tls: false, database: "public" }
          const client = yield* GreptimedbClient.make(settings)
          at.double.faults.plan({ applies: false, answer: "hold" }, sql => sql === "SELECT 1", 16)
          const send = (sql: string) => Effect.either(client.send(sql, "public", { timeout: 1_500 }))
          const slow = yield* Effect.fork(
            Effect.all(
              Array.from({ length: 16 }, () => send("SELECT 1")),
              { concurrency: "unbounded" }
            )
          )
          yield* Effect.promise(() => at.double.faults.reached())
          const [answer] = yield* Effect.timeout(client.ask("SELECT 2"), 1_000)
          assert.deepStrictEqual(answer?.length, 1)
          yield* Effect.sleep(1_000)
          // Behind those that are given up soon: longer than it may take itself.
          const late = yield* send("SELECT 3")
          assert.strictEqual(late._tag, "Right")
          const ended = yield* Fiber.join(slow)
          assert.deepStrictEqual(new Set(ended.map(({ _tag }) => _tag)), new Set(["Left"]))
          assert.lengthOf(
            at.double.arrivals.filter(({ sql }) => sql === "SELECT 1"),
            16
          )
          at.double.faults.release()
        }).pipe(Effect.scoped)
    )

    it.live("a run that is told to stop at once gives the answer up; the next run finds out", () =>
      Effect.gen(function* () {
        const at = yield* Greptimedb.make()
        at.write(1, "t", create)
        at.double.faults.plan({ applies: true, answer: "hold" }, sql => sql === create)
        const child = at.project.spawn(["migrate", "up", "--connection", "logs"], at.environment)
        const said: Array<string> = []
        child.stderr?.on("data", chunk => said.push(String(chunk)))
        const ended = yield* Effect.fork(
          Effect.async<number | null>(
            resume => void child.once("close", code => resume(Effect.succeed(code)))
          )
        )
        yield* Effect.promise(() => at.double.faults.reached())
        child.kill("SIGINT")
        child.kill("SIGINT")
        const code = yield* ended.await.pipe(Effect.flatten)
        at.double.faults.release()
        assert.oneOf(code, [0, 4, 130], said.join(""))
        const { stdout } = yield* at.cli(["migrate", "up", "--connection", "logs", "--json"])
        assert.isTrue(JSON.parse(stdout).success)
        assert.strictEqual(at.sent().filter(sql => sql === create).length, 1)
      }).pipe(Effect.scoped)
    )
  }
)
