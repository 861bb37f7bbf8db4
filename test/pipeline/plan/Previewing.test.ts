import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Step } from "../../../src/domain/Plan.ts"
import { brief, down, refusal, up, type Written } from "../../fixtures/World.ts"

const operation = (value: string) => JSON.stringify({ operations: [{ key: "flag", value }] })

describe("what a plan would change", () => {
  /** A store that is asked, and says with each step how many it was asked about. */
  const telling = (steps: ReadonlyArray<Step>) =>
    Effect.succeed(steps.map(step => ({ ...step, warnings: [`one of ${steps.length}`] })))

  it.effect("is asked of each store once, about its own steps, and told in the order of the plan", () =>
    Effect.gen(function* () {
      const { steps } = yield* up({
        files: {
          "core/01_a": "SELECT 1;",
          "logs/02_b": "SELECT 1;",
          "core/03_c": "SELECT 1;",
          "main/04_d": "SELECT 1;"
        },
        connections: {
          core: { preview: steps => Effect.map(telling(steps), told => [...told].reverse()) },
          logs: { preview: telling },
          main: {}
        }
      })
      assert.deepStrictEqual(
        steps.map(({ position, name, warnings }) => `${position} ${name} ${warnings.join()}`),
        ["1 a one of 2", "2 b one of 1", "3 c one of 2", "4 d "]
      )
    })
  )
})

describe("what was kept when it was applied", () => {
  const written = (text: string | undefined, scripted = false): Written => ({
    files: {
      "meta/01_flag": operation("on"),
      ...(scripted ? { "meta/01_flag.down": operation("off") } : {})
    },
    connections: {
      meta: {
        backend: "etcd",
        applied: ["01_flag"],
        ...(text === undefined ? {} : { kept: { "01_flag": text } })
      }
    }
  })

  it.effect("takes it back as it was kept, whatever stands in it", () =>
    Effect.gen(function* () {
      const {
        steps: [step]
      } = yield* down(written(operation("{{.Schema}} {{.Vars.nobody}}")), { id: "01_flag" })
      assert.include(step?.units[0]?.statements[0]?.text, "{{.Schema}} {{.Vars.nobody}}")
      assert.strictEqual(step?.path, "ledger of meta")
    })
  )

  it.effect("is not asked for where a script says it, and is no script where nothing was kept", () =>
    Effect.gen(function* () {
      const path = (world: Written, generated: boolean) =>
        Effect.map(down(world, { id: "01_flag", generated }), ({ steps: [step] }) => step?.path)
      assert.strictEqual(yield* path(written(operation("before"), true), false), "meta/01_flag.down.json")
      assert.strictEqual(yield* path(written(operation("before"), true), true), "ledger of meta")
      assert.strictEqual(yield* path(written(undefined, true), true), "meta/01_flag.down.json")
      assert.match(yield* refusal(down(written(undefined), { id: "01_flag" })), /has no down script/)
    })
  )

  it.effect("is a mistake of the ledger where it cannot be read, and the ledger is named", () =>
    Effect.map(refusal(down(written("{"), { id: "01_flag" })), message =>
      assert.match(brief(message), /^ledger of meta/)
    )
  )

  it.effect("is nothing where a store keeps nothing", () =>
    Effect.gen(function* () {
      const core: Written = {
        files: { "core/01_a": "SELECT 1;" },
        connections: { core: { applied: ["01_a"], kept: { "01_a": "SELECT 2;" } } }
      }
      assert.match(yield* refusal(down(core, { id: "01_a", generated: true })), /has no down script/)
    })
  )
})
