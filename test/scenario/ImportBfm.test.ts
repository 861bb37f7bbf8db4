import * as fs from "node:fs"
import * as path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Bfm from "../../src/interfaces/library/Bfm.ts"
import * as Fingerprint from "../fixtures/Fingerprint.ts"
import * as OldRecords from "../fixtures/OldRecords.ts"
import * as Project from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"

/** A migration of core, by its number: `20250101000001_settings_postgresql_core`. */
const of = (n: number, name: string, schema = ""): OldRecords.Of => ({
  id: Scenario.id(n, name),
  version: Scenario.version(n),
  name,
  schema
})

const go = (fields: string): string =>
  `//go:build ignore\n\npackage core\n\nfunc init() {\n\tmigrations.GlobalRegistry.Register(&migrations.MigrationScript{\n${fields}\n\t})\n}\n`

/** Files of one migration: its script, and what its `.go` file declares. */
const write = (project: Project.Project, n: number, name: string, sql: string, fields?: string) => {
  project.write(`${Scenario.named(n, name)}.up.sql`, sql)
  if (fields !== undefined) project.write(`${Scenario.named(n, name)}.go`, go(fields))
}

const file = (project: Project.Project, n: number, name: string): string =>
  fs.readFileSync(
    path.join(project.directory, "sfm/postgresql/core", `${Scenario.named(n, name)}.up.sql`),
    "utf8"
  )

/** Everything that an import could change, or must not. */
const everything = (project: Project.Project) =>
  Effect.gen(function* () {
    const tables = ["migrations_list", "migrations_history", "migrations_executions"]
    const rows = yield* Effect.forEach(tables, table =>
      project.queryState(`SELECT t::text FROM ${table} t ORDER BY 1`)
    )
    const directory = path.join(project.directory, "sfm")
    const files = fs
      .readdirSync(directory, { recursive: true, encoding: "utf8" })
      .sort()
      .map(name => path.join(directory, name))
      .map(name => [
        name,
        fs.statSync(name).isFile() ? fs.readFileSync(name, "latin1") : "",
        fs.statSync(name).mtimeMs
      ])
    return { rows, files, target: yield* Fingerprint.of(project.target.url, []) }
  })

const ledger = (project: Project.Project) =>
  Effect.map(
    project.query("SELECT schema, name, applied_at, actor, method FROM bfm.ledger ORDER BY version, schema"),
    rows =>
      rows.map(row => [
        row["schema"],
        row["name"],
        (row["applied_at"] as Date).toISOString(),
        row["actor"],
        row["method"]
      ])
  )

const first = "2025-11-22 09:22:26"
const second = "2025-11-23 10:00:00"
const third = "2025-11-24 11:00:00"
const iso = (time: string): string => `${time.replace(" ", "T")}.000Z`

/** What a team has that used v0.2 for a while. */
const team = Effect.gen(function* () {
  const project = yield* Project.make
  const billing = yield* OldRecords.second
  yield* OldRecords.tables(project, "v0.2")
  write(
    project,
    1,
    "settings",
    "CREATE TABLE core.settings ();",
    'Schema: "core", Tags: []string{"env=prod"},'
  )
  write(
    project,
    2,
    "accounts",
    "CREATE TABLE accounts ();",
    'Schema: "", Dependencies: []string{"settings"},'
  )
  write(project, 3, "taken_back", "CREATE TABLE core.taken_back ();", 'Schema: "core",')
  write(project, 4, "failed", "CREATE TABLE core.failed ();", 'Schema: "core",')
  write(project, 5, "included", "CREATE TABLE core.included ();", 'Schema: "core",')
  write(project, 6, "killed", "CREATE TABLE core.killed ();", 'Schema: "core",')
  write(project, 7, "new", "CREATE TABLE core.new ();", 'Schema: "core", Dependencies: []string{"included"},')
  project.write(
    `/sfm/postgresql/billing/${Scenario.named(8, "invoices")}.up.sql`,
    "-- bfm-tags: env=prod\r\nCREATE TABLE invoices ();\r\n"
  )
  project.write(
    `/sfm/postgresql/billing/${Scenario.named(8, "invoices")}.go`,
    go(
      'Schema: "billing", StructuredDependencies: []migrations.Dependency{{Connection: "core", Schema: "core", Target: "20250101000001", TargetType: "version"}, {RequiresSchema: "billing", Target: "settings"}},'
    )
  )
  const record = (
    of: OldRecords.Of,
    status: string,
    happened: Parameters<typeof OldRecords.since02>[3],
    executed: Parameters<typeof OldRecords.since02>[4] = []
  ) => OldRecords.since02(project, of, status, happened, executed)
  const ran = (schema: string, at: string) => [
    [schema, "pending", at] as const,
    [schema, "applied", at] as const
  ]
  yield* record(of(1, "settings", "core"), "applied", ran("core", first), [["core", "applied"]])
  yield* record(
    of(2, "accounts"),
    "applied",
    [
      ...ran("tenant_a", first),
      ...ran("tenant_b", first),
      ["tenant_b", "rolled_back", second],
      ...ran("tenant_c", first),
      ["tenant_c", "failed", second]
    ],
    [
      ["tenant_a", "applied"],
      ["tenant_b", "pending"],
      ["tenant_c", "failed"]
    ]
  )
  yield* record(
    of(3, "taken_back", "core"),
    "applied",
    [...ran("core", first), ["core", "rolled_back", second]],
    [["core", "applied"]]
  )
  yield* record(
    of(4, "failed", "core"),
    "failed",
    [
      ["core", "pending", first],
      ["core", "failed", first]
    ],
    [["core", "failed"]]
  )
  yield* record(of(5, "included", "core"), "applied", [], [["core", "applied"]])
  yield* record(of(6, "killed", "core"), "pending", [["core", "pending", third]], [["core", "pending"]])
  yield* record(of(7, "new", "core"), "pending", [], [["core", "pending"]])
  const invoices = {
    ...of(8, "invoices", "billing"),
    id: Scenario.id(8, "invoices", "billing"),
    connection: "billing"
  }
  yield* record(invoices, "applied", ran("billing", second), [["billing", "applied"]])
  yield* record(of(9, "gone", "core"), "applied", ran("core", first))
  yield* project.query(
    "CREATE SCHEMA core; CREATE TABLE core.settings (); CREATE TABLE core.included (); CREATE SCHEMA tenant_a; CREATE TABLE tenant_a.accounts (); CREATE SCHEMA tenant_c; CREATE TABLE tenant_c.accounts ()"
  )
  yield* billing.query("CREATE SCHEMA billing; CREATE TABLE billing.invoices ()")
  return { project, billing, environment: billing.environment }
})

describe("import bfm", () => {
  it.scopedLive("of a database that cannot be reached says what named it", () =>
    Effect.gen(function* () {
      const { cli } = yield* Project.make
      const from = "postgres://bfm:s3cret@127.0.0.1:1/migration_state"
      const { code, stderr } = yield* cli(["import", "bfm", "--from", from, "--dry-run"])
      assert.strictEqual(code, 1)
      assert.match(stderr, /is --from right\?/)
      assert.notMatch(stderr, /BFM_STATE_DB|s3cret/)
    })
  )
})

describe("import bfm, from v0.2", () => {
  it.live("a dry run says everything and changes nothing", () =>
    Effect.gen(function* () {
      const { project, environment } = yield* team
      const before = yield* everything(project)
      const report = yield* OldRecords.adopt(project, { dryRun: true }, environment)
      assert.deepStrictEqual(yield* everything(project), before)
      const ours = String.raw`SELECT relname FROM pg_class WHERE relname LIKE 'bfm\_%'`
      assert.deepStrictEqual(yield* project.queryState(ours), [])
      assert.isFalse(report.done)
      assert.deepStrictEqual(report.generations, ["v0.2"])
      assert.deepStrictEqual(
        report.entries.map(({ name, schema, applied_at, actor }) => [name, schema, applied_at, actor]),
        [
          ["settings", "core", iso(first), "api_user"],
          ["accounts", "tenant_a", iso(first), "api_user"],
          ["accounts", "tenant_c", iso(first), "api_user"],
          ["included", "core", iso("2025-12-31 23:59:59"), ""],
          ["invoices", "billing", iso(second), "api_user"]
        ]
      )
      assert.deepStrictEqual(
        report.pending.map(({ migration_id, schema, reason }) => [migration_id, schema, reason]),
        [
          [Scenario.id(2, "accounts"), "tenant_b", "rolled back, although the old list still says applied"],
          [Scenario.id(3, "taken_back"), "core", "rolled back, although the old list still says applied"],
          [Scenario.id(4, "failed"), "core", "failed"]
        ]
      )
      assert.deepStrictEqual(report.unknown, [`${Scenario.id(9, "gone")} (core, schema core)`])
      assert.deepStrictEqual(
        report.questions.map(({ subject, schema, remedy }) => [subject, schema, remedy]),
        [
          [
            Scenario.id(6, "killed"),
            "core",
            `look, and say bfm resolve ${Scenario.id(6, "killed")} --schema core --applied, or --pending`
          ]
        ]
      )
      assert.match(report.notes.join("\n"), /accounts in tenant_c: a later attempt/)
    }).pipe(Effect.scoped)
  )

  it.live("what was applied is known afterwards, and a run applies what is pending and nothing else", () =>
    Effect.gen(function* () {
      const { project, billing, environment } = yield* team
      const before = yield* everything(project)
      const { run_id } = yield* OldRecords.adopt(project, {}, environment)
      assert.deepStrictEqual((yield* everything(project)).rows, before.rows)
      assert.strictEqual(
        file(project, 1, "settings"),
        "-- bfm-schema: core\n-- bfm-tags: env=prod\nCREATE TABLE core.settings ();"
      )
      assert.strictEqual(
        file(project, 2, "accounts"),
        "-- bfm-schema: dynamic\n-- bfm-depends-on: settings\nCREATE TABLE accounts ();"
      )
      assert.strictEqual(
        fs.readFileSync(
          path.join(project.directory, `sfm/postgresql/billing/${Scenario.named(8, "invoices")}.up.sql`),
          "utf8"
        ),
        "-- bfm-schema: billing\r\n-- bfm-depends-on: core/20250101000001, core/settings\r\n-- bfm-requires: schema billing\r\n-- bfm-tags: env=prod\r\nCREATE TABLE invoices ();\r\n"
      )
      assert.deepStrictEqual(yield* ledger(project), [
        ["core", "settings", iso(first), "api_user", "api"],
        ["tenant_a", "accounts", iso(first), "api_user", "api"],
        ["tenant_c", "accounts", iso(first), "api_user", "api"],
        ["core", "included", iso("2025-12-31 23:59:59"), "import bfm", "cli"]
      ])
      assert.lengthOf(yield* billing.query("SELECT FROM bfm.ledger"), 1)
      const { items } = yield* project.run(Bfm.history({ id: Scenario.id(1, "settings") }), environment)
      assert.deepStrictEqual(
        items.map(({ event, actor, run_id }) => [event, actor, run_id]),
        [
          ["resolved_applied", "import bfm", run_id],
          ["applied", "api_user", run_id]
        ]
      )
      assert.strictEqual(items[1]?.at, iso(first))

      yield* project.run(
        Bfm.resolve({ id: Scenario.id(6, "killed"), schemas: [], as: "applied" }),
        environment
      )
      const again = yield* OldRecords.adopt(project, {}, environment)
      assert.deepStrictEqual([again.done, again.files, again.entries, again.questions], [false, [], [], []])

      const { applied } = yield* project.run(Bfm.up(), environment)
      assert.deepStrictEqual(applied, [
        Scenario.id(3, "taken_back"),
        Scenario.id(4, "failed"),
        Scenario.id(7, "new")
      ])
      assert.deepStrictEqual((yield* project.run(Bfm.up(), environment)).applied, [])
      const { valid } = yield* project.run(Bfm.validate(), environment)
      assert.isTrue(valid)
    }).pipe(Effect.scoped)
  )

  it.live("what BfM itself did since is not undone by importing again", () =>
    Effect.gen(function* () {
      const { project, environment } = yield* team
      project.write(`${Scenario.named(1, "settings")}.down.sql`, "DROP TABLE core.settings;")
      yield* OldRecords.adopt(project, {}, environment)
      yield* project.run(Bfm.down({ id: Scenario.id(1, "settings"), ignore_dependencies: true }), environment)
      yield* project.run(
        Bfm.resolve({ id: Scenario.id(2, "accounts"), schemas: ["tenant_c"], as: "pending" }),
        environment
      )
      const again = yield* OldRecords.adopt(project, {}, environment)
      assert.deepStrictEqual([again.done, again.entries], [false, []])
    }).pipe(Effect.scoped)
  )

  it.live("asks about what the ledger had and lost", () =>
    Effect.gen(function* () {
      const { project, environment } = yield* team
      yield* OldRecords.adopt(project, {}, environment)
      yield* project.query(`DELETE FROM bfm.ledger WHERE migration_id = '${Scenario.id(1, "settings")}'`)
      yield* project.run(Bfm.up({ to: Scenario.version(0) }), environment)
      // The run has compared ledger and state.
      const { items } = yield* project.run(
        Bfm.history({ id: Scenario.id(1, "settings"), limit: 1 }),
        environment
      )
      assert.strictEqual(items[0]?.event, "reconciled_removed")
      const { entries, questions } = yield* OldRecords.adopt(project, { dryRun: true }, environment)
      assert.deepStrictEqual(entries, [])
      assert.match(questions[0]?.reason ?? "", /the ledger had it and lost it/)
    }).pipe(Effect.scoped)
  )
})

describe("import bfm, what stands in the way", () => {
  it.live("a directive that says something else is left alone, and asked about", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      yield* OldRecords.tables(project, "v0.2")
      write(project, 1, "a", "-- bfm-schema: shop\nSELECT 1;", 'Schema: "core", Tags: []string{"k=v"},')
      write(project, 2, "b", "-- bfm-tags: k=other\nSELECT 1;", 'Schema: "core", Tags: []string{"k=v"},')
      write(
        project,
        3,
        "c",
        "SELECT 1;",
        'Schema: "core", Dependencies: []string{"nowhere"}, Tags: []string{"bad"},'
      )
      write(project, 4, "d", "SELECT 1;", "Schema: name,")
      write(
        project,
        5,
        "e",
        "-- bfm-schema: core\n-- bfm-depends-on: a, 20250101000002\nSELECT 1;",
        'Schema: "core", Dependencies: []string{"b"},'
      )
      const report = yield* OldRecords.adopt(project)
      const asked = report.questions.map(({ subject, reason }) => `${subject}: ${reason}`)
      assert.deepStrictEqual(asked, [
        `${Scenario.id(1, "a")}: it says another bfm-schema; by the Go BfM: core`,
        `${Scenario.id(2, "b")}: it says another bfm-tags; by the Go BfM: k=v`,
        `${Scenario.id(3, "c")}: it depends on nowhere, which is not among the files: not written`,
        `${Scenario.id(3, "c")}: bfm-tags: invalid bfm-tags entry "bad" (expected key=value)`,
        `${Scenario.id(4, "d")}: line 7 of its .go file: Schema is not written as a text`
      ])
      assert.strictEqual(file(project, 1, "a"), "-- bfm-tags: k=v\n-- bfm-schema: shop\nSELECT 1;")
      assert.strictEqual(file(project, 2, "b"), "-- bfm-schema: core\n-- bfm-tags: k=other\nSELECT 1;")
      assert.strictEqual(file(project, 3, "c"), "-- bfm-schema: core\nSELECT 1;")
      assert.strictEqual(file(project, 4, "d"), "SELECT 1;")
      assert.match(file(project, 5, "e"), /^-- bfm-schema: core\n-- bfm-depends-on: a, /)
      assert.isFalse((yield* OldRecords.adopt(project)).done)
    }).pipe(Effect.scoped)
  )

  it.live("a .go file that cannot be read is asked about, and not taken for one that is not there", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      yield* OldRecords.tables(project, "v0.2")
      write(project, 1, "a", "SELECT 1;")
      fs.mkdirSync(path.join(project.directory, "sfm/postgresql/core", `${Scenario.named(1, "a")}.go`))
      write(project, 2, "b", "SELECT 1;")
      const { questions } = yield* OldRecords.adopt(project)
      assert.deepStrictEqual(
        questions.map(({ subject }) => subject),
        [Scenario.id(1, "a")]
      )
      assert.match(questions[0]?.reason ?? "", /^line 1 of its \.go file: .*directory/)
    }).pipe(Effect.scoped)
  )

  it.live("a file keeps its byte-order mark, its permissions, and the link that leads to it", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      yield* OldRecords.tables(project, "v0.2")
      project.write("/shared.sql", "\ufeffSELECT 1;\r\n")
      const shared = path.join(project.directory, "shared.sql")
      const link = path.join(project.directory, "sfm/postgresql/core", `${Scenario.named(1, "a")}.up.sql`)
      fs.chmodSync(shared, 0o640)
      fs.symlinkSync(shared, link)
      project.write(`${Scenario.named(1, "a")}.go`, go('Schema: "core",'))
      yield* OldRecords.adopt(project)
      assert.isTrue(fs.lstatSync(link).isSymbolicLink())
      assert.strictEqual(fs.readFileSync(shared, "utf8"), "\ufeff-- bfm-schema: core\r\nSELECT 1;\r\n")
      assert.strictEqual(fs.statSync(shared).mode & 0o777, 0o640)
    }).pipe(Effect.scoped)
  )

  it.live("a script that could not be planned any more was applied all the same", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      yield* OldRecords.tables(project, "v0.2")
      write(project, 1, "a", "CREATE TABLE a ();\nCOMMIT;\n{{.Vars.unknown}}", 'Schema: "core",')
      yield* OldRecords.since02(project, of(1, "a", "core"), "applied", [["core", "applied", first]])
      yield* OldRecords.adopt(project)
      assert.deepStrictEqual((yield* project.run(Bfm.up())).applied, [])
      assert.deepStrictEqual(yield* Scenario.statuses(project), { [Scenario.id(1, "a")]: "applied" })
    }).pipe(Effect.scoped)
  )

  it.live("a connection that is not configured is told, and the others are taken over", () =>
    Effect.gen(function* () {
      const { project } = yield* team
      const { entries, questions } = yield* OldRecords.adopt(project)
      assert.deepStrictEqual(new Set(entries.map(({ connection }) => connection)), new Set(["core"]))
      assert.include(
        questions.map(({ subject, reason }) => `${subject}: ${reason}`),
        "connection billing: it is not configured here, and 1 of its migrations are applied by the old records"
      )
    }).pipe(Effect.scoped)
  )

  it.live("the list alone does not prove that something ran in the schema that it names", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      yield* OldRecords.tables(project, "v0.2")
      write(project, 1, "a", "SELECT 1;", 'Schema: "core",')
      write(project, 2, "b", "SELECT 1;", 'Schema: "",')
      // Ran in x on request; the list and, from it, the table of executions say the rest.
      yield* OldRecords.since02(
        project,
        of(1, "a", "core"),
        "applied",
        [["x", "applied", first]],
        [
          ["core", "applied"],
          ["x", "applied"]
        ]
      )
      yield* OldRecords.since02(project, of(2, "b"), "applied", [])
      const { entries, questions } = yield* OldRecords.adopt(project)
      assert.deepStrictEqual(
        entries.map(({ name, schema }) => [name, schema]),
        [["a", "x"]]
      )
      assert.deepStrictEqual(
        questions.map(({ subject, schema, reason }) => [subject, schema, reason]),
        [
          [
            Scenario.id(1, "a"),
            "core",
            "the old list says applied, but what is written down happened in another schema"
          ],
          [Scenario.id(2, "b"), undefined, "the old list says applied, and nothing says in which schema"]
        ]
      )
    }).pipe(Effect.scoped)
  )

  it.live("without tables of a Go BfM there is nothing to read", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      write(project, 1, "a", "SELECT 1;")
      const error = yield* Scenario.failing(OldRecords.adopt(project))
      assert.strictEqual(error._tag, "RequestInvalid")
      assert.match(
        error.message,
        /no tables of a Go BfM in .*schema public: name its state database \(--from\)/
      )
    }).pipe(Effect.scoped)
  )
})
