import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import pg from "pg"
import { vi } from "vitest"
import { steps } from "../../src/adapters/state-sql/postgresql/Steps.ts"
import { Lock } from "../../src/ports/Lock.ts"
import { StateStore } from "../../src/ports/StateStore.ts"
import * as Postgresql from "../fixtures/Postgresql.ts"
import { executions, layerIn, record, settingsOf } from "../fixtures/StatePostgresql.ts"
import { execution } from "../ports/StateSubject.ts"

const known = steps.length

const added = {
  version: known + 1,
  name: "a column",
  text: "alter table %schema%.bfm_runs add column note text"
}

describe("state tables in PostgreSQL", () => {
  it.live("are upgraded from an older step, with what is in them", () =>
    Effect.gen(function* () {
      const database = yield* Postgresql.database
      yield* Effect.provide(record, layerIn(database))
      const newer = layerIn(database, { steps: [...steps, added] })
      const processes = Array.from({ length: 4 }, () => Effect.provide(executions, newer))
      const found = yield* Effect.all(processes, { concurrency: "unbounded" })
      assert.deepStrictEqual(found, Array(4).fill([execution()]))
      const rows = yield* Postgresql.query(
        database.url,
        "select note from bfm_runs",
        "select version, name from bfm_schema_version order by version"
      )
      assert.deepStrictEqual(
        rows,
        [...steps, added].map(({ version, name }) => ({ version, name }))
      )
    }).pipe(Effect.scoped)
  )

  it.live("of a newer bfm are refused, by every method", () =>
    Effect.gen(function* () {
      const database = yield* Postgresql.database
      yield* Effect.provide(record, layerIn(database, { steps: [...steps, added] }))
      const refusals = yield* Effect.all([
        Effect.flip(Effect.provide(executions, layerIn(database))),
        Effect.flip(Effect.provide(record, layerIn(database)))
      ])
      for (const refusal of refusals) {
        assert.include(refusal.message, `version ${added.version}, this bfm knows ${known}`)
      }
    }).pipe(Effect.scoped)
  )

  it.live("of another step 1 are refused", () =>
    Effect.gen(function* () {
      const database = yield* Postgresql.database
      yield* Effect.provide(record, layerIn(database))
      yield* Postgresql.query(database.url, "update bfm_schema_version set checksum = 'x'")
      const refusal = yield* Effect.flip(Effect.provide(executions, layerIn(database)))
      assert.match(refusal.message, /another step 1/)
    }).pipe(Effect.scoped)
  )

  it.live("leave nothing behind when a step fails", () =>
    Effect.gen(function* () {
      const database = yield* Postgresql.database
      const broken = layerIn(database, {
        steps: [...steps, { ...added, text: "create table %schema%.x (a int); select 1/0" }]
      })
      const failure = yield* Effect.flip(Effect.provide(executions, broken))
      assert.strictEqual(failure.code, "22012")
      const [tables] = yield* Postgresql.query(
        database.url,
        "select count(*)::int as n from pg_tables where schemaname = 'public'"
      )
      assert.deepStrictEqual(tables, { n: 0 })
      assert.deepStrictEqual(yield* Effect.provide(executions, layerIn(database)), [])
    }).pipe(Effect.scoped)
  )

  it.live("can be made by an owner of the schema who may not create schemas", () =>
    Effect.gen(function* () {
      const database = yield* Postgresql.database
      const role = `r_${database.name}`
      yield* Effect.acquireRelease(
        Postgresql.query(
          database.url,
          `create role ${role} login password 'p '' w'`,
          `create schema mine authorization ${role}`
        ),
        () => Postgresql.query(database.url, `drop owned by ${role} cascade`, `drop role ${role}`)
      )
      const settings = settingsOf(database, { username: role, password: Redacted.make("p ' w") })
      assert.deepStrictEqual(
        yield* Effect.provide(executions, layerIn(database, { settings, schema: "mine" })),
        []
      )
      const refusal = yield* Effect.flip(
        Effect.provide(executions, layerIn(database, { settings, schema: "other" }))
      )
      assert.strictEqual(refusal.code, "42501")
    }).pipe(Effect.scoped)
  )

  it.live("do not keep what dead sessions left", () =>
    Effect.gen(function* () {
      const database = yield* Postgresql.database
      yield* Effect.provide(record, layerIn(database))
      yield* Postgresql.query(
        database.url,
        "insert into bfm_locks select n, 'core', n::text, 'R', 'dead', 1, now() from generate_series(1, 3) n"
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
        return yield* Postgresql.query(database.url, "select schema, actor from bfm_locks")
      }).pipe(Effect.provide(layerIn(database)))
      assert.deepStrictEqual(held, [{ schema: "4", actor: "a" }])
    }).pipe(Effect.scoped)
  )

  it.live("cost one round trip to read and one to write", () =>
    Effect.gen(function* () {
      const database = yield* Postgresql.database
      yield* Effect.provide(record, layerIn(database))
      const sent = vi.spyOn(pg.Client.prototype, "query")
      yield* Effect.addFinalizer(() => Effect.sync(() => sent.mockRestore()))
      yield* Effect.gen(function* () {
        const store = yield* StateStore
        assert.strictEqual(sent.mock.calls.length, 0)
        yield* store.executions(["core"])
        assert.strictEqual(sent.mock.calls.length, 1)
        yield* store.record(
          Array.from({ length: 500 }, (_, n) => ({
            _tag: "Execution",
            execution: execution({ migration_id: `m${n}` })
          }))
        )
        yield* store.record([])
        assert.strictEqual(sent.mock.calls.length, 2)
      }).pipe(Effect.provide(layerIn(database)))
    }).pipe(Effect.scoped)
  )
})
