import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { HistoryItem } from "../../../src/domain/History.ts"
import type { StatusItem } from "../../../src/domain/Status.ts"
import * as ExitCode from "../../../src/interfaces/cli/ExitCode.ts"
import type * as Project from "../../fixtures/Project.ts"
import { outcome } from "../library/Driver.ts"
import { type Driver, type Environment, Refused } from "../Scenario.suite.ts"

const codes: Readonly<Record<string, number>> = ExitCode.ofError

/** The program, asked for JSON. Its exit code says what the JSON says. */
export const make = (
  project: Pick<Project.Project, "cli">,
  environment: Environment,
  more: ReadonlyArray<string> = []
): Effect.Effect<Driver> => {
  const cli = Effect.fnUntraced(function* (...args: ReadonlyArray<string>) {
    const { code, stdout, stderr } = yield* project.cli([...args, "--json", ...more], environment)
    assert.match(stdout, /^\{.*\}\n$/, stderr)
    const value = JSON.parse(stdout)
    if ("error" in value) {
      assert.strictEqual(code, codes[value.code] ?? ExitCode.refused)
      return yield* new Refused({ code: value.code, message: value.error })
    }
    assert.strictEqual(code, value.success === false ? ExitCode.stepFailed : ExitCode.done, stderr)
    return value
  })
  const up = ["migrate", "up", "--connection", "core"]
  return Effect.succeed({
    plan: Effect.map(cli("migrate", "plan", "--connection", "core"), ({ plan }) =>
      plan.steps.map(({ id, units: [unit] }: PlanStep) => [id, unit?.statements[0]?.text ?? ""])
    ),
    dryRun: Effect.map(cli(...up, "--dry-run"), ({ applied }) => applied),
    up: (tags = []) => Effect.map(cli(...up, ...tags.flatMap(tag => ["--tag", tag])), outcome),
    down: (id, cascade = false) =>
      Effect.map(cli("migrate", "down", id, "--yes", ...(cascade ? ["--cascade"] : [])), outcome),
    status: Effect.map(cli("status"), ({ items }) =>
      Object.fromEntries(items.map(({ migration_id, status }: StatusItem) => [migration_id, status]))
    ),
    history: id => Effect.map(cli("history", id), ({ items }) => items.map(({ event }: HistoryItem) => event))
  })
}

interface PlanStep {
  readonly id: string
  readonly units: ReadonlyArray<{ readonly statements: ReadonlyArray<{ readonly text: string }> }>
}
