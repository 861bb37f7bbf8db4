import * as Effect from "effect/Effect"
import type { BfmError } from "../../../src/domain/Errors.ts"
import type { RunResult } from "../../../src/domain/Run.ts"
import * as Bfm from "../../../src/interfaces/library/Bfm.ts"
import type { Environment as Everything } from "../../../src/Main.ts"
import * as Result from "../../../src/pipeline/execute/Result.ts"
import type * as Project from "../../fixtures/Project.ts"
import { type Driver, type Environment, type Outcome, Refused } from "../Scenario.suite.ts"

/** A result as it is in this process, or as JSON tells it. */
export const outcome = ({
  success,
  applied,
  failures,
  not_run
}: Pick<RunResult, "success" | "applied" | "failures" | "not_run">): Outcome => ({
  success,
  applied,
  failed: failures.map(({ id, line = 0, column = 0, code = "" }) => ({ id, line, column, code })),
  notRun: not_run.map(({ id }) => id)
})

/** Calls in this process. */
export const make = (project: Project.Project, environment: Environment): Effect.Effect<Driver> => {
  const run = <A, E extends BfmError>(effect: Effect.Effect<A, E, Everything>) =>
    Effect.mapError(
      project.run(effect, environment),
      error => new Refused({ code: error._tag, message: error.message })
    )
  const ended = <E extends BfmError>(effect: Effect.Effect<RunResult, E, Everything>) =>
    run(
      Effect.map(
        Effect.catchIf(
          effect,
          (error): error is Extract<E, { readonly _tag: "RunFailed" }> => error._tag === "RunFailed",
          ({ result }) => Effect.succeed(result)
        ),
        outcome
      )
    )
  const core = { target: { connections: ["core"] } }
  return Effect.succeed({
    plan: Effect.map(run(Bfm.plan(core)), ({ steps }) =>
      steps.map(({ id, units }) => [id, units[0]?.statements[0]?.text ?? ""] as const)
    ),
    dryRun: Effect.map(run(Bfm.plan(core)), plan => Result.dryRun(plan).applied),
    up: (tags = []) => ended(Bfm.up({ target: { connections: ["core"], tags } })),
    down: (id, cascade = false) => ended(Bfm.down({ id, cascade })),
    status: Effect.map(run(Bfm.status()), ({ items }) =>
      Object.fromEntries(items.map(({ migration_id, status }) => [migration_id, status]))
    ),
    history: id =>
      Effect.map(run(Bfm.history({ id, limit: 10 })), ({ items }) => items.map(({ event }) => event))
  })
}
