import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Project from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"

const kinds = [
  ["PostgreSQL", Project.make],
  ["MariaDB", Project.makeOnMysql]
] as const

/** A step, a step that waits, and one that is sent by itself. */
const gated = (project: Project.Project) =>
  Effect.map(Scenario.gate(project), gate => {
    project.write(`${Scenario.named(1, "first")}.up.sql`, "CREATE TABLE first (id int);")
    project.write(
      `${Scenario.named(2, "slow")}.up.sql`,
      `-- bfm-schema: slow\n-- bfm-lock-timeout: 5m\n${gate.statement};\nCREATE TABLE slow (id int);`
    )
    project.write(
      `${Scenario.named(3, "last")}.up.sql`,
      "-- bfm-transaction: none\nCREATE TABLE last (id int);"
    )
    return gate
  })

const json = (project: Project.Project, ...args: ReadonlyArray<string>) =>
  Effect.map(project.cli([...args, "--json"]), ({ code, stdout, stderr }) => {
    if (stdout === "") throw new Error(`${args.join(" ")}: ${stderr}`)
    return { code, body: JSON.parse(stdout) }
  })

const newest = (project: Project.Project) =>
  Effect.map(
    Scenario.until(
      project.queryState("select id from bfm_runs order by id desc limit 1"),
      "a run in the state"
    ),
    ([row]) => String(row?.["id"])
  )

/** The target makes a step first; the state follows. */
const heardOf = (project: Project.Project, counts: string) =>
  Scenario.until(
    project.queryState(`select id from bfm_runs where ${counts}`),
    `the state has heard that ${counts}`
  )

for (const [kind, make] of kinds) {
  describe(`a run of the command line, from other processes, state in ${kind}`, () => {
    it.scopedLive("is seen, followed and cancelled between two steps, and resumed", () =>
      Effect.gen(function* () {
        const project = yield* make
        const gate = yield* gated(project)
        const running = yield* Effect.fork(project.cli(["migrate", "up", "--json"]))
        yield* gate.reached
        const id = yield* newest(project)
        const watching = yield* Effect.fork(json(project, "runs", "watch", id))
        yield* heardOf(project, "succeeded = 1 and running = 1")
        const shown = yield* json(project, "runs", "show", id)
        assert.deepInclude(shown.body, {
          id,
          state: "running",
          total: 3,
          succeeded: 1,
          pending: 1,
          running: 1
        })
        assert.lengthOf(shown.body.plan.steps, 3)
        const cancel = yield* json(project, "runs", "cancel", id)
        assert.deepStrictEqual([cancel.code, cancel.body.state], [0, "running"])
        assert.isString(cancel.body.cancelled_by)
        // The owner hears of it before the step in flight ends.
        yield* Effect.sleep("2 seconds")
        yield* gate.open
        assert.strictEqual((yield* Fiber.join(running)).code, 130)
        const heard = yield* Fiber.join(watching)
        assert.deepInclude(heard.body, {
          state: "cancelled",
          run_id: id,
          applied: [Scenario.id(1, "first"), Scenario.id(2, "slow")]
        })
        const again = yield* json(project, "runs", "resume", id)
        assert.deepStrictEqual(again.body.applied, [Scenario.id(3, "last")])
        const list = yield* json(project, "runs")
        assert.deepStrictEqual(
          list.body.items.map((run: Record<string, unknown>) => [
            run["state"],
            run["continues"],
            run["continued_by"]
          ]),
          [
            ["succeeded", id, undefined],
            ["cancelled", undefined, again.body.run_id]
          ]
        )
        const twice = yield* json(project, "runs", "resume", id)
        assert.deepInclude(twice.body, { code: "RunConflict" })
        assert.include(twice.body.error, again.body.run_id)
      })
    )
  })
}

describe("a run that is cancelled from another process with the statement in flight", () => {
  it.scopedLive("does not wait for the statement, leaves nothing of its step, and can be resumed", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      const gate = yield* gated(project)
      const running = yield* Effect.fork(project.cli(["migrate", "up", "--json"]))
      yield* gate.reached
      const id = yield* newest(project)
      const { code, stdout } = yield* project.cli(["runs", "cancel", id, "--now"])
      assert.strictEqual(code, 0)
      assert.include(stdout, "ends now: its statement is cancelled")
      const ended = yield* Fiber.join(running)
      assert.strictEqual(ended.code, 4, ended.stderr)
      const result = JSON.parse(ended.stdout)
      assert.deepStrictEqual(result.applied, [Scenario.id(1, "first")])
      assert.deepInclude(result.failures[0], { id: Scenario.id(2, "slow"), code: "57014" })
      yield* gate.open
      const again = yield* json(project, "runs", "resume", id)
      assert.deepStrictEqual(again.body.applied, [Scenario.id(2, "slow"), Scenario.id(3, "last")])
    })
  )
})

describe("a run whose process was killed", () => {
  it.scopedLive("is found interrupted by whoever follows it, and resumed, each change made once", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      const gate = yield* gated(project)
      const child = project.spawn(["migrate", "up"])
      yield* gate.reached
      const id = yield* newest(project)
      yield* heardOf(project, "succeeded = 1")
      const watching = yield* Effect.fork(project.cli(["runs", "watch", id]))
      child.kill("SIGKILL")
      const { code, stdout, stderr } = yield* Fiber.join(watching)
      assert.strictEqual(code, 130, stderr)
      assert.match(stdout, /first/)
      assert.match(stderr, /the process that carried it out has gone/)
      const shown = yield* json(project, "runs", "show", id)
      assert.deepInclude(shown.body, { state: "interrupted", succeeded: 1, running: 0, pending: 2 })
      yield* gate.open
      const again = yield* project.cli(["runs", "resume", id])
      assert.strictEqual(again.code, 0, again.stderr)
      assert.lengthOf(yield* Scenario.agreed(project), 3)
    })
  )
})
