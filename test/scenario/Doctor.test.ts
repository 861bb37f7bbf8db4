import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { DoctorReport } from "../../src/domain/Doctor.ts"
import * as Bfm from "../../src/interfaces/library/Bfm.ts"
import * as Examine from "../../src/pipeline/doctor/Examine.ts"
import * as Etcd from "../fixtures/Etcd.ts"
import * as Fingerprint from "../fixtures/Fingerprint.ts"
import * as Greptimedb from "../fixtures/Greptimedb.ts"
import * as Pgbouncer from "../fixtures/Pgbouncer.ts"
import * as Project from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"

const examine = (project: Project.Project, environment: Readonly<Record<string, string>> = {}) =>
  project.run(Examine.report(), environment)

/** `area subject: reason` of what is wrong. */
const wrong = ({ findings }: DoctorReport): ReadonlyArray<string> =>
  findings.flatMap(({ severity, area, subject, reason }) =>
    severity === "wrong" ? [`${area} ${subject}: ${reason}`] : []
  )

const of = (report: DoctorReport, area: string) => report.findings.filter(found => found.area === area)

describe("bfm doctor", () => {
  it.scopedLive("finds nothing wrong where nothing is, and changes nothing", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      project.write(`${Scenario.named(1, "users")}.up.sql`, "CREATE TABLE users ();")
      const everything = Effect.all([
        Fingerprint.of(project.target.url, []),
        Fingerprint.of(project.state.url, [])
      ])
      const before = yield* everything
      const { code, stdout, stderr } = yield* project.cli(["doctor"], { BFM_LOCK_TIMEOT: "5s" })
      assert.deepStrictEqual([code, stderr], [0, ""])
      assert.match(
        stdout,
        /^✔ state +127\.0\.0\.1:\d+\/\w+, schema public +PostgreSQL \d+\.\d+\n✔ connection core /
      )
      assert.match(stdout, /– ledger {2}state: it has no tables yet\n {2}→ nothing to do/)
      assert.match(stdout, /– configuration {2}BFM_LOCK_TIMEOT: .*BFM_LOCK_TIMEOUT/)
      assert.match(stdout, /\n✔ Nothing is wrong, 2 things to know\n$/)
      assert.deepStrictEqual(yield* everything, before)
    })
  )

  it.scopedLive("says everything that is wrong with a configuration, as JSON too", () =>
    Effect.gen(function* () {
      const { cli } = yield* Project.make
      const { code, stdout } = yield* cli(["doctor", "--json"], {
        BFM_LOCK_TIMEOUT: "soon",
        CORE_SCHEMA_MODE: "odd"
      })
      const report: DoctorReport = JSON.parse(stdout)
      assert.deepStrictEqual(
        [code, report.healthy, wrong(report)],
        [
          1,
          false,
          [
            "configuration CORE_SCHEMA_MODE: must be one of fixed, dynamic",
            "configuration BFM_LOCK_TIMEOUT: must be a time with its unit, like 30s, 500ms or 2m"
          ]
        ]
      )
    })
  )

  it.scopedLive("names the rights that a user lacks, and what to grant", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      const role = `role_${project.target.name}`
      yield* Effect.acquireRelease(project.query(`CREATE ROLE ${role} LOGIN`), () =>
        project.query(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`)
      )
      yield* project.query(`REVOKE CREATE ON SCHEMA public FROM PUBLIC`)
      const as = { CORE_DB_URL: project.target.url.replace("postgres@", `${role}@`) }
      const report = yield* examine(project, as)
      assert.deepStrictEqual(
        of(report, "rights").map(({ subject, reason, remedy }) => [subject, reason, remedy]),
        [
          [
            "connection core",
            "its user may not create the schema bfm, in which BfM keeps its tables",
            `CREATE SCHEMA "bfm" AUTHORIZATION "${role}"; or GRANT CREATE ON DATABASE "${project.target.name}" TO "${role}"`
          ],
          [
            "connection core",
            "its user may not create anything in schema public",
            `GRANT CREATE ON SCHEMA "public" TO "${role}"`
          ]
        ]
      )
      // What it says is enough.
      const [, mended = ""] = of(report, "rights")[0]?.remedy.split("; or ") ?? []
      yield* project.query(mended)
      yield* project.query(of(report, "rights")[1]?.remedy ?? "")
      project.write(`${Scenario.named(1, "users")}.up.sql`, "CREATE TABLE users ();")
      yield* project.run(Bfm.up(), as)
      assert.deepStrictEqual(wrong(yield* examine(project, as)), [])
      // A ledger that another user made.
      yield* project.query(`ALTER TABLE bfm.ledger OWNER TO postgres; REVOKE ALL ON bfm.ledger FROM ${role}`)
      assert.deepStrictEqual(wrong(yield* examine(project, as)), [
        "rights connection core: its user may not read and write the table bfm.ledger"
      ])
      yield* project.query(`REVOKE ALL ON DATABASE ${project.target.name} FROM ${role}`)
    })
  )

  it.scopedLive("tells a pooler that shares sessions from one that keeps them", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      const [shared, kept] = yield* Effect.all([Pgbouncer.start("transaction"), Pgbouncer.start("session")])
      const { name } = project.target
      const sharing = yield* examine(project, { CORE_DB_URL: shared(name) })
      assert.match(
        wrong(sharing).join(),
        /^pooler connection core: a pooler in transaction mode stands in front/
      )
      const keeping = yield* examine(project, {
        CORE_DB_URL: kept(name),
        BFM_STATE_DB_URL: shared(project.state.name)
      })
      assert.match(wrong(keeping).join(), /^pooler state: a pooler in transaction mode/)
      assert.deepStrictEqual(
        of(keeping, "pooler").map(({ severity, subject }) => [severity, subject]),
        [
          ["wrong", "state"],
          ["notice", "connection core"]
        ]
      )
      assert.deepStrictEqual(of(yield* examine(project), "pooler"), [])
    })
  )

  it.scopedLive("holds the state against the ledger, and finds what was interrupted", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      project.write(`${Scenario.named(1, "users")}.up.sql`, "CREATE TABLE users ();")
      project.write(`${Scenario.named(2, "orders")}.up.sql`, "CREATE TABLE orders ();")
      project.write(
        `${Scenario.named(3, "twice")}.up.sql`,
        "-- bfm-transaction: none\nCREATE TABLE once ();\nSELECT 1 / 0;"
      )
      yield* Scenario.upResult(project)
      yield* project.query(`DELETE FROM bfm.ledger WHERE name = 'users'`)
      yield* project.queryState(`DELETE FROM bfm_executions WHERE name = 'orders'`)
      project.write(`${Scenario.named(2, "orders")}.up.sql`, "CREATE TABLE orders (id int);")
      const before = yield* project.queryState("SELECT * FROM bfm_executions ORDER BY migration_id")
      const report = yield* examine(project)
      assert.deepStrictEqual(
        report.findings.map(({ severity, area, subject }) => [severity, area, subject]),
        [
          ["wrong", "ledger", Scenario.id(1, "users")],
          ["wrong", "stuck", Scenario.id(3, "twice")],
          ["wrong", "ledger", Scenario.id(2, "orders")],
          ["notice", "ledger", "state"]
        ]
      )
      const [lost, interrupted] = report.findings
      assert.include(lost?.remedy, `bfm resolve ${Scenario.id(1, "users")} --applied`)
      assert.match(interrupted?.reason ?? "", /^it was interrupted: 1 of its parts is done/)
      assert.match(interrupted?.remedy ?? "", /^bfm migrate up --connection core goes on with it/)
      assert.deepStrictEqual(
        yield* project.queryState("SELECT * FROM bfm_executions ORDER BY migration_id"),
        before
      )
    })
  )

  it.scopedLive("says which server does not answer, and what names it", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      const report = yield* examine(project, {
        CORE_DB_URL: "postgres://bfm:hunter2@127.0.0.1:1/app",
        BFM_STATE_DB_URL: "postgres://bfm:hunter2@127.0.0.1:1/state"
      })
      assert.deepStrictEqual(
        report.findings.map(({ area, subject, remedy }) => [area, subject, /\w+_DB_HOST/.exec(remedy)?.[0]]),
        [
          ["connection", "state", "BFM_STATE_DB_HOST"],
          ["connection", "connection core", "CORE_DB_HOST"]
        ]
      )
      assert.notInclude(JSON.stringify(report), "hunter2")
    })
  )

  it.scopedLive("asks each kind of server in its own way, and writes to none", () =>
    Effect.gen(function* () {
      const logs = yield* Greptimedb.makeWith(Project.makeOnMysql)
      const metadata = yield* Etcd.make()
      yield* Etcd.protect(metadata, [{ name: "ann", password: "p", prefixes: ["/bfm/"] }])
      const root = yield* Etcd.connect({
        hosts: metadata.endpoint,
        auth: { username: "root", password: "root" }
      })
      const keys = Effect.promise(() => root.getAll().prefix("").strings())
      const report = yield* logs.run(Examine.report(), {
        METADATA_BACKEND: "etcd",
        METADATA_ENDPOINTS: metadata.endpoint,
        METADATA_PREFIX: "/app/",
        METADATA_USERNAME: "ann",
        METADATA_PASSWORD: "p"
      })
      assert.deepStrictEqual(
        report.examined.map(({ subject, server, unasked, clock_ms }) => [
          subject,
          server?.replace(/[\d.]+.*/, "x"),
          unasked,
          clock_ms === undefined
        ]),
        [
          ["state", "MariaDB x", [], false],
          ["connection core", "PostgreSQL x", [], false],
          ["connection logs", "GreptimeDB x", ["which rights its user has"], false],
          ["connection metadata", "etcd x", ["its clock: etcd tells no time"], true]
        ]
      )
      assert.deepStrictEqual(
        of(report, "rights").map(({ reason, remedy }) => [reason, remedy]),
        [
          [
            "its user may not read and write keys below /app/",
            "etcdctl role grant-permission ROLE --prefix=true readwrite /app/, of a role of ann"
          ]
        ]
      )
      assert.deepStrictEqual(of(report, "clock"), [])
      assert.deepStrictEqual(yield* keys, {})
    })
  )
})
