import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import { defaultPool } from "../../src/adapters/postgresql/Settings.ts"
import { Lock } from "../../src/ports/Lock.ts"
import { StateStore } from "../../src/ports/StateStore.ts"
import * as Mysql from "../fixtures/Mysql.ts"
import { layerIn, settingsOf } from "../fixtures/StateMysql.ts"
import * as StateSuite from "../ports/State.suite.ts"
import { execution, type Subjects } from "../ports/StateSubject.ts"

const sessionsOf = (database: Mysql.Database) =>
  Mysql.query(
    database,
    undefined,
    `select id from information_schema.processlist where db = '${database.name}'`
  )

/**
 * Sessions that wait for a row. MariaDB renews what it tells of transactions only when nobody has asked for
 * 100 milliseconds.
 */
const waiters = (database: Mysql.Database) =>
  Mysql.query(
    database,
    undefined,
    `select 1 from information_schema.innodb_trx t join information_schema.processlist p
       on p.id = t.trx_mysql_thread_id where t.trx_state = 'LOCK WAIT' and p.db = '${database.name}'`
  )

const waiting = (database: Mysql.Database, sessions: number) =>
  waiters(database).pipe(
    Effect.repeat({ until: rows => rows.length >= sessions, schedule: Schedule.spaced("200 millis") })
  )

const subjects = (maxConnections: number): Subjects => {
  const pool = { ...defaultPool, maxConnections }
  const layer = (database: Mysql.Database) => layerIn(database, { settings: settingsOf(database, { pool }) })
  return {
    // A database is the smallest place there is, and costs little.
    empty: Effect.map(Mysql.database, layer),
    own: Effect.map(Mysql.database, database => {
      const maintain = (...statements: ReadonlyArray<string>) =>
        Effect.asVoid(Mysql.query(database, undefined, ...statements))
      return {
        process: layer(database),
        cut: Effect.flatMap(sessionsOf(database), rows => maintain(...rows.map(({ id }) => `kill ${id}`))),
        drop: maintain(`drop database ${database.name}`),
        create: maintain(`create database ${database.name}`),
        sessions: Effect.map(sessionsOf(database), rows => rows.length)
      }
    })
  }
}

StateSuite.suite("mysql", subjects(2), { how: "one connection", subjects: subjects(1) })

describe("StateStore: mysql", () => {
  it.scopedLive("writes a batch again that the server has ended because of a deadlock", () =>
    Effect.gen(function* () {
      const database = yield* Mysql.database
      const batch = ["m1", "m2"].map(
        migration_id => ({ _tag: "Execution", execution: execution({ migration_id }) }) as const
      )
      yield* Effect.gen(function* () {
        const store = yield* StateStore
        yield* store.record(batch)
        const forget = (id: string) =>
          `delete from bfm_executions where execution_key = sha2('["${id}","public"]', 256)`
        // Whoever has changed less is ended: the other one has changed a lot.
        const other = yield* Mysql.session(database, database.name)
        yield* other("create table much (n int primary key) engine = InnoDB")
        yield* other("begin; insert into much select seq from seq_1_to_500")
        yield* other(forget("m2"))
        const record = yield* Effect.fork(store.record(batch))
        yield* waiting(database, 1)
        yield* other(forget("m1"))
        yield* other("commit")
        yield* Fiber.join(record)
        assert.lengthOf(yield* store.executions(["core"]), 2)
      }).pipe(Effect.provide(layerIn(database)))
    })
  )

  it.scopedLive("does not disturb whoever works beside a writer that is interrupted", () =>
    Effect.gen(function* () {
      const database = yield* Mysql.database
      const write = (migration_id: string) =>
        ({ _tag: "Execution", execution: execution({ migration_id }) }) as const
      yield* Effect.gen(function* () {
        const store = yield* StateStore
        yield* store.record([write("m1"), write("m2")])
        const other = yield* Mysql.session(database, database.name)
        yield* other("begin")
        yield* other("select * from bfm_executions for update")
        const [first, second] = [
          yield* Effect.fork(store.record([write("m1")])),
          yield* Effect.fork(store.record([write("m2")]))
        ]
        yield* waiting(database, 2)
        yield* Fiber.interrupt(first)
        yield* other("commit")
        yield* Fiber.join(second)
        assert.lengthOf(yield* store.executions(["core"]), 2)
      }).pipe(Effect.provide(layerIn(database)))
    })
  )

  it.scopedLive("keeps the locks that a process has when it cannot take another one in time", () =>
    Effect.gen(function* () {
      const database = yield* Mysql.database
      const start = (answerTime: number) =>
        Effect.map(Layer.build(layerIn(database, { answerTime })), Context.get(Lock))
      const [one, two] = [yield* start(500), yield* start(10_000)]
      const take = (lock: Lock["Type"], schema: string, wait = 0) =>
        lock.acquire({ connection: "core", schema }, { runId: "r", actor: "a" }, wait, () => Effect.void)
      const long = yield* Scope.make()
      yield* Scope.extend(take(one, "long"), long)
      const backup = yield* Mysql.session(database, database.name)
      yield* backup("begin")
      yield* backup("select * from bfm_locks for update")
      const late = yield* Effect.flip(Effect.scoped(take(one, "other")))
      assert.strictEqual(late._tag, "StateUnavailable")
      yield* backup("commit")
      // What was in doubt is in nobody's way, and what was not is still ours.
      yield* Effect.scoped(take(one, "other"))
      yield* Effect.scoped(take(two, "other", 5_000))
      const busy = yield* Effect.flip(Effect.scoped(take(two, "long")))
      assert.strictEqual(busy._tag, "LockBusy")
      yield* Scope.close(long, Exit.void)
      yield* Effect.scoped(take(two, "long", 5_000))
      yield* Effect.scoped(take(one, "long", 5_000))
      yield* Effect.repeat(sessionsOf(database), {
        until: rows => rows.length <= 5,
        schedule: Schedule.spaced("100 millis")
      })
    })
  )
})
