import { assert, describe, it } from "vitest"
import * as Errors from "../../src/domain/Errors.ts"
import type { RunResult } from "../../src/domain/Run.ts"
import { DependsOnData, SessionError } from "../../src/domain/Session.ts"
import * as WrittenError from "../../src/domain/WrittenError.ts"

const result: RunResult = {
  ...{ success: false, applied: [], skipped: [], errors: [], waiting: [], not_run: [] },
  ...{ failures: [], causes: [], warnings: [], run_id: "01J", state: "cancelled", duration_ms: 5 }
}
const busy = { connection: "core", holder: "run 01J of ann", waited: 30_049 }
const differs = { expected: "aaaa", actual: "bbbb", steps: ["a"] }
const refused = { connection: "core", action: "read the ledger", reason: "permission denied" }

/** What people read of each error: what happened, where, and what to do next. */
const said: ReadonlyArray<readonly [Errors.BfmError, string]> = [
  [new Errors.BuildFailed({ problems: ["a is stale", "b is stale"] }), "a is stale\nb is stale"],
  [
    new Errors.ConfigInvalid({ problems: [{ variable: "BFM_HTTP_PORT", reason: "is not a port" }] }),
    "1 problem in the configuration\n  BFM_HTTP_PORT  is not a port"
  ],
  [
    new Errors.ConnectionUnknown({ connection: "tenant-db", configured: ["core", "logs"] }),
    "connection tenant-db is not configured: set TENANT_DB_BACKEND and TENANT_DB_DB_HOST, TENANT_DB_DB_URL or TENANT_DB_ENDPOINTS (configured: core, logs)"
  ],
  [
    new Errors.ConnectionUnknown({ connection: "core", configured: [] }),
    "connection core is not configured: set CORE_BACKEND and CORE_DB_HOST, CORE_DB_URL or CORE_ENDPOINTS (configured: none)"
  ],
  [
    new Errors.ConnectionUnreachable({
      connection: "core",
      address: "db:5432/app",
      reason: "refused",
      code: "X"
    }),
    "connection core (db:5432/app): refused"
  ],
  [
    new Errors.EmbeddedUnavailable({ reason: "no binary", remedy: "apt install postgresql" }),
    "the embedded database cannot be started: no binary. apt install postgresql"
  ],
  [new Errors.Forbidden({ reason: "needs the scope migrate" }), "needs the scope migrate"],
  [
    new Errors.LockBusy({ ...busy, schema: "" }),
    "core is being migrated by run 01J of ann; waited 30s (BFM_LOCK_TIMEOUT)"
  ],
  [
    new Errors.LockBusy({ ...busy, schema: "t1", waited: 1_260 }),
    "core, schema t1 is being migrated by run 01J of ann; waited 1.3s (BFM_LOCK_TIMEOUT)"
  ],
  [
    new Errors.MigrationAmbiguous({ id: "a", candidates: ["a_1", "a_2"] }),
    "a can mean several migrations; use one of\n  a_1\n  a_2"
  ],
  [
    new Errors.MigrationChanged({ ids: ["a", "b"] }),
    "2 applied migrations changed after they were applied, nothing was run\n  a  see what changed: bfm validate a\n  b  see what changed: bfm validate b"
  ],
  [
    new Errors.MigrationChanged({ ids: ["a"] }),
    "1 applied migration changed after it was applied, nothing was run\n  a  see what changed: bfm validate a"
  ],
  [new Errors.MigrationNotFound({ id: "x", similar: [] }), "migration not found: x"],
  [
    new Errors.MigrationNotFound({ id: "x", similar: ["y", "z"] }),
    "migration not found: x; did you mean y or z?"
  ],
  [
    new Errors.NotSupported({
      connection: "logs",
      action: "rehearse",
      reason: "GreptimeDB has no transactions"
    }),
    "connection logs cannot rehearse: GreptimeDB has no transactions"
  ],
  [
    new Errors.PlanDiffers(differs),
    "the plan is no longer aaaa but bbbb; nothing was run. It would now be\n  a"
  ],
  [
    new Errors.PlanDiffers({ ...differs, steps: [] }),
    "the plan is no longer aaaa but bbbb; nothing was run: nothing of it is pending any more"
  ],
  [
    new Errors.PlanDiffers({ ...differs, added: ["n"], removed: ["o"], changed: ["c"] }),
    "the plan is no longer aaaa but bbbb; nothing was run. What has changed\n  - o\n  + n\n  ~ c"
  ],
  [
    new Errors.PlanRejected({ problems: [{ kind: "script", path: "a.up.sql", line: 3, reason: "COPY" }] }),
    "a.up.sql:3  COPY"
  ],
  [
    new Errors.PlanRejected({
      problems: [
        { kind: "script", path: "a.up.sql", reason: "no end" },
        { kind: "dependency_cycle", id: "a", reason: "a needs itself" }
      ]
    }),
    "2 problems, nothing was run\n  a.up.sql  no end\n  a needs itself"
  ],
  [new Errors.RequestInvalid({ problems: ["bad tag", "bad version"] }), "bad tag\nbad version"],
  [new Errors.RunConflict({ id: "01J", reason: "has ended" }), "run 01J has ended"],
  [new Errors.RunFailed({ result }), "run 01J cancelled"],
  [new Errors.RunFailed({ result: { ...result, errors: ["a: x", "b: y"] } }), "a: x\nb: y"],
  [new Errors.RunNotFound({ id: "01J" }), "run not found: 01J"],
  [new Errors.ServiceFailed({ url: "http://x", reason: "503" }), "service http://x: 503"],
  [
    new Errors.ServiceFailed({ url: "http://x", reason: "gone", run_id: "01J" }),
    "service http://x: gone; run 01J goes on there, and GET http://x/api/v1/runs/01J says how it stands"
  ],
  [new Errors.ShuttingDown({}), "the service is shutting down and begins no new runs"],
  [
    new Errors.SourceInvalid({
      source: "./sfm",
      problems: [
        { path: "a.up.sql", line: 2, reason: "unknown directive" },
        { path: "b.up.sql", reason: "no name" }
      ]
    }),
    "2 problems in ./sfm, nothing was run\n  a.up.sql:2  unknown directive\n  b.up.sql  no name"
  ],
  [
    new Errors.StateUnavailable({ address: "db:5432", action: "list runs", reason: "refused" }),
    "state database (db:5432): could not list runs: refused"
  ],
  [new Errors.StoreRefused(refused), "connection core: could not read the ledger: permission denied"],
  [
    new Errors.StoreRefused({ ...refused, hint: "GRANT USAGE" }),
    "connection core: could not read the ledger: permission denied (GRANT USAGE)"
  ],
  [new Errors.TooManyAttempts({ retry_after: 7 }), "too many failed attempts; try again in 7s"],
  [new Errors.Unauthenticated({ reason: "no token" }), "no token"]
]

describe("an error", () => {
  it("says what happened, where, and what to do next", () => {
    assert.deepStrictEqual(
      said.map(([error]) => error.message),
      said.map(([, text]) => text)
    )
  })

  it("of any kind is the same after it was written down and read", () => {
    assert.deepStrictEqual(
      [...new Set(said.map(([error]) => error._tag))],
      Errors.all.map(({ _tag }) => _tag)
    )
    for (const [error] of said) {
      const read = WrittenError.read(JSON.parse(JSON.stringify(WrittenError.write(error))))
      assert.strictEqual(read?.constructor, error.constructor)
      assert.strictEqual(read?.message, error.message)
      assert.deepStrictEqual({ ...read }, { ...error })
    }
  })

  it("whose fields say something else is none", () => {
    for (const [error] of said) {
      for (const field of Object.keys(error).filter(field => field !== "_tag")) {
        const written = { ...WrittenError.write(error), [field]: { of: "another version" } }
        assert.isUndefined(WrittenError.read(written), `${error._tag} ${field}`)
      }
    }
  })

  it.each([
    null,
    "LockBusy",
    {},
    { _tag: "Unknown" },
    { _tag: "RunNotFound" },
    { _tag: "RunNotFound", id: 7 },
    { _tag: "PlanRejected", problems: [{ kind: "of another version", reason: "x" }] }
  ])("that another version wrote in other words is none: %j", written => {
    assert.isUndefined(WrittenError.read(written))
  })
})

describe("a migration program", () => {
  it("hears of a refused statement in the store's own words, after their code", () => {
    const of = { statement: "SELECT", reason: "relation a does not exist" }
    assert.strictEqual(new SessionError(of).message, of.reason)
    assert.strictEqual(new SessionError({ ...of, code: "42P01" }).message, `42P01 ${of.reason}`)
    assert.match(new DependsOnData({ statement: "SELECT" }).message, /depend on data/)
  })
})
