import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Bfm from "../../src/interfaces/library/Bfm.ts"
import * as Project from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"

const names = Array.from({ length: 24 }, (_, n) => `tenant_${String(n).padStart(2, "0")}`)

/** One after the other, the first ones are quick: this one is in the middle of a message for eight. */
const slow = "tenant_09"

/** Tenants who all get the same table; one of them waits at a gate before. */
const team = Effect.gen(function* () {
  const project = yield* Project.make
  const gate = yield* Scenario.gate(project)
  yield* project.query("CREATE TABLE public.counter (schema text)")
  project.write(
    `${Scenario.named(1, "it")}.up.sql`,
    `-- bfm-schema: dynamic
${gate.statement.replace(" FOR", ` WHERE current_schema() = '${slow}' FOR`)};
CREATE TABLE t (id int);
INSERT INTO public.counter VALUES (current_schema());`
  )
  project.write(
    `${Scenario.named(1, "it")}.down.sql`,
    `-- bfm-schema: dynamic
${gate.statement.replace(" FOR", ` WHERE current_schema() = '${slow}' FOR`)};
DROP TABLE t;
DELETE FROM public.counter WHERE schema = current_schema();`
  )
  // Whoever asks again after a loss has no other connection than the lost one.
  const environment = { CORE_TENANTS: names.join(","), BFM_DB_MAX_OPEN_CONNS: "1" }
  const up = project.run(Bfm.up({ schemas: ["all"] }, { concurrency: 1 }), environment)
  const request = { id: Scenario.id(1, "it"), schemas: ["all"] }
  const down = project.run(Bfm.down(request, { concurrency: 1 }), environment)
  // A message is longer than what the server shows of it.
  const reached = Scenario.until(
    project.query(
      "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'transactionid'"
    ),
    "somebody stands before the gate"
  )
  const touched = Effect.map(project.query("SELECT schema FROM public.counter ORDER BY 1"), rows =>
    rows.map(({ schema }) => String(schema))
  )
  return { project, environment, gate, up, down, reached, touched }
})

/** Everybody has the table; whoever stands before the gate now waits. */
const applied = Effect.gen(function* () {
  const it = yield* team
  yield* it.gate.open
  yield* it.up
  yield* it.gate.shut
  return it
})

/** Everything is gone, was taken back once, and everybody says so. */
const nothing = ({ project, touched }: Effect.Effect.Success<typeof team>) =>
  Effect.gen(function* () {
    assert.deepStrictEqual(yield* touched, [])
    assert.deepStrictEqual(yield* Scenario.agreed(project), [])
    assert.deepStrictEqual(
      yield* project.queryState(
        "SELECT count(*)::int AS n, count(DISTINCT schema)::int AS schemas FROM bfm_history WHERE event = 'rolled_back'"
      ),
      [{ n: names.length, schemas: names.length }]
    )
  })

/** Everything is there once, and everybody says so. */
const everything = ({ project, touched }: Effect.Effect.Success<typeof team>) =>
  Effect.gen(function* () {
    assert.deepStrictEqual(yield* touched, names)
    assert.lengthOf(yield* Scenario.agreed(project), names.length)
    assert.deepStrictEqual(
      yield* project.queryState(
        "SELECT count(*)::int AS n FROM bfm_history WHERE event = 'applied' HAVING count(*) <> count(DISTINCT schema)"
      ),
      []
    )
    assert.deepStrictEqual(
      yield* project.query(
        "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
      ),
      []
    )
  })

describe("schemas that are worked on together", () => {
  it.scopedLive("when their session is cut, what was committed is known, and the rest is done", () =>
    Effect.gen(function* () {
      const it = yield* team
      const run = yield* Effect.fork(it.up)
      yield* it.reached
      yield* it.project.query(Project.terminate)
      yield* it.reached
      // Two of the message were committed before.
      assert.deepStrictEqual(yield* it.touched, names.slice(0, 9))
      yield* it.gate.open
      const { applied, skipped } = yield* Fiber.join(run)
      assert.lengthOf(applied, names.length)
      assert.deepStrictEqual(skipped, [])
      yield* everything(it)
    })
  )

  it.scopedLive("when the run is told to end, those behind the one in flight are not begun", () =>
    Effect.gen(function* () {
      const it = yield* team
      const child = it.project.spawn(
        ["migrate", "up", "--schema", "all", "--concurrency", "1", "--json"],
        it.environment
      )
      const ended = yield* Effect.fork(Project.ended(child))
      yield* it.reached
      child.kill("SIGTERM")
      yield* Scenario.calledBack(it.project)
      yield* it.gate.open
      const { stdout } = yield* Fiber.join(ended)
      const result = JSON.parse(stdout)
      assert.deepStrictEqual(
        [result.state, result.applied.length, result.not_run.length],
        ["cancelled", 10, names.length - 10]
      )
      assert.deepStrictEqual(yield* it.touched, names.slice(0, 10))
      assert.lengthOf((yield* it.up).applied, names.length - 10)
      yield* everything(it)
    })
  )

  it.scopedLive("whoever is held by another run is waited for, after all who go along with it", () =>
    Effect.gen(function* () {
      const it = yield* team
      const other = yield* Effect.fork(it.project.run(Bfm.up({ schemas: [slow] })))
      yield* it.reached
      const run = yield* Effect.fork(it.up)
      yield* Scenario.until(
        it.project.query("SELECT schema FROM public.counter WHERE schema = 'tenant_14'"),
        "the last of the message is done"
      )
      yield* it.gate.open
      assert.lengthOf((yield* Fiber.join(other)).applied, 1)
      const { applied, skipped } = yield* Fiber.join(run)
      assert.deepStrictEqual([applied.length, skipped.length], [names.length - 1, 1])
      yield* everything(it)
    })
  )

  it.scopedLive("one that fails is told with its place, and keeps nobody else back", () =>
    Effect.gen(function* () {
      const it = yield* team
      yield* it.gate.open
      yield* it.project.query(`CREATE SCHEMA "${slow}" CREATE TABLE t (id int)`)
      const error = yield* Scenario.failing(
        it.project.run(
          Bfm.up({ schemas: ["all"] }, { concurrency: 1, on_failure: "continue" }),
          it.environment
        )
      )
      if (!("result" in error)) return assert.fail(String(error))
      const { applied, failures } = error.result
      assert.lengthOf(applied, names.length - 1)
      assert.deepStrictEqual(
        failures.map(({ schema, code, line }) => [schema, code, line]),
        [[slow, "42P07", 3]]
      )
      yield* it.project.query(`DROP TABLE "${slow}".t`)
      assert.lengthOf((yield* it.up).applied, 1)
      yield* everything(it)
    })
  )

  describe("and rolled back", () => {
    it.scopedLive("when their session is cut, what was committed is known, and the rest is done", () =>
      Effect.gen(function* () {
        const it = yield* applied
        const run = yield* Effect.fork(it.down)
        yield* it.reached
        yield* it.project.query(Project.terminate)
        yield* it.reached
        assert.deepStrictEqual(yield* it.touched, names.slice(9))
        yield* it.gate.open
        const { applied: rolledBack, skipped } = yield* Fiber.join(run)
        assert.deepStrictEqual([rolledBack.length, skipped.length], [names.length, 0])
        yield* nothing(it)
      })
    )

    it.scopedLive("whoever is held by another run is waited for, after all who go along with it", () =>
      Effect.gen(function* () {
        const it = yield* applied
        const other = yield* Effect.fork(
          it.project.run(Bfm.down({ id: Scenario.id(1, "it"), schemas: [slow] }))
        )
        yield* it.reached
        const run = yield* Effect.fork(it.down)
        yield* Scenario.until(
          it.project.query(
            "SELECT true WHERE NOT EXISTS (SELECT FROM public.counter WHERE schema = 'tenant_14')"
          ),
          "the last of the message is done"
        )
        yield* it.gate.open
        assert.lengthOf((yield* Fiber.join(other)).applied, 1)
        const { applied: rolledBack, skipped } = yield* Fiber.join(run)
        assert.deepStrictEqual([rolledBack.length, skipped.length], [names.length - 1, 1])
        yield* nothing(it)
      })
    )

    it.scopedLive("what another run has taken back meanwhile is told as that", () =>
      Effect.gen(function* () {
        const it = yield* applied
        const run = yield* Effect.fork(it.down)
        yield* it.reached
        yield* it.project.run(Bfm.down({ id: Scenario.id(1, "it"), schemas: ["tenant_20", "tenant_21"] }))
        yield* it.gate.open
        const { applied: rolledBack, skipped } = yield* Fiber.join(run)
        assert.lengthOf(rolledBack, names.length - 2)
        assert.lengthOf(skipped, 2)
        yield* nothing(it)
      })
    )
  })
})
