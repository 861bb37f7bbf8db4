import { assert, describe, it } from "@effect/vitest"
import type { StatusItem, StatusReport } from "../../../src/domain/Status.ts"
import * as RenderStatus from "../../../src/interfaces/cli/RenderStatus.ts"
import * as Style from "../../../src/interfaces/cli/Style.ts"
import { code } from "../../../src/interfaces/cli/status.ts"

const item = (part: Partial<StatusItem>): StatusItem => ({
  migration_id: "20250101120000_create_users_postgresql_core",
  schema: "core",
  version: "20250101120000",
  name: "create_users",
  connection: "core",
  backend: "postgresql",
  applied: false,
  status: "pending",
  ...part
})

const applied = item({
  applied: true,
  status: "applied",
  applied_at: new Date(2025, 5, 1, 10, 12).toISOString(),
  actor: "ci",
  method: "api"
})
const changed = item({ version: "20250102093000", name: "create_orders", status: "changed", applied: true })
const pending = item({ version: "20250201000000", name: "add_email" })

const core = {
  connection: "core",
  backend: "postgresql" as const,
  configured: true,
  address: "db1:5432/app",
  counts: { applied: 1, pending: 1, changed: 1 }
}

const report = (items: ReadonlyArray<StatusItem>, part: Partial<StatusReport> = {}): StatusReport => ({
  items,
  total: items.length,
  connections: [core],
  warnings: [],
  ...part
})

const show = (of: StatusReport) => RenderStatus.report(Style.plain, of).join("\n")

describe("RenderStatus.report", () => {
  it("says on one line why a migration failed, and where", () => {
    const note =
      '42P01 relation "custommers" does not exist\nsfm/postgresql/core/20250201000000_add_email.up.sql:2:1'
    assert.include(
      show(report([item({ status: "failed", note })])),
      '  20250101120000 create_users  failed  42P01 relation "custommers" does not exist · sfm/postgresql/core/20250201000000_add_email.up.sql:2:1'
    )
  })

  it("groups by connection, says who applied what and when, and what to do about the rest", () => {
    const logs = {
      connection: "logs",
      backend: "greptimedb" as const,
      configured: false,
      address: "",
      counts: {}
    }
    assert.strictEqual(
      show(
        report([applied, changed, pending], { connections: [core, logs], warnings: ["the state is away"] })
      ),
      `core  postgresql  db1:5432/app                 1 applied · 1 pending · 1 changed
  20250101120000 create_users   applied  2025-06-01 10:12  by ci (api)
  20250102093000 create_orders  changed  applied text differs: bfm validate 20250102093000_create_orders
  20250201000000 add_email      pending
logs  greptimedb  not configured (set LOGS_BACKEND, LOGS_DB_HOST)
⚠ the state is away`
    )
  })

  it("shows schemas where there are several", () => {
    const text = show(report([applied, { ...applied, schema: "tenant_a" }]))
    assert.match(text, /create_users {2}core {6}applied/)
    assert.match(text, /create_users {2}tenant_a {2}applied/)
  })

  it("a connection that cannot be asked says why", () => {
    const text = show(
      report([], { connections: [{ ...core, counts: {}, error: "connection core (db1:5432/app): refused" }] })
    )
    assert.match(
      text,
      /^core {2}postgresql {2}db1:5432\/app +not reached\n {2}✘ connection core \(db1:5432\/app\): refused$/
    )
  })

  it("says how to begin where there is nothing", () => {
    assert.include(show(report([], { connections: [] })), "bfm new postgresql core NAME")
  })

  it("is quick for thousands", () => {
    const many = Array.from({ length: 20_000 }, (_, n) => ({
      ...applied,
      version: String(20250101000000 + n)
    }))
    assert.strictEqual(RenderStatus.report(Style.plain, report(many)).length, 20_001)
  })
})

describe("the exit code of status", () => {
  it("is 0 unless it is asked for", () => {
    assert.strictEqual(code(report([pending, changed]), false), 0)
  })

  it("is 2 when something is pending, 3 when something changed", () => {
    assert.strictEqual(code(report([applied]), true), 0)
    for (const status of ["pending", "failed", "rolled_back", "interrupted", "running"] as const) {
      assert.strictEqual(code(report([applied, item({ status })]), true), 2, status)
    }
    assert.strictEqual(code(report([pending, changed]), true), 3)
    assert.strictEqual(code(report([applied, item({ status: "missing", applied: true })]), true), 0)
  })

  it("is 1 when a store could not be asked", () => {
    assert.strictEqual(code(report([applied], { connections: [{ ...core, error: "refused" }] }), false), 1)
  })
})
