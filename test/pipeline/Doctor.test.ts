import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { DoctorReport } from "../../src/domain/Doctor.ts"
import { ConnectionUnreachable, StateUnavailable, StoreRefused } from "../../src/domain/Errors.ts"
import type { LedgerEntry } from "../../src/domain/Ledger.ts"
import * as Ledger from "../../src/domain/Ledger.ts"
import type { Run } from "../../src/domain/Run.ts"
import type { Status, StatusItem } from "../../src/domain/Status.ts"
import type { StateVitals } from "../../src/domain/Vitals.ts"
import type { Worker } from "../../src/domain/Worker.ts"
import * as Diagnose from "../../src/pipeline/doctor/Diagnose.ts"
import type { Answer, Facts, Memory } from "../../src/pipeline/doctor/Facts.ts"
import type { Connection } from "../../src/ports/Connections.ts"
import type { StateChange } from "../../src/ports/StateStore.ts"

const now = 1_800_000_000_000

const vitals: StateVitals = {
  product: "PostgreSQL",
  version: "17.2",
  clock: { difference: 0, uncertainty: 1 },
  missing: [],
  unasked: [],
  tables: "current"
}

const facts = (memory: Partial<Memory>, state: Partial<StateVitals> = {}): Facts => ({
  now,
  remarks: { notices: [], warnings: [] },
  source: "sfm",
  problems: [],
  unconfigured: [],
  answers: [],
  stateAddress: "db1:5432/state",
  state: Either.right({ ...vitals, ...state }),
  memory: Either.right({ executions: [], held: [], runs: [], workers: [], ...memory }),
  items: [],
  differences: []
})

const run = (of: Partial<Run>): Run => ({
  id: "01R",
  actor: { name: "ci", method: "cli" },
  direction: "up",
  plan_hash: "00000000",
  state: "running",
  started_at: now - 60_000,
  total: 3,
  pending: 2,
  running: 0,
  succeeded: 1,
  failed: 0,
  skipped: 0,
  not_run: 0,
  ...of
})

const worker = (of: Partial<Worker>): Worker => ({
  id: "w:1",
  host: "w",
  pid: 1,
  version: "1",
  since: now,
  heartbeat_at: now,
  alive: true,
  draining: false,
  capacity: 1,
  runs: [],
  ...of
})

/** `severity area subject → first words of the remedy`. */
const told = (of: Facts): ReadonlyArray<string> =>
  Diagnose.report(of).findings.map(
    ({ severity, area, subject, remedy }) =>
      `${severity} ${area} ${subject} → ${/^bfm [a-z ]+?(?= 01R|,|$)/.exec(remedy)?.[0] ?? "-"}`
  )

/** As every interface promises it. */
const promised = Schema.validateSync(DoctorReport)

/** `severity subject: reason`. */
const reasons = (of: Facts): ReadonlyArray<string> =>
  promised(Diagnose.report(of)).findings.map(
    ({ severity, subject, reason }) => `${severity} ${subject}: ${reason}`
  )

const core: Connection = {
  name: "core",
  backend: "postgresql",
  address: "db1/core",
  schema: "",
  schemaMode: "fixed"
}

const inspection = (entries: ReadonlyArray<LedgerEntry>) => Ledger.inspection("core", entries, undefined)

const answer = (part: Partial<Answer>): Answer => ({
  connection: core,
  vitals: Either.right(vitals),
  inspection: Either.right(inspection([])),
  ...part
})

/** A connection that does not answer. */
const silent = {
  vitals: Either.left(
    new ConnectionUnreachable({ connection: "core", address: "db1/core", reason: "no route" })
  )
}

/** A journalled step of schema t1 that has not ended. */
const interrupted = (part: Partial<LedgerEntry>): LedgerEntry => ({
  migrationId: "a",
  connection: "core",
  schema: "t1",
  version: "20250101000000",
  name: "a",
  state: "running",
  direction: "up",
  checksum: { algorithm: 1, value: "" },
  sourceHash: "",
  unitsDone: 0,
  unitBegun: false,
  runId: "",
  appliedAt: 0,
  actor: "",
  method: "",
  ...part
})

describe("doctor", () => {
  it("finds runs that do not go on by themselves, and no others", () => {
    const silent = run({ owner: "a:1", heartbeat_at: now - 30_000 })
    assert.deepStrictEqual(told(facts({ runs: [silent] })), ["wrong stuck run 01R → bfm runs show"])
    assert.deepStrictEqual(told(facts({ runs: [run({ heartbeat_at: now - 2_000 })] })), [])
    const queued = run({ state: "queued" })
    assert.deepStrictEqual(told(facts({ runs: [queued] })), ["wrong stuck run 01R → bfm worker"])
    for (const gone of [worker({ alive: false }), worker({ draining: true })])
      assert.strictEqual(told(facts({ runs: [queued], workers: [gone] })).length, 1)
    assert.deepStrictEqual(told(facts({ runs: [queued], workers: [worker({})] })), [])
    // Another worker takes it over.
    const workers = [worker({ id: "a:1", alive: false }), worker({})]
    assert.deepStrictEqual(told(facts({ runs: [silent], workers })), [])
    assert.deepStrictEqual(told(facts({ runs: [run({ state: "paused" })] })), [
      "notice stuck run 01R → bfm runs resume"
    ])
    assert.deepStrictEqual(told(facts({ runs: [run({ state: "paused", continued_by: "01S" })] })), [])
    const interrupted = run({ state: "interrupted", finished_at: now })
    assert.deepStrictEqual(told(facts({ runs: [interrupted] })), ["notice stuck run 01R → bfm runs resume"])
    assert.deepStrictEqual(told(facts({ runs: [{ ...interrupted, continued_by: "01S" }] })), [])
  })

  it("says who holds a lock, and whether a run stands behind it", () => {
    const held = [{ connection: "core", schema: "", runId: "01R", actor: "ann", since: now - 5_000 }]
    const working = run({ heartbeat_at: now })
    assert.deepStrictEqual(told(facts({ held, runs: [working] })), ["notice stuck core → bfm runs watch"])
    assert.deepStrictEqual(told(facts({ held })), ["notice stuck core → -"])
  })

  it("takes a clock for wrong only when the way to the server cannot be the reason", () => {
    const of = (difference: number, uncertainty: number) =>
      told(facts({}, { clock: { difference, uncertainty } }))
    assert.deepStrictEqual(of(-7_000, 100), ["wrong clock state → -"])
    assert.deepStrictEqual(of(7_000, 3_000), [])
    assert.deepStrictEqual(of(4_000, 0), [])
  })

  it("does not look into tables of another version", () => {
    assert.deepStrictEqual(told({ ...facts({}, { tables: "other" }), memory: undefined }), [
      "notice ledger state → bfm status upgrades them where they are older"
    ])
  })

  it("is healthy only when nothing is wrong", () => {
    assert.isTrue(Diagnose.report(facts({ runs: [run({ state: "paused" })] })).healthy)
    assert.isFalse(Diagnose.report(facts({}, { concern: "too old" })).healthy)
  })

  it("says what answered, and how", () => {
    const clock = { difference: 1_234.6, uncertainty: 2 }
    const of = { ...facts({}, { clock, unasked: ["its rights"] }), answers: [answer({}), answer(silent)] }
    assert.deepStrictEqual(Diagnose.report(of).examined, [
      {
        subject: "state",
        address: "db1:5432/state",
        server: "PostgreSQL 17.2",
        clock_ms: 1_235,
        unasked: ["its rights"]
      },
      {
        subject: "connection core",
        address: "db1/core",
        server: "PostgreSQL 17.2",
        clock_ms: 0,
        unasked: []
      },
      { subject: "connection core", address: "db1/core", unasked: [] }
    ])
    const { clock: _, ...timeless } = vitals
    const [, examined] = Diagnose.report({
      ...facts({}),
      answers: [answer({ vitals: Either.right(timeless) })]
    }).examined
    assert.notProperty(examined, "clock_ms")
  })

  it("puts what is wrong before what is good to know", () => {
    const of = {
      ...facts({ runs: [run({ state: "paused" })] }),
      unconfigured: ["logs"],
      problems: [
        { path: "a.sql", line: 3, reason: "an unknown directive" },
        { path: "b", reason: "not a file" }
      ]
    }
    assert.deepStrictEqual(
      promised(Diagnose.report(of)).findings.map(({ severity, subject }) => `${severity} ${subject}`),
      ["wrong a.sql:3", "wrong b", "notice connection logs", "notice run 01R"]
    )
    assert.include(reasons(of)[0], "a.sql:3: an unknown directive")
    assert.include(Diagnose.report(of).findings[0]?.remedy ?? "", "no run begins while sfm has such problems")
    assert.isFalse(Diagnose.report(of).healthy)
  })

  it("tells what is odd about the configuration, by the variable where it is one", () => {
    const of: Facts = {
      ...facts({}),
      remarks: { notices: ["the state is embedded"], warnings: ["BFM_X is unknown", "two .env files"] },
      unconfigured: ["tenant-db"]
    }
    assert.deepStrictEqual(reasons(of), [
      "notice BFM_X: is unknown",
      "notice environment: two .env files",
      "notice connection tenant-db: it has migrations, and is not configured: they are never applied from here",
      "notice defaults: the state is embedded"
    ])
    assert.include(Diagnose.report(of).findings[2]?.remedy ?? "", "TENANT_DB_BACKEND")
  })

  it("says of a configuration that cannot be used what is wrong with each variable", () => {
    const { healthy, examined, findings } = Diagnose.unusable([
      { variable: "BFM_HTTP_PORT", reason: "must be a number" }
    ])
    assert.deepStrictEqual([healthy, examined], [false, []])
    assert.deepStrictEqual(
      findings.map(({ area, subject, reason }) => `${area} ${subject} ${reason}`),
      ["configuration BFM_HTTP_PORT must be a number"]
    )
  })

  it("says what to look at when the state does not answer, and that it has no tables yet", () => {
    const unreached = { address: "db1:5432/state", action: "connect", reason: "refused" }
    const of = (setting?: string) =>
      Diagnose.report({
        ...facts({}),
        state: Either.left(
          new StateUnavailable({ ...unreached, ...(setting === undefined ? {} : { setting }) })
        ),
        memory: undefined
      }).findings.map(({ subject, reason, remedy }) => [subject, reason.includes("refused"), remedy])
    assert.deepStrictEqual(of("BFM_DATA_DIR"), [
      ["state", true, "see that it runs, and that BFM_DATA_DIR are right, then: bfm doctor"]
    ])
    assert.include(String(of()[0]?.[2]), "BFM_STATE_DB_HOST")
    assert.deepStrictEqual(reasons(facts({}, { tables: "absent" })), ["notice state: it has no tables yet"])
    const lost = { ...facts({}), memory: Either.left(new StateUnavailable({ ...unreached, reason: "gone" })) }
    assert.match(reasons(lost).join(), /^wrong state: .*gone/)
  })

  it("names the variables of a connection that does not answer, each by its backend's", () => {
    const of = (part: Partial<Answer>) =>
      Diagnose.report({ ...facts({}), answers: [answer(part)] }).findings.map(
        ({ severity, subject, reason, remedy }) => `${severity} ${subject}: ${reason} → ${remedy}`
      )
    const places = "CORE_DB_HOST, _PORT, _NAME, _USERNAME and _PASSWORD (or CORE_DB_URL)"
    assert.deepStrictEqual(of(silent), [
      `wrong connection core: no route → see that it runs, and that ${places} are right, then: bfm doctor`
    ])
    const flags = { ...core, backend: "etcd" as const }
    assert.include(of({ ...silent, connection: flags })[0] ?? "", "that CORE_ENDPOINTS are right")
    const refused = (hint?: string) =>
      new StoreRefused({
        connection: "core",
        action: "read the ledger",
        reason: "no right",
        ...(hint === undefined ? {} : { hint })
      })
    assert.include(
      of({ inspection: Either.left(refused()) })[0] ?? "",
      "wrong connection core: could not read the ledger: no right →"
    )
    assert.include(of({ inspection: Either.left(refused("ask a DBA")) })[0] ?? "", "no right (ask a DBA) →")
    // A right that is missing says it better.
    const lacking = { ...vitals, missing: [{ right: "create tables in schema a", remedy: "GRANT it" }] }
    assert.deepStrictEqual(of({ vitals: Either.right(lacking), inspection: Either.left(refused()) }), [
      "wrong connection core: its user may not create tables in schema a → GRANT it"
    ])
  })

  it("says what a server's own answers mean", () => {
    const of = (part: Partial<StateVitals>) => reasons(facts({}, part))
    assert.deepStrictEqual(of({ concern: "too old" }), ["wrong state: too old"])
    const clock = (difference: number) =>
      of({ clock: { difference, uncertainty: 0 } })
        .join()
        .slice(0, 44)
    assert.strictEqual(clock(7_000), "wrong state: its clock is 7s ahead of the on")
    assert.strictEqual(clock(-7_000), "wrong state: its clock is 7s behind the one ")
    assert.strictEqual(clock(5_000), "")
    const { clock: _, ...timeless } = vitals
    assert.deepStrictEqual(reasons({ ...facts({}), state: Either.right(timeless) }), [])
    assert.match(of({ pooler: { shares: true } }).join(), /^wrong state: a pooler in transaction mode/)
    assert.match(
      of({ pooler: { shares: false } }).join(),
      /^notice state: a pooler stands in front; it keeps/
    )
    assert.match(of({ leftovers: ["bfm_x"] }).join(), /^notice state: the scratch database bfm_x /)
  })

  it("finds a step that was interrupted outside of a transaction, and that nobody works at", () => {
    const of = (entry: Partial<LedgerEntry>, held: Memory["held"] = []) =>
      Diagnose.report({
        ...facts({ held, runs: [run({ heartbeat_at: now })] }),
        answers: [answer({ inspection: Either.right(inspection([interrupted(entry)])) })]
      }).findings.flatMap(({ subject, reason, remedy }) => (subject === "a" ? [[reason, remedy]] : []))
    const goesOn = "goes on with it"
    assert.deepStrictEqual(of({ state: "applied" }), [])
    assert.deepStrictEqual(of({ unitsDone: 1 }), [
      [
        "it was interrupted: 1 of its parts is done",
        `bfm migrate up --connection core --schema t1 ${goesOn}, and asks where only you can know`
      ]
    ])
    const [[reason, remedy] = []] = of({ unitsDone: 2, unitBegun: true, direction: "down", schema: "" })
    assert.match(reason ?? "", /^it was interrupted: 2 of its parts are done, and the next one was begun/)
    assert.strictEqual(remedy, `bfm migrate down a ${goesOn}`)
    const lock = { connection: "core", schema: "t1", runId: "01R", actor: "ann", since: now }
    assert.deepStrictEqual(of({}, [lock]), [])
    assert.strictEqual(of({}, [{ ...lock, schema: "t2" }]).length, 1)
    assert.strictEqual(of({}, [{ ...lock, connection: "logs" }]).length, 1)
    const unread = {
      ...facts({}),
      answers: [answer({ inspection: Either.right(inspection([interrupted({})])) })]
    }
    assert.strictEqual(reasons({ ...unread, memory: undefined }).length, 1)
  })

  it("finds migrations that need somebody, and says what to do", () => {
    const item = (status: Status, part: Partial<StatusItem> = {}): StatusItem => ({
      migration_id: "a",
      schema: "",
      version: "20250101000000",
      name: "a",
      connection: "core",
      backend: "postgresql",
      applied: false,
      status,
      ...part
    })
    const of = (...items: ReadonlyArray<StatusItem>) =>
      Diagnose.report({ ...facts({}), items }).findings.map(
        ({ severity, reason, remedy }) => `${severity} ${reason} → ${remedy}`
      )
    assert.deepStrictEqual(of(item("applied"), item("pending"), item("rolled_back")), [])
    assert.match(of(item("changed")).join(), /^wrong its file was edited .* → bfm validate a shows/)
    assert.match(of(item("missing")).join(), /^notice it is applied, and its file is gone → bring/)
    assert.deepStrictEqual(of(item("failed"), item("failed", { schema: "t1", note: "no room" })), [
      "notice its last attempt failed → mend it, then: bfm migrate up --connection core",
      "notice its last attempt failed: no room → mend it, then: bfm migrate up --connection core --schema t1"
    ])
  })

  it("tells of what the ledgers have lost, and how much the state has not heard of", () => {
    const gone = (schema: string): StateChange => ({
      _tag: "ExecutionRemoved",
      migrationId: "a",
      schema
    })
    const learnt: StateChange = {
      _tag: "Execution",
      execution: {
        migration_id: "b",
        schema: "",
        version: "20250101000000",
        name: "b",
        connection: "core",
        backend: "postgresql",
        status: "applied",
        at: now,
        run_id: "",
        actor: "ci",
        method: "cli"
      }
    }
    const of = (...differences: ReadonlyArray<StateChange>) => reasons({ ...facts({}), differences })
    assert.deepStrictEqual(of(), [])
    assert.match(of(gone("")).join(), /^wrong a: the state remembers it as applied, and the ledger does not/)
    assert.match(of(gone("t1")).join(), /^wrong a: the state remembers it as applied in schema t1, and/)
    const report = Diagnose.report({ ...facts({}), differences: [gone("t1")] })
    assert.include(report.findings[0]?.remedy ?? "", "bfm resolve a --schema t1 --applied")
    assert.deepStrictEqual(of(learnt), ["notice state: it has not heard of 1 entry in the ledgers"])
    assert.deepStrictEqual(of(learnt, gone(""), learnt).slice(1), [
      "notice state: it has not heard of 2 entries in the ledgers"
    ])
  })

  it("counts what an interrupted run has left, and how long a run or a lock has been quiet", () => {
    const ended = { state: "interrupted" as const, finished_at: now }
    const of = (part: Partial<Run>) => reasons(facts({ runs: [run(part)] })).join()
    assert.strictEqual(
      of({ ...ended, pending: 2, not_run: 3 }),
      "notice run 01R: it was interrupted with 5 steps left"
    )
    assert.strictEqual(of({ ...ended, pending: 0 }), "")
    assert.match(of({ owner: "a:1", heartbeat_at: now - 30_000 }), /its process a:1 has been silent for 30s/)
    assert.match(of({}), /its process +has been silent for 1m 00s/)
    assert.strictEqual(of({ heartbeat_at: now - 10_000 }), "")
    assert.strictEqual(of({ finished_at: now, heartbeat_at: now - 30_000 }), "")
    // Somebody listens, but not the one that had it.
    const alone = facts({ runs: [run({ owner: "a:1" })], workers: [worker({ id: "b:1" })] })
    assert.strictEqual(reasons(alone).length, 1)
    const lock = { connection: "core", schema: "t1", runId: "01R", actor: "ann", since: now - 5_000 }
    const locked = (lock: Memory["held"][number], runs: ReadonlyArray<Run>) =>
      reasons(facts({ held: [lock], runs })).join()
    const working = run({ heartbeat_at: now })
    assert.strictEqual(locked(lock, [working]), "notice core, schema t1: locked by ann (run 01R) for 5s")
    assert.match(locked({ ...lock, since: now + 9_000 }, [working]), /for 0ms$/)
    for (const other of [
      run({ id: "01S", heartbeat_at: now }),
      run({ state: "succeeded", finished_at: now })
    ])
      assert.match(locked(lock, [other]), /^notice core, schema t1: locked by ann for 5s, and no run 01R/)
  })
})
