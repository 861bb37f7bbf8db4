import { assert, describe, it } from "@effect/vitest"
import * as RenderPlan from "../../../src/interfaces/cli/RenderPlan.ts"
import * as Style from "../../../src/interfaces/cli/Style.ts"
import * as Sample from "./Sample.ts"

const view = {
  addresses: new Map([["core", "db1:5432/app"]]),
  apply: ["migrate", "up", "--connection", "core"]
}
const terminal = Style.make({ columns: 80, terminal: true, colour: false })
const show = (plan: Parameters<typeof RenderPlan.plan>[1], style = Style.plain) =>
  RenderPlan.plan(style, plan, view).join("\n")

describe("RenderPlan.plan", () => {
  it("says what, where, how, the exact statements, what to mind, and the next command", () => {
    const first = Sample.step({ warnings: ["takes ACCESS EXCLUSIVE on users (short)"] })
    const text = show(Sample.plan([first, Sample.indexStep], { waiting: [Sample.waiting] }))
    assert.strictEqual(
      text,
      `Plan 7f3a91c2 · 2 steps on core (db1:5432/app), nothing has been changed

 1  20250201000000 add_email     schema core  one transaction, lock_timeout 5s
      ALTER TABLE users ADD COLUMN email text;
      ⚠ takes ACCESS EXCLUSIVE on users (short)
 2  20250202000000 email_unique  schema core  outside a transaction
      CREATE UNIQUE INDEX CONCURRENTLY users_email ON users (email);
      after: add_email

not planned: 20250104070000 tenant_settings (needs a schema: bfm migrate up --connection core --schema NAME)
Apply it:  bfm migrate up --connection core --plan 7f3a91c2`
    )
  })

  it("names what else a step does", () => {
    const step = Sample.step({
      schema: "tenant_a",
      creates_schema: true,
      unwrapped: true,
      statement_timeout: 600_000,
      requires: [{ kind: "table", name: "core.organizations" }],
      mode: "journal",
      lock_timeout: 0,
      units: [Sample.indexStep.units, Sample.indexStep.units].flat(),
      resume_at: 1,
      in_doubt: true
    })
    const text = show(Sample.plan([step]))
    for (const line of [
      "outside a transaction, statement_timeout 10m 00s",
      "creates the schema tenant_a first",
      "the BEGIN … COMMIT around the file is taken off",
      "was begun before: goes on at statement 2 of 2, whose outcome is looked up first",
      "requires: table core.organizations"
    ]) {
      assert.include(text, line)
    }
  })

  it("tells connections apart where there are several", () => {
    const text = show(Sample.plan([Sample.step(), Sample.step({ connection: "logs", schema: "" })]))
    assert.include(text, "2 steps on core (db1:5432/app), logs, nothing")
    assert.include(text, "  core, schema core")
    assert.include(text, "  logs, default schema")
  })

  it("shows no more of a long script than a person reads", () => {
    const text = Array.from({ length: 1000 }, (_, n) => `INSERT INTO t VALUES (${n})`).join(";\n")
    const shown = show(
      Sample.plan([Sample.step({ units: [{ atomic: true, statements: [{ text, line: 1, column: 1 }] }] })])
    )
    assert.isBelow(shown.split("\n").length, 70)
    assert.include(shown, "… 940 more lines in sfm/postgresql/core/20250201000000_add_email.up.sql")
  })

  it("shows once what many schemas go through alike, and by itself what one of them was left with", () => {
    const text = (schema: string) => `GRANT USAGE ON SCHEMA ${schema} TO app`
    const tenant = (n: number) => `tenant_${String(n).padStart(2, "0")}`
    const steps = Array.from({ length: 14 }, (_, n) => n).flatMap(n => {
      const statement = { text: text(tenant(n)), line: 1, column: 1 }
      return [
        Sample.step({ schema: tenant(n), resume_at: n === 12 ? 1 : 0 }),
        Sample.step({
          schema: tenant(n),
          name: "grants",
          migration_id: "grants",
          units: [{ atomic: true, statements: [statement] }]
        })
      ]
    })
    const shown = show(Sample.plan(steps.map((step, at) => ({ ...step, position: at + 1 }))))
    assert.strictEqual(
      shown.slice(shown.indexOf("\n\n") + 2, shown.lastIndexOf("\n")),
      `In each of 12 schemas, tenant_00 … tenant_11 (--json lists each):
  as it reads in tenant_00; scripts name their schema
  1  20250201000000 add_email  12 schemas        one transaction, lock_timeout 5s
      ALTER TABLE users ADD COLUMN email text;
  2  20250201000000 grants     12 schemas        one transaction, lock_timeout 5s
      GRANT USAGE ON SCHEMA tenant_00 TO app;
 25  20250201000000 add_email  schema tenant_12  one transaction, lock_timeout 5s
      ALTER TABLE users ADD COLUMN email text;
      was begun before: goes on at statement 2 of 1
 26  20250201000000 grants     schema tenant_12  one transaction, lock_timeout 5s
      GRANT USAGE ON SCHEMA tenant_12 TO app;
 27  20250201000000 add_email  schema tenant_13  one transaction, lock_timeout 5s
      ALTER TABLE users ADD COLUMN email text;
 28  20250201000000 grants     schema tenant_13  one transaction, lock_timeout 5s
      GRANT USAGE ON SCHEMA tenant_13 TO app;`
    )
    assert.notInclude(show(Sample.plan(steps.slice(0, 20))), "In each of")
  })

  it("fits 80 columns on a terminal", () => {
    for (const line of show(
      Sample.plan([Sample.step({ name: "a_rather_long_name_of_a_step", mode: "program" })]),
      terminal
    ).split("\n")) {
      assert.isAtMost(line.length, 80, line)
    }
  })

  it("a plan without steps is one line", () => {
    const skipped = [{ ...Sample.waiting, reason: "already applied" }]
    assert.strictEqual(show(Sample.plan([], { skipped })), "Nothing to do: 1 migration selected, all applied")
    assert.strictEqual(show(Sample.plan([])), "Nothing to do: no migration was selected")
    assert.strictEqual(
      show(Sample.plan([], { direction: "down" })),
      "Nothing to roll back: it is not applied"
    )
  })

  it("nothing in a script or a name steers the terminal", () => {
    const units = [{ atomic: true, statements: [{ text: "SELECT '\u001B[2J\u0007'", line: 1, column: 1 }] }]
    assert.notMatch(show(Sample.plan([Sample.step({ units, schema: "a\u001Bb" })])), /[^\P{Cc}\n]/u)
  })
})
