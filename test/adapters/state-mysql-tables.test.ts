import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as mysql from "mysql2"
import { vi } from "vitest"
import { steps } from "../../src/adapters/state-sql/mysql/Steps.ts"
import { Lock } from "../../src/ports/Lock.ts"
import { StateStore } from "../../src/ports/StateStore.ts"
import * as Mysql from "../fixtures/Mysql.ts"
import { layerIn } from "../fixtures/StateMysql.ts"
import { executions, record } from "../fixtures/StatePostgresql.ts"
import { execution, item } from "../ports/StateSubject.ts"

const known = steps.length

const added = { version: known + 1, name: "a column", text: "alter table bfm_runs add column note text;" }

const installed = (database: Mysql.Database) =>
  Mysql.query(database, database.name, "select version, name from bfm_schema_version order by version")

const columns = (database: Mysql.Database) =>
  Effect.map(
    Mysql.query(
      database,
      database.name,
      "select column_name as name from information_schema.columns where table_schema = database() and table_name = 'bfm_runs' and column_name like 'note%' order by 1"
    ),
    rows => rows.map(({ name }) => name)
  )

describe("state tables in MySQL", () => {
  it.scopedLive("are upgraded from an older step, with what is in them", () =>
    Effect.gen(function* () {
      const database = yield* Mysql.database
      yield* Effect.provide(record, layerIn(database))
      const newer = layerIn(database, { steps: [...steps, added] })
      const found = yield* Effect.all(
        Array.from({ length: 4 }, () => Effect.provide(executions, newer)),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(found, Array(4).fill([execution()]))
      assert.deepStrictEqual(
        yield* installed(database),
        [...steps, added].map(({ version, name }) => ({ version, name }))
      )
    })
  )

  it.scopedLive("of a newer bfm, or of another step 1, are refused", () =>
    Effect.gen(function* () {
      const database = yield* Mysql.database
      yield* Effect.provide(record, layerIn(database, { steps: [...steps, added] }))
      for (const use of [executions, record]) {
        const refusal = yield* Effect.flip(Effect.provide(use, layerIn(database)))
        assert.include(refusal.message, `version ${added.version}, this bfm knows ${known}`)
      }
      yield* Mysql.query(
        database,
        database.name,
        `delete from bfm_schema_version where version = ${added.version}`,
        "update bfm_schema_version set checksum = 'x'"
      )
      const refusal = yield* Effect.flip(Effect.provide(executions, layerIn(database)))
      assert.match(refusal.message, /another step 1.*another BFM_STATE_DB_NAME/)
    })
  )

  it.scopedLive("are completed when the first process died after any of their statements", () =>
    Effect.gen(function* () {
      const statements = steps.flatMap(({ text }) => text.split(/;$/m)).filter(text => text.trim() !== "")
      assert.isAbove(statements.length, 3)
      for (const done of statements.keys()) {
        const database = yield* Mysql.database
        yield* Mysql.query(database, database.name, ...statements.slice(0, done + 1))
        yield* Effect.all(
          Array.from({ length: 3 }, () => Effect.provide(record, layerIn(database))),
          { concurrency: "unbounded" }
        )
        assert.deepStrictEqual(yield* Effect.provide(executions, layerIn(database)), [execution()])
        assert.lengthOf(yield* installed(database), known)
      }
    })
  )

  for (const way of ["its session is killed", "the process goes away"] as const) {
    it.scopedLive(`are upgraded to the end by the next process when in the middle of a step ${way}`, () =>
      Effect.gen(function* () {
        const database = yield* Mysql.database
        yield* Effect.provide(record, layerIn(database))
        const gatekeeper = yield* Mysql.session(database)
        yield* gatekeeper(`do get_lock('${database.name}', 0)`)
        const text = `alter table bfm_runs add column note text;\ndo get_lock('${database.name}', 30);\nalter table bfm_runs add column note_2 text, add index note_2 (note_2(10));`
        const newer = layerIn(database, { steps: [...steps, { ...added, text }] })
        const first = yield* Effect.fork(Effect.provide(executions, newer))
        const [waiting] = yield* Mysql.query(
          database,
          undefined,
          `select id from information_schema.processlist where db = '${database.name}' and info like 'do get_lock%'`
        ).pipe(Effect.repeat({ until: rows => rows.length > 0 }))
        // Whoever comes second waits for the first one.
        const second = yield* Effect.fork(Effect.provide(executions, newer))
        if (way === "the process goes away") yield* Fiber.interrupt(first)
        else yield* Mysql.query(database, undefined, `kill ${waiting?.["id"]}`)
        assert.isTrue(Exit.isFailure(yield* Fiber.await(first)))
        assert.deepStrictEqual(yield* columns(database), ["note"])
        assert.lengthOf(yield* installed(database), known)
        yield* gatekeeper("do release_all_locks()")
        assert.deepStrictEqual(yield* Fiber.join(second), [execution()])
        assert.deepStrictEqual(yield* columns(database), ["note", "note_2"])
        assert.lengthOf(yield* installed(database), known + 1)
      })
    )
  }

  it.scopedLive("do not count a step that fails", () =>
    Effect.gen(function* () {
      const database = yield* Mysql.database
      const broken = layerIn(database, {
        steps: [...steps, { ...added, text: "alter table none add column a int;" }]
      })
      const failure = yield* Effect.flip(Effect.provide(executions, broken))
      assert.strictEqual(failure.code, "1146")
      assert.deepStrictEqual(yield* Effect.provide(executions, layerIn(database)), [])
    })
  )

  it.scopedLive("do not keep what dead sessions left", () =>
    Effect.gen(function* () {
      const database = yield* Mysql.database
      yield* Effect.provide(record, layerIn(database))
      yield* Mysql.query(
        database,
        database.name,
        "insert into bfm_locks select seq, 'core', seq, 'R', 'dead', seq, now() from seq_1_to_3"
      )
      const held = yield* Effect.gen(function* () {
        const lock = yield* Lock
        assert.deepStrictEqual(yield* lock.held, [])
        yield* lock.acquire(
          { connection: "core", schema: "4" },
          { runId: "R", actor: "a" },
          0,
          () => Effect.void
        )
        return yield* Mysql.query(database, database.name, "select `schema`, actor from bfm_locks")
      }).pipe(Effect.provide(layerIn(database)))
      assert.deepStrictEqual(held, [{ schema: "4", actor: "a" }])
    })
  )

  it.scopedLive("cost one round trip to read and one to write, after one that opens the session", () =>
    Effect.gen(function* () {
      const database = yield* Mysql.database
      yield* Effect.provide(record, layerIn(database))
      const sent = vi.spyOn(mysql.Connection.prototype, "query")
      yield* Effect.addFinalizer(() => Effect.sync(() => sent.mockRestore()))
      yield* Effect.gen(function* () {
        const store = yield* StateStore
        assert.strictEqual(sent.mock.calls.length, 0)
        yield* store.executions(["core"])
        assert.strictEqual(sent.mock.calls.length, 2)
        yield* store.record(
          Array.from({ length: 500 }, (_, n) => ({
            _tag: "Execution",
            execution: execution({ migration_id: `m${n}` })
          }))
        )
        yield* store.record([])
        assert.strictEqual(sent.mock.calls.length, 3)
      }).pipe(Effect.provide(layerIn(database)))
    })
  )

  it.scopedLive("take a batch that is larger than a message may be, all or nothing", () =>
    Effect.gen(function* () {
      const database = yield* Mysql.database
      const error = `'${"x".repeat(2_000)}`
      const many = Array.from({ length: 1_000 }, (_, n) => String(n))
      yield* Effect.gen(function* () {
        const store = yield* StateStore
        const changes = many.map(
          name => ({ _tag: "Execution", execution: execution({ migration_id: name, error }) }) as const
        )
        const bad = { _tag: "History", item: item({ at: "not a time" }) } as const
        assert.isTrue(Exit.isFailure(yield* Effect.exit(store.record([...changes, bad]))))
        assert.deepStrictEqual(yield* store.executions(["core"]), [])
        yield* store.record(changes)
        const found = yield* store.executions(["core"])
        assert.deepStrictEqual(new Set(found.map(({ migration_id }) => migration_id)), new Set(many))
        assert.isTrue(found.every(row => row.error === error))
      }).pipe(Effect.provide(layerIn(database)))
    })
  )

  it.scopedLive("tell texts apart that differ in letter case, accents or trailing blanks", () =>
    Effect.gen(function* () {
      const database = yield* Mysql.database
      const schemas = ["tenant", "Tenant", "ténant", "te\u0301nant", "tenant ", "tenant  ", "tenant\\"]
      yield* Effect.gen(function* () {
        const store = yield* StateStore
        const lock = yield* Lock
        yield* store.record(
          schemas.flatMap(schema => [
            { _tag: "Execution", execution: execution({ schema }) } as const,
            { _tag: "History", item: item({ schema }) } as const
          ])
        )
        yield* store.record([
          { _tag: "ExecutionRemoved", migrationId: execution().migration_id, schema: "tenant" }
        ])
        const left = yield* store.executions(["core"])
        assert.sameMembers(
          left.map(({ schema }) => schema),
          schemas.slice(1)
        )
        for (const schema of schemas) {
          const { items } = yield* store.history({ limit: 10, schema })
          assert.deepStrictEqual(
            items.map(found => found.schema),
            [schema]
          )
          yield* lock.acquire(
            { connection: "core", schema },
            { runId: "R", actor: "a" },
            0,
            () => Effect.void
          )
        }
        assert.lengthOf(yield* lock.held, schemas.length)
      }).pipe(Effect.provide(layerIn(database)))
    })
  )
})
