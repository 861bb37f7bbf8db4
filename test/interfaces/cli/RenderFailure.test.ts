import { assert, describe, it } from "@effect/vitest"
import type { Failure } from "../../../src/domain/Run.ts"
import * as RenderFailure from "../../../src/interfaces/cli/RenderFailure.ts"
import * as Style from "../../../src/interfaces/cli/Style.ts"
import * as Sample from "./Sample.ts"

const show = (failures: ReadonlyArray<Failure>, part: Parameters<typeof Sample.result>[0] = {}) =>
  RenderFailure.failures(
    Style.plain,
    Sample.result({
      success: false,
      failures,
      plan: Sample.plan([Sample.step(), Sample.indexStep]),
      ...part
    }),
    ["migrate", "up", "--connection", "core"]
  ).join("\n")

describe("RenderFailure.failures", () => {
  it("is a repair manual: what, where, why, what is left, what did not run, what to do", () => {
    const not_run = [
      { id: "20250203000000_email_not_null_postgresql_core", reason: "it depends on email_unique" }
    ]
    assert.strictEqual(
      show([Sample.failure({ hint: "Remove the duplicate." })], { not_run }),
      `✘ 20250202000000 email_unique failed in schema core after 1.8s; the next run drops the invalid index and builds it again

  sfm/postgresql/core/20250202000000_email_unique.up.sql:3:8
  3 │ CREATE UNIQUE INDEX CONCURRENTLY users_email ON users (email)
    │        ^
  ERROR 23505  could not create unique index "users_email"
  DETAIL       Key (email)=(a@b.c) is duplicated.
  HINT         Remove the duplicate.

  Not run because of it:
    20250203000000_email_not_null_postgresql_core  it depends on email_unique
  Fix the data or the file, then: bfm migrate up --connection core
  exit 4, run 01JD0000000000000000000000`
    )
  })

  it("asks nobody to fix a file when the store was lost", () => {
    const { line: _line, column: _column, ...lost } = Sample.failure({ reason: "the connection was closed" })
    const text = show([lost])
    assert.include(text, "When that is mended: bfm migrate up --connection core")
    assert.notInclude(text, "Fix the data")
  })

  it("marks the place in a later line of a statement, and where a statement does not begin a line", () => {
    const units = [
      {
        atomic: true,
        statements: [
          { text: "SELECT 1", line: 1, column: 1 },
          { text: "CREATE TABLE t (\n\tid txt)", line: 1, column: 11 }
        ]
      }
    ]
    const step = Sample.step({ units })
    const at = (line: number, column: number) =>
      show([Sample.failure({ id: step.id, line, column })], { plan: Sample.plan([step]) })
    assert.include(at(2, 5), "  2 │  id txt)\n    │     ^")
    assert.include(at(1, 24), "  1 │ SELECT 1; CREATE TABLE t (\n    │                        ^")
  })

  it("shows the part of a long line that matters", () => {
    const text = `SELECT ${"x, ".repeat(200)}oops ${", y".repeat(200)}`
    const step = Sample.step({ units: [{ atomic: true, statements: [{ text, line: 1, column: 1 }] }] })
    const lines = show([Sample.failure({ id: step.id, line: 1, column: text.indexOf("oops") + 1 })], {
      plan: Sample.plan([step])
    }).split("\n")
    const at = lines.findIndex(line => line.includes("oops"))
    assert.isAtMost(lines[at]?.length ?? 0, 80)
    assert.strictEqual(lines[at]?.indexOf("oops"), lines[at + 1]?.indexOf("^"))
  })

  it("without a place shows the statement that was sent", () => {
    const {
      line: _,
      column: __,
      ...rest
    } = Sample.failure({ statement: "DO $$\nBEGIN\n  RAISE 'x';\nEND $$" })
    const text = show([rest])
    assert.include(text, "email_unique.up.sql\n  │ DO $$\n  │ BEGIN\n  │   RAISE 'x';")
    assert.notInclude(text, "^")
  })

  it("says once what failed alike in many schemas", () => {
    const tenants = ["t_1", "t_2", "t_3"].map(schema => Sample.failure({ schema, id: `${schema}_x` }))
    const text = show([...tenants, Sample.failure({ reason: "something else" })])
    assert.strictEqual(text.match(/could not create unique index/g)?.length, 1)
    assert.include(text, "  The same in 2 other schemas: t_2, t_3")
    assert.include(text, "something else")
  })

  it("says once what did not run for the same reason in many schemas, and in which", () => {
    const steps = Array.from({ length: 12 }, (_, n) => Sample.step({ id: `t_${n}_x`, schema: `t_${n}` }))
    const late = Sample.step({ id: "late", name: "late", schema: "t_1" })
    const text = show([Sample.failure()], {
      plan: Sample.plan([...steps, late]),
      not_run: [
        ...steps.map(({ id }) => ({ id, reason: "stopped after t_99_x" })),
        { id: late.id, reason: "it depends on t_1_x" }
      ]
    })
    assert.include(
      text,
      `  Not run because of it:
    20250201000000 add_email  stopped after t_99_x
      12 schemas: t_0, t_1, t_2, t_3, t_4, t_5, t_6, t_7, … and 4 more
    20250201000000 late  schema t_1  it depends on t_1_x
`
    )
  })

  it("names those who blocked it and how often it was tried", () => {
    const text = show([
      Sample.failure({ attempts: 6, blocked_by: "pid 4711 (psql, idle in transaction for 3m)" })
    ])
    assert.include(text, "after 1.8s, tried 6 times")
    assert.include(text, "  BLOCKED      pid 4711 (psql, idle in transaction for 3m)")
  })
})
