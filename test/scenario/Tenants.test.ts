import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { PlanRejected, RequestInvalid } from "../../src/domain/Errors.ts"
import * as Bfm from "../../src/interfaces/library/Bfm.ts"
import * as EtcdProject from "../fixtures/EtcdProject.ts"
import * as Greptimedb from "../fixtures/Greptimedb.ts"
import * as Project from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"
import * as TestServer from "../fixtures/TestServer.ts"

const etcd = EtcdProject.shared()

/** Where the tenants come from: a table of their own, as teams have it. */
const query = "select name from public.tenants where active order by n"

/** A team whose table `tenants` has these names, and one migration, `it`, that makes the table `t` in each. */
const team = Effect.fnUntraced(function* (base: typeof Project.make, names: ReadonlyArray<string>) {
  const project = yield* base
  yield* project.query(
    "CREATE TABLE public.tenants (n serial, name text PRIMARY KEY, active boolean NOT NULL DEFAULT true)"
  )
  yield* project.query("INSERT INTO public.tenants (name) SELECT * FROM unnest($1::text[])", [names])
  const write = (n: number, name: string, sql: string) =>
    project.write(`${Scenario.named(n, name)}.up.sql`, `-- bfm-schema: dynamic\n${sql}`)
  write(
    1,
    "it",
    "CREATE TABLE t (id int PRIMARY KEY);\nINSERT INTO t VALUES (1);\nCREATE INDEX t_id ON t (id);"
  )
  const environment = { CORE_TENANTS: query, BFM_DB_MAX_OPEN_CONNS: "4" }
  const up = (options: Parameters<typeof Bfm.up>[1] = {}, schemas: ReadonlyArray<string> = ["all"]) =>
    project.run(Bfm.up({ schemas }, { concurrency: 4, ...options }), environment)
  /** Of a run in which some have to fail; what it came to. */
  const failing = (options: Parameters<typeof Bfm.up>[1]) =>
    Effect.flatMap(Scenario.failing(up(options)), error =>
      "result" in error ? Effect.succeed(error.result) : Effect.die(error)
    )
  const cli = (...args: ReadonlyArray<string>) => project.cli(args, environment)
  return { project, environment, write, up, failing, cli }
})

const it1 = Scenario.id(1, "it")

const numbered = (count: number) =>
  Array.from({ length: count }, (_, n) => `tenant_${String(n).padStart(4, "0")}`)

/** Names as tenants have them. */
const odd = ["tenant_a", "Tenant_A", 'quo"te', "o'brien", "a-b.c d", "名前", "all", "x*y"]

/** Waits for all of them. */
const afterAll = "-- bfm-schema: public\n-- bfm-depends-on: tenants:it\nCREATE TABLE after_all (id int);"

const made = (project: Project.Project) =>
  Effect.map(
    project.query(`SELECT schemaname FROM pg_tables WHERE tablename = 't' ORDER BY schemaname COLLATE "C"`),
    rows => rows.map(({ schemaname }) => String(schemaname))
  )

/** A table in the way of the migration. */
const obstruct = (project: Project.Project, ...names: ReadonlyArray<string>) =>
  Effect.forEach(names, name => project.query(`CREATE SCHEMA "${name}" CREATE TABLE t (id int)`))

describe.each([
  { state: "PostgreSQL", base: Project.make },
  { state: "MariaDB", base: Project.makeOnMysql }
])("tenants, the state in $state", ({ base }) => {
  it.scopedLive("each is migrated once, whatever its name; only those that need it are touched", () =>
    Effect.gen(function* () {
      const { project, up, cli } = yield* team(base, odd)
      const { applied } = yield* up()
      assert.deepStrictEqual([...applied].sort(), odd.map(name => `${name}_${it1}`).sort())
      assert.deepStrictEqual(yield* made(project), [...odd].sort())
      yield* project.query("INSERT INTO public.tenants (name) VALUES ('late'), ('asleep')")
      yield* project.query("UPDATE public.tenants SET active = false WHERE name = 'asleep'")
      assert.deepStrictEqual((yield* up()).applied, [`late_${it1}`])
      assert.deepStrictEqual((yield* up()).applied, [])
      assert.lengthOf(yield* Scenario.agreed(project), odd.length + 1)
      const told = JSON.parse((yield* cli("tenants", "--json")).stdout)
      assert.deepInclude(told.connections[0], { tenants: odd.length + 1, at_head: odd.length + 1, failed: 0 })
    })
  )
})

it.scopedLive("the history of one is found by its id, however much has happened in others since", () =>
  Effect.gen(function* () {
    const { project, environment, up } = yield* team(Project.make, ["one", "two"])
    yield* up()
    yield* project.queryState(
      `INSERT INTO bfm_history (event_key, migration_id, schema, version, name, connection, backend, event, at, actor, method, run_id)
       SELECT event_key || n, migration_id, schema, version, name, connection, backend, event, at, actor, method, run_id
       FROM bfm_history, generate_series(1, 1000) n WHERE schema = 'two'`
    )
    const { items } = yield* project.run(Bfm.history({ id: `one_${it1}`, limit: 5 }), environment)
    assert.deepStrictEqual(
      items.map(({ schema, event }) => [schema, event]),
      [["one", "applied"]]
    )
  })
)

// With the state in PostgreSQL worse happens to them, below.
describe("tenants, the state in MariaDB", () => {
  it.scopedLive("150 of them, killed in the middle: the next run does the rest, each once", () =>
    Effect.gen(function* () {
      const names = numbered(150)
      const { project, environment, up } = yield* team(Project.makeOnMysql, names)
      const count = Effect.orElseSucceed(
        Effect.sandbox(Scenario.count(project, "SELECT count(*) FROM bfm.ledger")),
        () => 0
      )
      const child = project.spawn(["migrate", "up", "--schema", "all", "--concurrency", "4"], environment)
      const ended = yield* Effect.fork(Project.ended(child))
      yield* Effect.repeat(count, {
        until: done => done >= 60,
        schedule: Schedule.spaced("25 millis")
      }).pipe(Effect.timeout("120 seconds"))
      child.kill("SIGKILL")
      yield* ended.await
      const before = yield* count
      assert.isBelow(before, 150)
      const { applied } = yield* up()
      assert.strictEqual((yield* made(project)).length, 150)
      assert.isAtMost(applied.length, 150 - before)
      assert.lengthOf(yield* Scenario.agreed(project), 150)
      const { items } = yield* project.run(Bfm.history({ limit: 1 }), environment)
      assert.lengthOf(items, 1)
      assert.deepStrictEqual(
        yield* project.queryState(
          "SELECT count(*) AS n FROM bfm_history WHERE event = 'applied' GROUP BY migration_id, `schema` HAVING count(*) > 1"
        ),
        []
      )
    })
  )
})

/** As many as a test in passing can do; BFM_TEST_TENANTS=2000 asks for more. */
const crowd = Number(process.env["BFM_TEST_TENANTS"] ?? 150)

describe("disasters", () => {
  it.scopedLive(
    `${crowd} tenants, the process killed and the server crashed again and again: each is migrated once`,
    () =>
      Effect.gen(function* () {
        const server = yield* TestServer.startSteady
        const { project, environment } = yield* team(Project.makeOn(server), numbered(crowd))
        const count = Effect.orElseSucceed(
          Effect.sandbox(Scenario.count(project, "SELECT count(*) FROM bfm.ledger")),
          () => 0
        )
        const begin = Effect.sync(() =>
          project.spawn(["migrate", "up", "--schema", "all", "--concurrency", "4"], environment)
        )
        for (const [n, what] of (["kill", "crash", "kill", "crash"] as const).entries()) {
          const child = yield* begin
          const ended = yield* Effect.fork(Project.ended(child))
          const enough = (crowd * (n + 1 + Math.random())) / 6
          yield* Effect.repeat(count, {
            until: done => done >= enough || child.exitCode !== null,
            schedule: Schedule.spaced("25 millis")
          }).pipe(Effect.timeout("170 seconds"))
          if (what === "kill") child.kill("SIGKILL")
          else yield* server.restart
          yield* ended.await
        }
        assert.isAbove(yield* count, 0)
        const last = yield* Effect.flatMap(begin, Project.ended)
        assert.strictEqual(last.code, 0, last.stderr)
        assert.lengthOf(yield* made(project), crowd)
        assert.lengthOf(yield* Scenario.agreed(project), crowd)
        assert.deepStrictEqual(
          yield* project.query("SELECT schema FROM bfm.ledger GROUP BY schema HAVING count(*) <> 1"),
          []
        )
        assert.deepStrictEqual(
          yield* project.queryState(
            "SELECT schema FROM bfm_history WHERE event = 'applied' GROUP BY schema HAVING count(*) > 1"
          ),
          []
        )
      }),
    { timeout: 900_000 }
  )
})

describe("a rollout", () => {
  it.scopedLive("a canary that fails keeps all others from it", () =>
    Effect.gen(function* () {
      const { project, failing } = yield* team(Project.make, numbered(20))
      project.write(`${Scenario.named(2, "after")}.up.sql`, afterAll)
      yield* obstruct(project, "tenant_0001")
      const result = yield* failing({ canary: 3, on_failure: "continue" })
      assert.strictEqual(result.state, "failed")
      assert.lengthOf(result.applied, 2)
      assert.lengthOf(result.not_run, 18)
      assert.strictEqual(result.not_run[0]?.reason, `stopped after the canary: tenant_0001_${it1} failed`)
    })
  )

  it.scopedLive("pauses after the canary and after each wave, until somebody wants the next", () =>
    Effect.gen(function* () {
      const { cli, project } = yield* team(Project.make, numbered(9))
      project.write(`${Scenario.named(2, "after")}.up.sql`, afterAll)
      const asked = ["--canary", "2", "--waves", "3,*", "--pause", "--json"]
      const first = yield* cli("migrate", "up", "--schema", "all", ...asked)
      assert.strictEqual(first.code, 2, first.stderr)
      const { state, applied, not_run, run_id } = JSON.parse(first.stdout)
      assert.deepStrictEqual([state, applied.length, not_run.length], ["paused", 2, 8])
      assert.strictEqual(not_run[0].reason, "the run pauses after the canary")
      const second = yield* cli("runs", "resume", run_id)
      assert.strictEqual(second.code, 2, second.stderr)
      const [, next] = /the run pauses after its first wave\n {2}Go on: bfm runs resume (\w+)\n/.exec(
        second.stdout
      ) ?? [second.stdout]
      assert.lengthOf(yield* made(project), 5)
      const shown = yield* cli("runs", "show", String(next))
      assert.match(shown.stdout, /paused/)
      const third = yield* cli("runs", "resume", String(next))
      assert.strictEqual(third.code, 0, third.stderr)
      assert.lengthOf(yield* made(project), 9)
      const again = yield* cli("runs", "resume", String(next))
      assert.match(again.stderr, /is continued by run/)
    })
  )

  it.scopedLive("is told by status as it would be carried out, whatever a file says of its schema", () =>
    Effect.gen(function* () {
      const { cli, project } = yield* team(Project.make, ["a", "b"])
      project.write(`${Scenario.named(2, "undeclared")}.up.sql`, "CREATE TABLE u (id int);")
      project.write(`${Scenario.named(3, "fixed")}.up.sql`, "-- bfm-schema: app\nCREATE TABLE f (id int);")
      const pending = Effect.fnUntraced(function* (...schemas: ReadonlyArray<string>) {
        const words = schemas.flatMap(name => ["--schema", name])
        const status = yield* cli("status", "--json", "--exit-code", ...words)
        const plan = yield* cli("migrate", "plan", "--json", ...words)
        const told: ReadonlyArray<Record<string, string>> = JSON.parse(status.stdout).items
        const open = told.filter(item => item["status"] === "pending")
        const planned: ReadonlyArray<Record<string, string>> = JSON.parse(plan.stdout).plan.steps
        assert.sameMembers(
          open.map(item => `${item["schema"]} ${item["name"]}`),
          planned.filter(({ name }) => name !== "fixed").map(step => `${step["schema"]} ${step["name"]}`)
        )
        assert.strictEqual(status.code, open.length > 0 ? 2 : 0)
        return open.length
      })
      assert.strictEqual(yield* pending("all"), 4)
      yield* cli("migrate", "up", "--schema", "a", "--yes")
      assert.deepStrictEqual(yield* Effect.forEach(["a", "b", "all"], name => pending(name)), [0, 2, 2])
    })
  )

  it.scopedLive("takes back in the order of the list too", () =>
    Effect.gen(function* () {
      const { cli, project, up } = yield* team(Project.make, ["zz_canary", "aa_large", "bb_large"])
      project.write(`${Scenario.named(1, "it")}.down.sql`, "DROP TABLE t;")
      yield* up()
      const options = ["--schema", "all", "--canary", "1", "--pause", "--yes"]
      const down = yield* cli("migrate", "down", it1, ...options)
      assert.strictEqual(down.code, 2, down.stderr)
      assert.deepStrictEqual(yield* made(project), ["aa_large", "bb_large"])
    })
  )

  it.scopedLive("goes on within the limit, and stops beyond it; causes are told once", () =>
    Effect.gen(function* () {
      const { project, failing, up, cli } = yield* team(Project.make, numbered(20))
      yield* obstruct(project, "tenant_0002", "tenant_0005", "tenant_0007")
      const stopped = yield* failing({ waves: "5,5,*", max_failures: "1", concurrency: 1 })
      assert.deepStrictEqual(
        [stopped.applied.length, stopped.failures.length, stopped.not_run.length],
        [4, 2, 14]
      )
      assert.strictEqual(stopped.not_run[0]?.reason, "2 schemas failed, the limit is 1")
      const result = yield* failing({ max_failures: "20%" })
      assert.deepStrictEqual(
        [result.applied.length, result.failures.length, result.not_run.length],
        [13, 3, 0]
      )
      assert.deepStrictEqual(
        result.causes.map(({ count, code, schemas }) => [count, code, [...schemas].sort()]),
        [[3, "42P07", ["tenant_0002", "tenant_0005", "tenant_0007"]]]
      )
      const table = yield* cli("tenants")
      assert.match(table.stdout, /17 of 20 tenants at head · 3 failed/)
      assert.match(table.stdout, /✘ 3 tenants: 42P07 relation "t" already exists \(tenant_0002, /)
      yield* Effect.forEach(["tenant_0002", "tenant_0005", "tenant_0007"], name =>
        project.query(`DROP TABLE "${name}".t`)
      )
      assert.lengthOf((yield* up()).applied, 3)
    })
  )

  it.scopedLive("a tenant that somebody else migrates is one that failed, with his name", () =>
    Effect.gen(function* () {
      const { project, environment, up, cli } = yield* team(Project.make, numbered(6))
      yield* up()
      const gate = yield* Scenario.gate(project)
      const only = gate.statement.replace(" FOR", " WHERE current_schema() = 'tenant_0003' FOR")
      project.write(
        `${Scenario.named(2, "slow")}.up.sql`,
        `-- bfm-schema: dynamic\n${only};\nCREATE TABLE slow (id int);`
      )
      const first = yield* Effect.fork(
        project.cli(["migrate", "up", "--schema", "tenant_0003"], { ...environment, BFM_ACTOR: "ann" })
      )
      yield* Scenario.waiting(project, "public\\.gate WHERE")
      const { code, stdout, stderr } = yield* project.cli(
        ["migrate", "up", "--schema", "all", "--on-failure", "continue", "--json"],
        { ...environment, BFM_LOCK_TIMEOUT: "100ms" }
      )
      assert.strictEqual(code, 4, stderr)
      const result = JSON.parse(stdout)
      assert.lengthOf(result.applied, 5)
      assert.deepStrictEqual(
        result.failures.map((failure: Record<string, unknown>) => [failure["schema"], failure["code"]]),
        [["tenant_0003", "LockBusy"]]
      )
      assert.match(result.failures[0].reason, /by ann \(run /)
      yield* gate.open
      assert.strictEqual((yield* Effect.flatten(first.await)).code, 0)
      assert.strictEqual((yield* cli("migrate", "up", "--schema", "all")).code, 0)
      assert.lengthOf(yield* Scenario.agreed(project), 12)
    })
  )

  it.scopedLive("patterns, new tenants, and what stands for nothing", () =>
    Effect.gen(function* () {
      const { project, environment, up, cli } = yield* team(Project.make, ["a_1", "a_2", "b_1"])
      assert.lengthOf((yield* up({}, ["a_*"])).applied, 2)
      const nobody = yield* Scenario.failing(up({}, ["z_*"]))
      assert.instanceOf(nobody, RequestInvalid)
      assert.match(nobody.message, /no schema of core matches z_\* \(see CORE_TENANTS\)/)
      const broken = yield* Scenario.failing(
        project.run(Bfm.up({ schemas: ["all"] }), {
          ...environment,
          CORE_TENANTS: "select name from nowhere"
        })
      )
      assert.match(broken.message, /read the tenants.*nowhere/s)
      // By its place, whatever columns are called.
      const alike = { ...environment, CORE_TENANTS: `select 'a_1' as name, 'x' as name, 'y' as "1"` }
      const planned = yield* project.run(Bfm.plan({ schemas: ["all"] }), alike)
      assert.deepStrictEqual([planned.skipped.length, planned.steps.length], [1, 0])
      assert.strictEqual((yield* cli("tenants", "provision", "all")).code, 0)
      assert.deepStrictEqual(yield* made(project), ["a_1", "a_2", "all"])
      assert.match((yield* cli("tenants")).stdout, /2 of 3 tenants at head · 1 behind/)
      const seen = (...schemas: ReadonlyArray<string>) =>
        Effect.map(project.run(Bfm.status({ schemas }), environment), ({ items }) =>
          items.map(({ schema, status }) => `${schema} ${status}`)
        )
      assert.deepStrictEqual(yield* seen("a_*"), ["a_1 applied", "a_2 applied"])
      assert.deepStrictEqual(yield* seen("all"), ["a_1 applied", "a_2 applied", "b_1 pending"])
      assert.deepStrictEqual(yield* seen("=all", "b_*"), ["all applied", "b_1 pending"])
      assert.instanceOf(yield* Scenario.failing(seen("z_*")), RequestInvalid)
      assert.strictEqual((yield* cli("status", "--schema", "a_*", "--exit-code")).code, 0)
      assert.strictEqual((yield* cli("status", "--schema", "all", "--exit-code")).code, 2)
    })
  )

  it.scopedLive("a barrier waits for a share of the tenants", () =>
    Effect.gen(function* () {
      const { project, environment, write, up } = yield* team(Project.make, numbered(10))
      project.write(
        `${Scenario.named(3, "contract")}.up.sql`,
        `-- bfm-schema: public\n-- bfm-depends-on: tenants:core/${Scenario.version(1)}>=90%\nCREATE TABLE contract (id int);`
      )
      const version = { target: { version: Scenario.version(3) } }
      const rejected = yield* Scenario.failing(project.run(Bfm.up(version), environment))
      assert.instanceOf(rejected, PlanRejected)
      assert.match(rejected.message, /applied in 0 of 10 tenants of core \(0 %\), 9 more are needed/)
      yield* up({}, numbered(8))
      const { waiting } = yield* project.run(Bfm.plan({}), environment)
      assert.match(
        waiting.find(({ name }) => name === "contract")?.reason ?? "",
        /^waits: tenants:core\/\d+>=90%: applied in 8 of 10 tenants of core \(80 %\), 1 more are needed$/
      )
      // What the same run does first counts too, and the barrier's migration comes after it.
      const { applied } = yield* up()
      assert.lengthOf(applied, 3)
      assert.strictEqual(applied.at(-1), Scenario.id(3, "contract"))
      write(4, "more", "CREATE TABLE more (id int);")
      assert.lengthOf((yield* up()).applied, 10)
    })
  )
})

describe("tenants of other backends", () => {
  it.scopedLive("etcd: the children of a prefix", () =>
    Effect.gen(function* () {
      const project = yield* EtcdProject.make(etcd())
      project.migration(1, "flags", `{"bfm":{"schema":"dynamic"},"operations":[{"key":"flag","value":"on"}]}`)
      const environment = { ...project.metadata, METADATA_TENANTS: "tenants/" }
      const up = project.run(Bfm.up({ schemas: ["tenants/acm*"] }), environment)
      const put = (key: string, value: string) => Effect.promise(() => etcd().client.put(key).value(value))
      yield* put(`${project.prefix}tenants/acme/name`, "Acme")
      yield* put(`${project.prefix}tenants/other/name`, "Other")
      assert.lengthOf((yield* up).applied, 1)
      assert.lengthOf((yield* project.run(Bfm.up({ schemas: ["all"] }), environment)).applied, 1)
      const keys = yield* project.keys
      assert.deepInclude(keys, { "tenants/acme/flag": "on", "tenants/other/flag": "on" })
    })
  )

  it.scopedLive("GreptimeDB: databases by a list, a pattern or a query", () =>
    Effect.gen(function* () {
      const at = yield* Greptimedb.make()
      at.write(
        1,
        "it",
        "-- bfm-schema: dynamic\nCREATE TABLE t (host STRING PRIMARY KEY, ts TIMESTAMP TIME INDEX);"
      )
      const all = (tenants: string) =>
        at.run(Bfm.up({ schemas: ["all"], target: { connections: ["logs"] } }), { LOGS_TENANTS: tenants })
      assert.lengthOf((yield* all("t_one, t_two")).applied, 2)
      const again = yield* all(
        "select schema_name from information_schema.schemata where schema_name like 't%' order by 1"
      )
      assert.deepStrictEqual([again.applied, again.skipped.length], [[], 2])
      const pattern = yield* at.run(Bfm.plan({ schemas: ["t_*"], target: { connections: ["logs"] } }))
      assert.lengthOf(pattern.skipped, 2)
    })
  )
})
