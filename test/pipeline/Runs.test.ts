import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Config from "../../src/Config.ts"
import { CurrentActor } from "../../src/domain/Actor.ts"
import { UpRequest } from "../../src/domain/Request.ts"
import type * as Run from "../../src/domain/Run.ts"
import * as Main from "../../src/Main.ts"
import * as Snapshot from "../../src/pipeline/report/Snapshot.ts"
import type * as ActiveRun from "../../src/pipeline/runs/ActiveRun.ts"
import * as Runs from "../../src/pipeline/runs/Runs.ts"
import * as Project from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"

const order = (request: typeof UpRequest.Encoded = {}): ActiveRun.Order => ({
  _tag: "Up",
  request: Schema.decodeSync(UpRequest)(request),
  options: { concurrency: 1, on_failure: "stop" }
})

const service = (project: Project.Project, limits: Partial<Runs.Limits> = {}) =>
  Effect.gen(function* () {
    const config = yield* Config.decode(project.environment, yield* Config.sources(project.environment))
    return Runs.layer({ concurrent: 2, grace: 10_000, ...limits }).pipe(
      Layer.provideMerge(Snapshot.layer),
      Layer.provideMerge(Main.layer(config))
    )
  })

const project = Effect.map(Project.make, made => {
  made.write("20250101000001_first.up.sql", "CREATE TABLE first (id int);")
  return made
})

/** A run that stands before a gate. */
const gated = (made: Project.Project) =>
  Effect.map(Scenario.gate(made), gate => {
    made.write("20250101000002_slow.up.sql", `-- bfm-schema: slow\n${gate.statement};`)
    made.write("20250101000003_last.up.sql", "-- bfm-schema: last\nCREATE TABLE last (id int);")
    return gate
  })

const tags = (events: ReadonlyArray<Run.Numbered>) => events.map(({ event }) => event._tag)

describe("the runs of a process", () => {
  it.scopedLive("go on when whoever began them goes away, under the name of who that was", () =>
    Effect.gen(function* () {
      const made = yield* project
      const gate = yield* gated(made)
      yield* Effect.gen(function* () {
        const runs = yield* Runs.Runs
        const started = yield* Effect.fork(
          Effect.provideService(runs.start(order()), CurrentActor, { name: "ada", method: "api" })
        )
        const run = yield* Fiber.join(started)
        const waiting = yield* Effect.fork(run.result)
        yield* gate.reached
        yield* Fiber.interrupt(waiting)
        yield* gate.open
        const result = yield* run.result
        assert.strictEqual(result.applied.length, 3)
        assert.strictEqual((yield* run.run).actor.name, "ada")
        assert.strictEqual(yield* Effect.map(runs.find(run.id), found => found.id), run.id)
        assert.deepStrictEqual(yield* runs.active, [])
      }).pipe(Effect.provide(yield* service(made)))
      const history = yield* made.queryState("SELECT DISTINCT actor FROM bfm_history")
      assert.deepStrictEqual(history, [{ actor: "ada" }])
    })
  )

  it.scopedLive("begin and end although whoever asked for them goes away meanwhile", () =>
    Effect.gen(function* () {
      const made = yield* project
      yield* Effect.gen(function* () {
        const runs = yield* Runs.Runs
        yield* (yield* runs.start(order())).result
        for (let tried = 0; tried < 40; tried++) {
          yield* Effect.timeoutOption(runs.start(order()), tried / 8)
        }
        const told = made.queryState("SELECT state, count(*)::int AS n FROM bfm_runs GROUP BY 1")
        const rows = yield* Effect.repeat(Effect.delay(told, 100), { until: ({ length }) => length === 1 })
        assert.strictEqual(rows[0]?.["state"], "succeeded")
        assert.isAbove(Number(rows[0]?.["n"]), 10)
      }).pipe(Effect.provide(yield* service(made)))
    })
  )

  it.scopedLive("that wait for a lock end at once when they are told to, and with the process", () =>
    Effect.gen(function* () {
      const made = yield* project
      const gate = yield* gated(made)
      // In several schemas each waits for its own; in one the run waits for it before it begins.
      for (const schemas of [["slow"], ["slow", "last"]]) {
        const target = {
          ids: schemas.map(name => (name === "slow" ? Scenario.id(2, "slow") : Scenario.id(3, "last")))
        }
        yield* Effect.gen(function* () {
          const runs = yield* Runs.Runs
          const first = yield* runs.start(order({ target: { ids: [Scenario.id(2, "slow")] } }))
          yield* gate.reached
          const [second, third] = [yield* runs.start(order({ target })), yield* runs.start(order({ target }))]
          const waiting = (run: ActiveRun.Handle) =>
            Effect.repeat(Effect.delay(run.run, 20), {
              until: ({ current }) => current?.startsWith("waiting") === true
            })
          yield* Effect.all([waiting(second), waiting(third)])
          yield* second.cancel(false)
          const { state, not_run: left } = yield* Effect.timeout(second.result, 3_000)
          assert.deepStrictEqual([state, left.at(-1)?.reason], ["cancelled", "the run was stopped"])
          const ended = yield* Effect.fork(runs.drain)
          assert.strictEqual((yield* Effect.timeout(third.result, 3_000)).state, "cancelled")
          yield* gate.open
          yield* Fiber.join(ended)
          assert.strictEqual((yield* first.result).state, "succeeded")
        }).pipe(Effect.provide(yield* service(made, { concurrent: 3 })))
        yield* made.query("TRUNCATE bfm.ledger")
        yield* gate.shut
      }
    })
  )

  it.scopedLive("are heard from the first event on, by any number and at any time", () =>
    Effect.gen(function* () {
      const made = yield* project
      yield* Effect.gen(function* () {
        const runs = yield* Runs.Runs
        const run = yield* runs.start(order())
        const early = yield* Effect.fork(Stream.runCollect(run.events))
        yield* run.result
        const late = [...(yield* Stream.runCollect(run.events))]
        assert.deepStrictEqual([...(yield* Fiber.join(early))], late)
        assert.deepStrictEqual(tags(late), [
          "Planned",
          "RunStarted",
          "StepStarted",
          "StepSucceeded",
          "RunFinished"
        ])
        assert.deepStrictEqual(
          late.map(({ sequence }) => sequence),
          [1, 2, 3, 4, 5]
        )
      }).pipe(Effect.provide(yield* service(made)))
    })
  )

  it.scopedLive("wait for their turn, and do not begin when they are cancelled meanwhile", () =>
    Effect.gen(function* () {
      const made = yield* project
      const gate = yield* gated(made)
      yield* Effect.gen(function* () {
        const runs = yield* Runs.Runs
        const first = yield* runs.start(order())
        yield* gate.reached
        const second = yield* runs.start(order())
        const third = yield* runs.start(order())
        assert.strictEqual((yield* second.run).state, "queued")
        assert.strictEqual((yield* runs.active).length, 3)
        yield* second.cancel(false)
        assert.deepInclude(yield* second.result, { state: "cancelled", success: false, applied: [] })
        yield* gate.open
        assert.strictEqual((yield* first.result).state, "succeeded")
        assert.strictEqual((yield* third.result).skipped.length, 3)
      }).pipe(Effect.provide(yield* service(made, { concurrent: 1 })))
    })
  )

  it.scopedLive("make known what they changed before anybody hears of their end", () =>
    Effect.gen(function* () {
      const made = yield* project
      yield* Effect.gen(function* () {
        const runs = yield* Runs.Runs
        const snapshot = yield* Snapshot.Snapshot
        const before = yield* snapshot.current
        assert.deepStrictEqual(
          before.items.map(({ status }) => status),
          ["pending"]
        )
        yield* Effect.flatMap(runs.start(order()), run => run.result)
        const after = yield* snapshot.current
        assert.deepStrictEqual(
          after.items.map(({ status }) => status),
          ["applied"]
        )
      }).pipe(Effect.provide(yield* service(made)))
    })
  )

  it.scopedLive(
    "are ended properly at the end: the step in flight is finished and recorded, nothing new begins",
    () =>
      Effect.gen(function* () {
        const made = yield* project
        const gate = yield* gated(made)
        const scope = yield* Scope.make()
        const context = yield* Layer.buildWithScope(yield* service(made), scope)
        yield* Effect.gen(function* () {
          const runs = yield* Runs.Runs
          const run = yield* runs.start(order())
          yield* gate.reached
          const draining = yield* Effect.fork(runs.drain)
          yield* Effect.repeat(runs.isClosing, { until: closing => closing })
          const refused = yield* Effect.flip(runs.start(order()))
          assert.strictEqual(refused._tag, "ShuttingDown")
          yield* gate.open
          yield* Fiber.join(draining)
          assert.deepInclude(yield* run.result, { state: "cancelled" })
        }).pipe(Effect.provide(context))
        yield* Scope.close(scope, Exit.void)
        assert.strictEqual((yield* Scenario.agreed(made)).length, 2)
        const states = yield* made.queryState("SELECT state, succeeded FROM bfm_runs")
        assert.deepStrictEqual(states, [{ state: "cancelled", succeeded: 2 }])
      })
  )

  it.scopedLive("that do not end in time are cancelled in their store, and that is recorded", () =>
    Effect.gen(function* () {
      const made = yield* project
      const gate = yield* gated(made)
      yield* Effect.gen(function* () {
        const runs = yield* Runs.Runs
        const run = yield* runs.start(order())
        yield* gate.reached
        yield* runs.drain
        const result = yield* run.result
        assert.strictEqual(result.failures.length, 1)
        assert.deepStrictEqual(yield* runs.active, [])
      }).pipe(Effect.provide(yield* service(made, { grace: 50 })))
      assert.strictEqual((yield* Scenario.agreed(made)).length, 1)
      const failed = yield* made.queryState("SELECT name FROM bfm_executions WHERE status = 'failed'")
      assert.deepStrictEqual(failed, [{ name: "slow" }])
    })
  )
})
