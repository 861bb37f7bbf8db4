import { assert, describe, it } from "@effect/vitest"
import * as Backend from "../../../src/domain/Backend.ts"
import {
  ConfigInvalid,
  ConnectionUnreachable,
  LockBusy,
  MigrationChanged,
  RequestInvalid,
  SourceInvalid
} from "../../../src/domain/Errors.ts"
import type { HistoryItem } from "../../../src/domain/History.ts"
import type { ValidationItem } from "../../../src/domain/Validation.ts"
import * as RenderError from "../../../src/interfaces/cli/RenderError.ts"
import * as RenderHistory from "../../../src/interfaces/cli/RenderHistory.ts"
import * as RenderValidation from "../../../src/interfaces/cli/RenderValidation.ts"
import * as Style from "../../../src/interfaces/cli/Style.ts"

const style = Style.plain

describe("RenderError.lines", () => {
  it("lists every problem of the sources", () => {
    const problems = [
      { path: "postgresql/core/2025_x.up.sql", reason: "version must be 14 digits" },
      { path: "postgresql/core/20250301000000_a.up.sql", line: 2, reason: "no migration creat_users" }
    ]
    assert.deepStrictEqual(RenderError.lines(style, new SourceInvalid({ source: "sfm", problems })), [
      "✘ 2 problems in sfm, nothing was run",
      "  postgresql/core/2025_x.up.sql  version must be 14 digits",
      "  postgresql/core/20250301000000_a.up.sql:2  no migration creat_users"
    ])
  })

  it("names the variables of an unreachable connection, of whatever backend it may be", () => {
    const error = new ConnectionUnreachable({ connection: "t-1", address: "x", reason: "refused" })
    const advice = RenderError.lines(style, error).join()
    for (const backend of Backend.all) {
      const [variable] = Backend.whereabouts[backend].variables
      assert.include(advice, `T_1_${variable}`, backend)
    }
  })

  it("says what to do next where the message does not", () => {
    const busy = new LockBusy({
      connection: "core",
      schema: "core",
      holder: "deploy-7 (run 01JC, since 2m 10s)",
      waited: 30_000
    })
    assert.deepStrictEqual(RenderError.lines(style, busy), [
      "✘ core, schema core is being migrated by deploy-7 (run 01JC, since 2m 10s); waited 30s (BFM_LOCK_TIMEOUT)",
      "  See where it stands: bfm status · it goes on by itself; then run this again",
      "  exit 5"
    ])
    const watched = new LockBusy({ ...busy, holder_run: "01JC" })
    assert.include(RenderError.lines(style, watched).join("\n"), "bfm runs watch 01JC")
    const away = new ConnectionUnreachable({ connection: "core", address: "db1:5432/app", reason: "refused" })
    assert.include(RenderError.lines(style, away).join("\n"), "CORE_DB_HOST")
    const wrong = new ConfigInvalid({ problems: [{ variable: "CORE_DB_PORT", reason: "is not a number" }] })
    assert.include(RenderError.lines(style, wrong).join("\n"), ".env.example")
  })

  it("keeps the lines of a message together", () => {
    assert.deepStrictEqual(RenderError.lines(style, new RequestInvalid({ problems: ["one", "two"] })), [
      "✘ one",
      "  two"
    ])
    assert.deepStrictEqual(RenderError.lines(style, new MigrationChanged({ ids: ["a"] })), [
      "✘ 1 applied migration changed after it was applied, nothing was run",
      "  a  see what changed: bfm validate a"
    ])
  })
})

describe("RenderHistory.page", () => {
  const event: HistoryItem = {
    migration_id: "20250101120000_create_users_postgresql_core",
    schema: "core",
    version: "20250101120000",
    name: "create_users",
    connection: "core",
    backend: "postgresql",
    event: "applied",
    at: new Date(2025, 5, 1, 10, 12).toISOString(),
    actor: "ci",
    method: "api",
    run_id: "01JD",
    duration_ms: 12
  }

  it("one line for each thing that happened, and how to see what is older", () => {
    const failed: HistoryItem = {
      ...event,
      event: "failed",
      duration_ms: 1234,
      error: "23505 duplicate\nDetail"
    }
    assert.deepStrictEqual(RenderHistory.page(style, [failed, event], ["history", "--cursor", "x"]), [
      "2025-06-01 10:12  failed   20250101120000 create_users  core     1.2s  by ci (api): 23505 duplicate",
      "2025-06-01 10:12  applied  20250101120000 create_users  core     12ms  by ci (api)",
      "older: bfm history --cursor x"
    ])
  })

  it("nothing is said to have happened where nothing has", () => {
    assert.deepStrictEqual(RenderHistory.page(style, [], undefined), ["Nothing has happened yet"])
  })
})

describe("RenderValidation.report", () => {
  const same: ValidationItem = {
    migration_id: "a",
    schema: "core",
    connection: "core",
    version: "20250101120000",
    name: "create_users",
    verdict: "same",
    path: "sfm/a.up.sql"
  }
  const difference = (path: string, applied: string, source: string) =>
    `+++ ${path}\n-${applied}\n+${source}\n`

  it("shows what differs, and counts what does not", () => {
    const changed: ValidationItem = {
      ...same,
      verdict: "changed",
      applied_text: "int",
      source_text: "bigint"
    }
    const lines = RenderValidation.report(
      style,
      { valid: false, total: 2, items: [same, changed] },
      difference
    )
    assert.deepStrictEqual(lines.slice(0, -1), [
      "✘ changed  20250101120000_create_users  core  core",
      "  +++ sfm/a.up.sql",
      "  -int",
      "  +bigint",
      "",
      "✘ 2 applied migrations: 1 the same, 1 changed after they were applied"
    ])
  })

  it("is one line where everything is the same", () => {
    assert.deepStrictEqual(
      RenderValidation.report(style, { valid: true, total: 1, items: [same] }, difference),
      ["✔ 1 applied migration: 1 the same"]
    )
  })
})
