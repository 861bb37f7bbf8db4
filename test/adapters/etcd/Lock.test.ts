import { randomUUID } from "node:crypto"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as LockService from "../../../src/adapters/etcd/LockService.ts"
import type { EtcdSettings } from "../../../src/adapters/etcd/Settings.ts"
import { Lock } from "../../../src/ports/Lock.ts"
import * as Etcd from "../../fixtures/Etcd.ts"
import * as Team from "../../fixtures/EtcdProject.ts"
import * as Interceptor from "../../fixtures/Interceptor.ts"
import * as Postgresql from "../../fixtures/Postgresql.ts"
import { layerIn } from "../../fixtures/StatePostgresql.ts"
import * as LockSuite from "../../ports/Lock.suite.ts"
import type { Process, Subjects } from "../../ports/StateSubject.ts"

const server = Team.shared()
let state: Postgresql.Database
const scope = Effect.runSync(Scope.make())
beforeAll(async () => {
  state = await Effect.runPromise(Scope.extend(Postgresql.database, scope))
})
afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

const settings = (endpoint: string): EtcdSettings => ({
  endpoints: [endpoint],
  tls: false,
  files: {},
  timeout: 1_000,
  variables: { endpoints: "E", username: "U", password: "P", ca: "CA", cert: "CERT", key: "KEY" }
})

/** Locks in etcd beside a state in PostgreSQL. */
const processAt = (endpoint: string, prefix: string): Process =>
  Layer.provideMerge(
    LockService.layer({ settings: settings(endpoint), prefix }),
    layerIn(state, { schema: `lock ${prefix}` })
  )

const subjects: Subjects = {
  empty: Effect.sync(() => processAt(server().endpoint, `/${randomUUID()}/`)),
  own: Effect.gen(function* () {
    const own = yield* Etcd.make()
    const between = yield* Interceptor.make(own.port)
    return {
      process: processAt(between.endpoint, `/${randomUUID()}/`),
      // A lease is the session of a lock.
      cut: Effect.zipRight(
        Effect.promise(async () => {
          const { leases } = await own.client.leaseClient.leaseLeases()
          for (const { ID } of leases) await own.client.leaseClient.leaseRevoke({ ID })
        }),
        between.cut
      ),
      drop: Effect.zipRight(own.kill, own.wipe),
      create: own.start,
      sessions: Effect.sync(() => between.connections())
    }
  })
}

LockSuite.suite("etcd", subjects)

describe("Lock: etcd", () => {
  it.scopedLive(
    "is taken once when the answer was lost, and by whoever comes when the holder is cut off for good",
    () =>
      Effect.gen(function* () {
        const own = yield* Etcd.make()
        const between = yield* Interceptor.make(own.port)
        const [one, two] = yield* Effect.forEach([between.endpoint, own.endpoint], endpoint =>
          Effect.map(Layer.build(processAt(endpoint, "/locks/")), Context.get(Lock))
        )
        const key = { connection: "core", schema: "a/b c" }
        const take = (lock: Lock["Type"] | undefined, actor: string, wait: number) =>
          Effect.suspend(() =>
            lock === undefined
              ? Effect.dieMessage("no lock")
              : lock.acquire(key, { runId: actor, actor }, wait, () => Effect.void)
          )
        yield* Effect.scoped(take(one, "warm", 0))
        between.swallow(Buffer.from("/locks/core/a%2Fb%20c\x12"), Effect.sleep("200 millis"))
        yield* take(one, "a", 0)
        assert.strictEqual(between.intercepted(), 1)
        assert.deepStrictEqual(Object.keys(yield* own.dump("/locks/")), ["/locks/core/a%2Fb%20c"])
        const began = Date.now()
        // From now on nothing that it says reaches the server: its lease ends.
        yield* between.cutOff
        yield* take(two, "b", 30_000)
        assert.isBelow(Date.now() - began, 15_000)
      })
  )
})
