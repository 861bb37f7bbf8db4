import { assert, describe, it } from "@effect/vitest"
import * as Errors from "../../../src/domain/Errors.ts"
import * as ExitCode from "../../../src/interfaces/cli/ExitCode.ts"
import * as Sample from "./Sample.ts"

describe("exit codes", () => {
  it("every expected error has one", () => {
    const tags = Object.values(Errors).flatMap(value =>
      typeof value === "function" && "_tag" in value && typeof value._tag === "string" ? [value._tag] : []
    )
    assert.isAbove(tags.length, 10)
    assert.deepStrictEqual(Object.keys(ExitCode.ofError).sort(), [...tags].sort())
  })

  it("are those that are promised", () => {
    const { ofError } = ExitCode
    const special = Object.fromEntries(Object.entries(ofError).filter(([, code]) => code !== 1))
    assert.deepStrictEqual(special, { LockBusy: 5, MigrationChanged: 3, PlanDiffers: 3, RunFailed: 4 })
  })

  it("of a run: done, a failed step, interrupted", () => {
    assert.strictEqual(ExitCode.ofResult(Sample.result({ success: true, state: "succeeded" })), 0)
    assert.strictEqual(ExitCode.ofResult(Sample.result({ success: false, state: "failed" })), 4)
    assert.strictEqual(ExitCode.ofResult(Sample.result({ success: false, state: "cancelled" })), 130)
    assert.strictEqual(ExitCode.ofResult(Sample.result({ success: false, state: "interrupted" })), 130)
  })
})
