import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as Confirm from "../../../src/interfaces/cli/Confirm.ts"
import * as Interruption from "../../../src/interfaces/cli/Interruption.ts"
import * as Options from "../../../src/interfaces/cli/Options.ts"
import * as Style from "../../../src/interfaces/cli/Style.ts"
import * as Sample from "./Sample.ts"

const dropping = Sample.step({
  name: "drop_users",
  units: [
    {
      atomic: true,
      statements: [
        { text: "SELECT 1", line: 1, column: 1 },
        { text: "DROP TABLE users\n  CASCADE", line: 2, column: 1 },
        { text: "ALTER TABLE orders DROP COLUMN note", line: 4, column: 1 }
      ]
    }
  ]
})

describe("Confirm", () => {
  it("is needed before anything is rolled back or lost, and for nothing else", () => {
    assert.isFalse(Confirm.needed(Sample.plan([Sample.step()])))
    assert.isTrue(Confirm.needed(Sample.plan([Sample.step(), Sample.step({ destructive: true })])))
    assert.isTrue(Confirm.needed(Sample.plan([Sample.step()], { direction: "down" })))
    assert.isFalse(Confirm.needed(Sample.plan([], { direction: "down" })))
  })

  it("names what would be lost", () => {
    const { lines, question } = Confirm.question(Style.plain, Sample.plan([dropping], { direction: "down" }))
    assert.deepStrictEqual(lines, [
      "Rolling back 1 step, and this would be lost:",
      "  20250201000000 drop_users  core, schema core",
      "    DROP TABLE users",
      "    ALTER TABLE orders DROP COLUMN note"
    ])
    assert.strictEqual(question, "Roll back?")
  })

  it("of an apply only what loses something is named", () => {
    const plan = Sample.plan([Sample.step(), { ...dropping, destructive: true }])
    assert.notInclude(Confirm.question(Style.plain, plan).lines.join("\n"), "add_email")
  })
})

describe("Interruption.receive", () => {
  it("lets a step in flight end, then interrupts, then leaves", () => {
    const shared = Interruption.make()
    shared.busy = true
    const answers = [1, 2, 3].map(() => Interruption.receive(shared, "abort"))
    assert.deepStrictEqual(answers, ["wait", "interrupt", "exit"])
  })

  it("interrupts at once where no step is in flight", () => {
    assert.strictEqual(Interruption.receive(Interruption.make(), "stop"), "interrupt")
  })
})

describe("Options", () => {
  it("pairs: everything behind the first = is the value; all wrong ones are named", () => {
    assert.deepStrictEqual(Options.values(["a=b=c", "X=", "a=d"]), Either.right({ a: "d", x: "" }))
    assert.include(String(Options.values(["a b=c"])), "--var: a variable is named with letters")
    const wrong = Options.pairs("--tag", ["x", "a=b", "=y"])
    assert.deepStrictEqual(Either.isLeft(wrong) && wrong.left.problems, [
      "--tag is written k=v, not x",
      "--tag is written k=v, not =y"
    ])
  })

  it("the words of a selection select the same again", () => {
    const selection: Options.Selection = {
      connections: ["core", "logs"],
      schemas: ["tenant a"],
      version: undefined,
      to: "20250101120000",
      tables: ["users"],
      tags: ["env=prod"],
      variables: ["x=1"],
      ignoreDependencies: true,
      outOfOrder: "refuse"
    }
    assert.deepStrictEqual(Options.words(selection), [
      "--connection",
      "core",
      "--connection",
      "logs",
      "--schema",
      "tenant a",
      "--to",
      "20250101120000",
      "--table",
      "users",
      "--tag",
      "env=prod",
      "--var",
      "x=1",
      "--ignore-dependencies",
      "--out-of-order",
      "refuse"
    ])
  })
})
