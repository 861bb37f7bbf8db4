import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Bfm from "../../src/Bfm.ts"
import * as Project from "../fixtures/Project.ts"

describe("what stands in the way of a plan", () => {
  it.scopedLive("is told once, however many tenants meet it", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      const create = (name: string) =>
        `-- bfm-schema: dynamic\nCREATE TABLE ${name} (region text DEFAULT '{{.Vars.${name}}}');`
      project.write("20250101120000_settings.up.sql", create("settings"))
      project.write("20250102120000_limits.up.sql", create("limits"))
      const schemas = ["tenant_a", "tenant_b", "tenant_c"]
      const rejected = yield* Effect.flip(project.run(Bfm.plan({ schemas })))
      if (rejected._tag !== "PlanRejected") return assert.fail(rejected.message)
      assert.deepStrictEqual(
        rejected.problems.map(({ line, reason }) => `${line} ${reason}`),
        ["settings", "limits"].map(
          name =>
            `2 template variable ${name} is not set: give --var ${name}=… or BFM_VAR_${name.toUpperCase()}`
        )
      )
    })
  )
})
