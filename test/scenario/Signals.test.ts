import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { RunFailed } from "../../src/domain/Errors.ts"
import * as Bfm from "../../src/interfaces/library/Bfm.ts"
import { Signals } from "../../src/ports/Signals.ts"
import * as Project from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"

/** Three tables; the second one waits at a gate. */
const gated = Effect.gen(function* () {
  const project = yield* Project.make
  const gate = yield* Scenario.gate(project)
  project.write("20250101000001_a.up.sql", "CREATE TABLE a (id int);")
  project.write("20250101000002_b.up.sql", `CREATE TABLE b (id int);\n${gate.statement};`)
  project.write("20250101000003_c.up.sql", "CREATE TABLE c (id int);")
  return { project, gate }
})

const [a, b, c] = [Scenario.id(1, "a"), Scenario.id(2, "b"), Scenario.id(3, "c")]

const tables = (project: Project.Project) =>
  Effect.map(
    project.query("SELECT tablename FROM pg_tables WHERE tablename IN ('a', 'b', 'c') ORDER BY 1"),
    rows => rows.map(({ tablename }) => tablename)
  )

/** A run that can be told to end. */
const signalled = (project: Project.Project) =>
  Effect.gen(function* () {
    const stop = yield* Deferred.make<void>()
    const abort = yield* Deferred.make<void>()
    const fiber = yield* project
      .run(Bfm.up())
      .pipe(
        Effect.provideService(Signals, { stop: Deferred.await(stop), abort: Deferred.await(abort) }),
        Effect.flip,
        Effect.fork
      )
    return {
      stop: Deferred.succeed(stop, undefined),
      abort: Deferred.succeed(abort, undefined),
      result: Effect.flatMap(Fiber.join(fiber), error =>
        error instanceof RunFailed ? Effect.succeed(error.result) : Effect.die(error)
      )
    }
  })

const lastRun = (project: Project.Project) =>
  Effect.map(
    project.queryState("SELECT state, succeeded, failed FROM bfm_runs ORDER BY started_at DESC LIMIT 1"),
    ([row]) => row
  )

describe("the library", () => {
  it.scopedLive("stop: the step in flight ends and is recorded, the next one is not begun", () =>
    Effect.gen(function* () {
      const { project, gate } = yield* gated
      const run = yield* signalled(project)
      yield* gate.reached
      yield* run.stop
      yield* Scenario.calledBack(project)
      yield* gate.open
      const result = yield* run.result
      assert.deepStrictEqual(result.applied, [a, b])
      assert.deepStrictEqual(
        result.not_run.map(({ id }) => id),
        [c]
      )
      assert.deepStrictEqual([result.errors, result.state], [[], "cancelled"])
      assert.deepStrictEqual(yield* tables(project), ["a", "b"])
      assert.deepStrictEqual(yield* Scenario.statuses(project), {
        [a]: "applied",
        [b]: "applied",
        [c]: "pending"
      })
      assert.deepStrictEqual(yield* lastRun(project), { state: "cancelled", succeeded: 2, failed: 0 })
      assert.deepStrictEqual((yield* Scenario.up(project)).applied, [c])
      assert.lengthOf(yield* Scenario.agreed(project), 3)
    })
  )

  it.scopedLive(
    "abort: the statement is cancelled, nothing of its step is left, and that is what is recorded",
    () =>
      Effect.gen(function* () {
        const { project, gate } = yield* gated
        const run = yield* signalled(project)
        yield* gate.reached
        yield* run.stop
        yield* run.abort
        const result = yield* run.result
        assert.deepStrictEqual(result.applied, [a])
        assert.deepStrictEqual(
          result.failures.map(({ id, code, attempts }) => [id, code, attempts]),
          [[b, "57014", 1]]
        )
        assert.deepStrictEqual(yield* tables(project), ["a"])
        assert.deepStrictEqual(yield* Scenario.statuses(project), {
          [a]: "applied",
          [b]: "failed",
          [c]: "pending"
        })
        assert.notInclude(["running", "succeeded"], (yield* lastRun(project))?.["state"])
        yield* gate.open
        assert.deepStrictEqual((yield* Scenario.up(project)).applied, [b, c])
        assert.lengthOf(yield* Scenario.agreed(project), 3)
      })
  )

  it.scopedLive(
    "a caller that goes away does not cancel the step in flight, and what became of it is recorded",
    () =>
      Effect.gen(function* () {
        const { project, gate } = yield* gated
        const fiber = yield* Effect.fork(project.run(Bfm.up()))
        yield* gate.reached
        yield* Fiber.interruptFork(fiber)
        yield* Effect.sleep("50 millis")
        yield* gate.open
        yield* Fiber.await(fiber)
        const applied = yield* Scenario.agreed(project)
        assert.includeMembers([...applied], [a, b])
        assert.lengthOf(yield* tables(project), applied.length)
        assert.deepStrictEqual(yield* lastRun(project), {
          state: "interrupted",
          succeeded: applied.length,
          failed: 0
        })
      })
  )
})

describe("the command line", () => {
  /** `migrate up` until it stands before the gate, then a signal. */
  const signal = (name: "SIGTERM" | "SIGINT") =>
    Effect.gen(function* () {
      const { project, gate } = yield* gated
      const child = project.spawn(["migrate", "up", "--json"])
      const ended = yield* Effect.fork(Project.ended(child))
      yield* gate.reached
      child.kill(name)
      return { project, gate, ended }
    })

  it.scopedLive("SIGTERM in the middle of a long statement: finish it, record it, stop; exit 130", () =>
    Effect.gen(function* () {
      const { project, gate, ended } = yield* signal("SIGTERM")
      yield* Scenario.calledBack(project)
      yield* gate.open
      const { code, stdout } = yield* Fiber.join(ended)
      assert.strictEqual(code, 130)
      assert.deepStrictEqual(JSON.parse(stdout).applied, [a, b])
      assert.deepStrictEqual(yield* tables(project), ["a", "b"])
      assert.deepStrictEqual(yield* Scenario.agreed(project), [a, b])
    })
  )

  it.scopedLive("Ctrl-C in the middle of a long statement: cancel it, record that it failed; exit 130", () =>
    Effect.gen(function* () {
      const { project, gate, ended } = yield* signal("SIGINT")
      const { code, stdout } = yield* Fiber.join(ended)
      assert.strictEqual(code, 130)
      assert.deepStrictEqual(JSON.parse(stdout).applied, [a])
      assert.deepStrictEqual(yield* tables(project), ["a"])
      assert.deepStrictEqual(yield* Scenario.statuses(project), {
        [a]: "applied",
        [b]: "failed",
        [c]: "pending"
      })
      yield* gate.open
      const { code: again } = yield* project.cli(["migrate", "up"])
      assert.strictEqual(again, 0)
      assert.lengthOf(yield* Scenario.agreed(project), 3)
    })
  )
})
