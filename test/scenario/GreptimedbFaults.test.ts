import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Bfm from "../../src/interfaces/library/Bfm.ts"
import * as Greptimedb from "../fixtures/Greptimedb.ts"
import * as Scenario from "../fixtures/Scenario.ts"
import { faults } from "../greptimedb/Faults.ts"

const logs = { target: { connections: ["logs"] } }
const all = { connections: ["logs"] }

/** Each is verified in another way; none but the seeds can be run twice without being refused. */
const statements = [
  "CREATE TABLE m (host STRING PRIMARY KEY, cpu DOUBLE, ts TIMESTAMP TIME INDEX)",
  "INSERT INTO m VALUES ('a', 1.5, 0), ('b', 2.5, 0)",
  "ALTER TABLE m ADD COLUMN note STRING DEFAULT 'x', ADD COLUMN n BIGINT",
  "ALTER TABLE m DROP COLUMN cpu",
  "ALTER TABLE m RENAME metrics",
  "CREATE VIEW v AS SELECT host FROM metrics",
  "CREATE FLOW {{.Schema}}_f SINK TO s AS SELECT host FROM metrics",
  "DROP VIEW v",
  "ALTER TABLE metrics SET 'ttl'='forever'",
  "CREATE TABLE gone (ts TIMESTAMP TIME INDEX)",
  "DROP TABLE gone"
]

/** As it arrives in the database of its position. */
const rendered = (position: number): string =>
  (statements[position] ?? "").replace("{{.Schema}}", `p${position}`)

const script = `-- bfm-schema: dynamic\n${statements.join(";\n")};`

const expected = {
  tables: [["metrics"]],
  rows: [
    ["a", 0, "x", null],
    ["b", 0, "x", null]
  ]
}

/** What the scripts have made of a database. */
const state = (at: Greptimedb.Greptimedb, schema: string) =>
  Effect.all({
    tables: at.query("SHOW TABLES", schema),
    rows: at.query("SELECT host, ts, note, n FROM metrics", schema)
  })

const failure = (at: Greptimedb.Greptimedb, request: object = logs) =>
  Effect.flatMap(Scenario.failing(at.run(Bfm.up(request))), error => {
    const [first] = "result" in error ? error.result.failures : []
    return first === undefined ? Effect.die(error) : Effect.succeed(first)
  })

describe.skipIf(Greptimedb.isReal)(
  "GreptimeDB, faults (of the test double only: not with GREPTIMEDB_URL)",
  { concurrent: true },
  () => {
    for (const [name, fault] of Object.entries(faults)) {
      it.live(`at every statement, each in a database of its own: ${name}`, () =>
        Effect.gen(function* () {
          const at = yield* Greptimedb.make()
          at.write(1, "all", script)
          const schemas = [...statements.keys()].map(position => `p${position}`)
          for (const [position, schema] of schemas.entries()) {
            at.double.faults.plan(fault, (sql, db) => db === schema && sql === rendered(position))
          }
          const run = at.run(
            Bfm.up({ ...logs, schemas }, { concurrency: schemas.length, on_failure: "continue" })
          )
          const first = yield* Effect.either(run)
          // Whatever the first run came to, the next one ends where no fault would have.
          if (first._tag === "Left") {
            for (const { aftermath, reason } of "result" in first.left ? first.left.result.failures : [])
              assert.match(aftermath, /after the catalog has been asked/, reason)
            yield* run
          }
          for (const [position, schema] of schemas.entries()) {
            assert.deepStrictEqual(yield* state(at, schema), expected, schema)
            const sent = at.sent(schema).filter(sql => sql === rendered(position)).length
            const repeatable = /^INSERT|SET/.test(rendered(position))
            assert.isAtMost(sent, fault.applies && !repeatable ? 1 : 2, `${schema} ${rendered(position)}`)
          }
          assert.deepStrictEqual((yield* run).applied, [])
        }).pipe(Effect.scoped)
      )
    }

    it.live("of the ledger's own requests are survived too", () =>
      Effect.gen(function* () {
        for (const name of ["busy", "appliedThenDropped"] as const) {
          const at = yield* Greptimedb.make()
          at.write(1, "all", script)
          const fault = faults[name]
          let seen = 0
          // Every third request that is not a script's own.
          const ours = (sql: string) => /"bfm"|information_schema/.test(sql) && seen++ % 3 === 1
          if (fault !== undefined) at.double.faults.plan(fault, ours, 100)
          yield* at.run(Bfm.up({ ...logs, schemas: ["plant"] }))
          assert.deepStrictEqual(yield* state(at, "plant"), expected, name)
          assert.lengthOf(at.sent("plant"), statements.length, name)
        }
      }).pipe(Effect.scoped)
    )

    it.live("rows of a table that only appends are never sent twice: a human is asked", () =>
      Effect.gen(function* () {
        const at = yield* Greptimedb.make()
        const table = "CREATE TABLE log (host STRING, ts TIMESTAMP TIME INDEX) WITH ('append_mode'='true')"
        at.write(1, "log", `${table};\nINSERT INTO log VALUES ('a', 0);\nALTER TABLE log ADD COLUMN c INT;`)
        at.double.faults.plan({ applies: true, answer: "drop" }, sql => sql.startsWith("INSERT INTO log"))
        const first = yield* failure(at)
        assert.match(first.detail ?? "", /public\.log keeps every row .*append_mode.* would double them/)
        const second = yield* failure(at)
        assert.match(second.reason, /part 2 of 3 was interrupted, and the catalog cannot tell/)
        assert.match(second.detail ?? "", /append_mode/)
        assert.match(
          second.hint ?? "",
          /bfm resolve 20250101000001_log_greptimedb_logs --applied, or --pending/
        )
        assert.strictEqual((yield* at.run(Bfm.status(all))).items[0]?.status, "interrupted")
        assert.deepStrictEqual(yield* at.query("SELECT count(*) FROM log"), [[1]])
        const resolve = (as: "applied" | "pending") =>
          at.run(Bfm.resolve({ id: Scenario.named(1, "log"), schemas: [], as }))
        yield* resolve("applied")
        assert.deepStrictEqual((yield* at.run(Bfm.up(logs))).applied, [])
        yield* resolve("pending")
        assert.strictEqual((yield* at.run(Bfm.status(all))).items[0]?.status, "pending")
      }).pipe(Effect.scoped)
    )

    it.live("a statement that takes too long is given up, and found by the next run when it has landed", () =>
      Effect.gen(function* () {
        const at = yield* Greptimedb.make()
        const create = "CREATE TABLE slow (ts TIMESTAMP TIME INDEX)"
        at.write(
          1,
          "slow",
          `-- bfm-statement-timeout: 200ms\n${create};\nCREATE TABLE next (ts TIMESTAMP TIME INDEX)`
        )
        at.double.faults.plan({ applies: false, answer: "hold" }, sql => sql === create)
        const first = yield* failure(at)
        assert.deepStrictEqual([first.code, first.reason], ["timeout", "no answer within 200ms"])
        assert.match(first.detail ?? "", /table public\.slow is not there/)
        assert.match(first.aftermath, /the next run goes on with part 1, after the catalog has been asked/)
        // The server goes on without its client.
        at.double.faults.release()
        assert.lengthOf((yield* at.run(Bfm.up(logs))).applied, 1)
        assert.strictEqual(at.sent().filter(sql => sql === create).length, 1)
      }).pipe(Effect.scoped)
    )

    it.live("a late success between question and repetition is a success", () =>
      Effect.gen(function* () {
        const at = yield* Greptimedb.make()
        const create = "CREATE TABLE late (ts TIMESTAMP TIME INDEX)"
        at.write(1, "late", create)
        at.double.faults.plan({ applies: false, answer: "drop" }, sql => sql === create)
        // The first one takes effect just before the second one arrives, which is refused then.
        at.double.faults.plan({ applies: true, answer: "twice" }, sql => sql === create)
        assert.lengthOf((yield* at.run(Bfm.up(logs))).applied, 1)
      }).pipe(Effect.scoped)
    )

    it.live("rolling back goes on where it ended, and is taken back when nothing of it was done", () =>
      Effect.gen(function* () {
        const at = yield* Greptimedb.make()
        at.write(
          1,
          "two",
          "CREATE TABLE a (ts TIMESTAMP TIME INDEX);\nCREATE TABLE b (ts TIMESTAMP TIME INDEX)",
          "ALTER TABLE b RENAME c;\nDROP TABLE c;\nDROP TABLE a"
        )
        yield* at.run(Bfm.up(logs))
        const down = at.run(Bfm.down({ id: Scenario.named(1, "two") }))
        const status = Effect.map(at.run(Bfm.status(all)), ({ items }) => items[0]?.status)
        at.double.faults.plan({ applies: false, answer: "internal" }, sql => sql === "ALTER TABLE b RENAME c")
        yield* Scenario.failing(down)
        assert.strictEqual(yield* status, "interrupted")
        yield* at.query("CREATE TABLE c (ts TIMESTAMP TIME INDEX)")
        yield* Scenario.failing(down)
        assert.strictEqual(yield* status, "applied")
        yield* at.query("DROP TABLE c")
        at.double.faults.plan({ applies: true, answer: "internal" }, sql => sql === "DROP TABLE a")
        yield* down
        assert.strictEqual(yield* status, "rolled_back")
        assert.deepStrictEqual(yield* at.query("SHOW TABLES"), [])
      }).pipe(Effect.scoped)
    )

    it.live("what was there before is not taken for success", () =>
      Effect.gen(function* () {
        const at = yield* Greptimedb.make()
        const create = "CREATE TABLE t (ts TIMESTAMP TIME INDEX)"
        yield* at.query("CREATE TABLE t (other STRING, ts TIMESTAMP TIME INDEX)")
        at.write(1, "t", create)
        at.double.faults.plan({ applies: false, answer: "drop" }, sql => sql === create)
        assert.strictEqual((yield* failure(at)).code, "4000")
        assert.deepStrictEqual((yield* at.query("DESC t")).flat()[0], "other")
      }).pipe(Effect.scoped)
    )

    it.live("DROP … IF EXISTS that leaves a table in place is noticed", () =>
      Effect.gen(function* () {
        const at = yield* Greptimedb.make()
        yield* at.query("CREATE TABLE present (ts TIMESTAMP TIME INDEX)")
        at.write(1, "drop", "DROP TABLE IF EXISTS missing, present")
        const { reason, hint } = yield* failure(at)
        assert.match(reason, /reported success, and table public\.present is there/)
        assert.match(hint ?? "", /write one DROP for each/)
      }).pipe(Effect.scoped)
    )

    it.live("a run whose step another run has taken over notices before its next statement", () =>
      Effect.gen(function* () {
        const at = yield* Greptimedb.make()
        at.write(
          1,
          "two",
          "CREATE TABLE a (ts TIMESTAMP TIME INDEX);\nCREATE TABLE b (ts TIMESTAMP TIME INDEX)"
        )
        at.double.faults.plan({ applies: true, answer: "hold" }, sql => sql.startsWith("CREATE TABLE a"))
        const run = yield* Effect.fork(failure(at))
        yield* Effect.promise(() => at.double.faults.reached())
        const [row] = yield* at.query('SELECT * FROM "bfm"."ledger"')
        const other = (row ?? []).map((value, index) => (index === 13 ? "ANOTHER" : value))
        const values = other
          .map(value => (typeof value === "number" ? value : `'${String(value)}'`))
          .join(", ")
        yield* at.query(`INSERT INTO bfm.ledger VALUES (${values})`)
        at.double.faults.release()
        const { code, reason } = yield* run.await.pipe(Effect.flatten)
        assert.deepStrictEqual([code, reason.slice(0, 11)], ["BF010", "run ANOTHER"])
        assert.deepStrictEqual(yield* at.query("SHOW TABLES"), [["a"]])
      }).pipe(Effect.scoped)
    )
  }
)
