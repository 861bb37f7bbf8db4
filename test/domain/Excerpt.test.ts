import { assert, it } from "@effect/vitest"
import * as Excerpt from "../../src/domain/Excerpt.ts"

it("a statement is kept whole, or its beginning in whole characters", () => {
  const whole = "a".repeat(64_000)
  assert.strictEqual(Excerpt.ofStatement(whole), whole)
  const emoji = `${"a".repeat(63_999)}😀b`
  assert.strictEqual(Excerpt.ofStatement(emoji), `${"a".repeat(63_999)}\n… (3 more characters)`)
})
