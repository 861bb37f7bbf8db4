import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Bfm from "../../src/interfaces/library/Bfm.ts"
import * as Project from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"

const file = (n: number, name: string) => `${Scenario.named(n, name)}.ts`

/** A migration module; `up` and `down` are bodies of generators that have a `session`. */
const module = ({
  up,
  down,
  more = ""
}: {
  readonly up: string
  readonly down?: string
  readonly more?: string
}) => {
  const effect = (body: string) =>
    `Effect.gen(function* () {\n    const session = yield* Session\n    ${body}\n  })`
  return `import { Migration, Session } from "bfm"
import * as Effect from "effect/Effect"

export default Migration.make({
  ${more}up: ${effect(up)}${down === undefined ? "" : `,\n  down: ${effect(down)}`}
})
`
}

const [users, names] = [Scenario.id(1, "users"), Scenario.id(2, "names")]

/** Three users in SQL, and a program that makes a table from what it reads of them. */
const backfill = module({
  more: 'dependsOn: ["users"],\n  ',
  up: `yield* session.execute("CREATE TABLE names (id int, name text)")
    const rows = yield* session.query("SELECT id, email FROM users WHERE id > $1 ORDER BY id", [0])
    for (const { id, email } of rows)
      yield* session.execute("INSERT INTO names VALUES ($1, $2)", [Number(id), String(email).split("@")[0] ?? ""])`,
  down: 'yield* session.execute("DROP TABLE names")'
})

const project = Effect.tap(Project.make, made => {
  made.write(
    `${Scenario.named(1, "users")}.up.sql`,
    "CREATE TABLE users (id int, email text);\nINSERT INTO users VALUES (1, 'ada@x'), (2, 'it''s@x'), (0, 'no@x');"
  )
  made.write(`${Scenario.named(1, "users")}.down.sql`, "DROP TABLE users;")
  made.write(file(2, "names"), backfill)
})

const tables = (made: Project.Project) =>
  Effect.map(made.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"), rows =>
    rows.map(({ tablename }) => tablename)
  )

const rows = [
  { id: 1, name: "ada" },
  { id: 2, name: "it's" }
]

describe("a migration written in TypeScript", () => {
  it.scopedLive("runs after the SQL migration that it depends on, reads, writes, and is taken back", () =>
    Effect.gen(function* () {
      const made = yield* project
      const version = Scenario.version(2)
      assert.deepStrictEqual((yield* Scenario.up(made, { target: { version } })).applied, [users, names])
      assert.deepStrictEqual(yield* made.query("SELECT * FROM names ORDER BY id"), rows)
      assert.deepStrictEqual(yield* Scenario.agreed(made), [users, names])
      const again = yield* Scenario.up(made)
      assert.deepStrictEqual([again.applied, again.skipped], [[], [users, names]])
      const [problem] = yield* Scenario.rejected(made.run(Bfm.down({ id: users })))
      assert.deepStrictEqual([problem?.kind, problem?.id], ["dependents_applied", users])
      const down = yield* made.run(Bfm.down({ id: users, cascade: true }))
      assert.deepStrictEqual(down.applied, [names, users])
      assert.deepStrictEqual(yield* tables(made), [])
      assert.deepStrictEqual(yield* Scenario.statuses(made), {
        [users]: "rolled_back",
        [names]: "rolled_back"
      })
    })
  )

  it.scopedLive("a plan shows its statements up to what depends on data, and says so", () =>
    Effect.gen(function* () {
      const made = yield* project
      made.write(
        file(3, "plain"),
        module({ up: 'for (const n of [1, 2]) yield* session.execute("CREATE TABLE t" + n + " (id int)")' })
      )
      const { steps } = yield* made.run(Bfm.plan())
      assert.deepStrictEqual(
        steps.map(step => [
          step.mode,
          step.depends_on_data,
          step.units.flatMap(({ statements }) => statements.map(({ text }) => text)).length,
          step.warnings.length
        ]),
        [
          ["transaction", false, 2, 0],
          ["program", true, 1, 1],
          ["program", false, 2, 0]
        ]
      )
      assert.match(steps[1]?.warnings[0] ?? "", /depend on data .* may not be all/)
      assert.deepStrictEqual(
        steps[2]?.units[0]?.statements.map(({ text }) => text),
        ["CREATE TABLE t1 (id int)", "CREATE TABLE t2 (id int)"]
      )
      assert.deepStrictEqual(yield* tables(made), [])
      yield* Scenario.up(made)
      assert.deepStrictEqual(yield* tables(made), ["names", "t1", "t2", "users"])
    })
  )

  it.scopedLive("a rehearsal really runs it, and nothing stays", () =>
    Effect.gen(function* () {
      const made = yield* project
      assert.lengthOf((yield* made.run(Bfm.rehearse())).applied, 2)
      assert.deepStrictEqual(yield* tables(made), [])
      made.write(file(2, "names"), backfill.replace("INSERT INTO names", "INSERT INTO nmes"))
      const error = yield* Effect.flip(made.run(Bfm.rehearse()))
      assert.match(error.message, /relation "nmes" does not exist/)
      assert.deepStrictEqual(yield* tables(made), [])
    })
  )

  it.scopedLive("knows its schema, and its unqualified names are there", () =>
    Effect.gen(function* () {
      const made = yield* Project.make
      made.write(
        file(1, "tenant"),
        module({
          more: 'schema: "dynamic",\n  ',
          up: 'yield* session.execute("CREATE TABLE t AS SELECT $1::text AS schema", [session.schema])'
        })
      )
      const schemas = ["a", 'b"c']
      yield* Scenario.up(made, { schemas })
      assert.deepStrictEqual(
        yield* made.query('SELECT schema FROM a.t UNION ALL SELECT schema FROM "b""c".t'),
        schemas.map(schema => ({ schema }))
      )
    })
  )
})

describe("a program that fails", () => {
  const broken = {
    "by a statement that the server refuses": [
      'yield* session.execute("CREATE TABLE half ()")\n    yield* session.execute("INSERT INTO nowhere VALUES (1)")',
      /relation "nowhere" does not exist/
    ],
    "by its own decision, after it has read": [
      'yield* session.execute("CREATE TABLE half ()")\n    const [row] = yield* session.query("SELECT count(*)::int AS n FROM users")\n    if (row?.["n"] !== 4) yield* Effect.fail(new Error("expected 4 users, found " + row?.["n"]))',
      /names\.ts failed: expected 4 users, found 3/
    ],
    "by a defect": [
      'yield* session.execute("CREATE TABLE half ()")\n    yield* session.query("SELECT 1")\n    throw new TypeError("oops")',
      /names\.ts failed: oops/
    ],
    "and goes on as if nothing had happened": [
      'yield* session.query("SELECT 1")\n    yield* Effect.ignore(session.execute("INSERT INTO nowhere VALUES (1)"))',
      /relation "nowhere" does not exist/
    ],
    "by interrupting itself": [
      'yield* session.query("SELECT 1")\n    yield* session.execute("CREATE TABLE half ()")\n    yield* Effect.interrupt',
      /names\.ts failed: it interrupted itself/
    ],
    "with something that is no error": [
      'yield* session.query("SELECT 1")\n    yield* session.execute("CREATE TABLE half ()")\n    yield* Effect.fail("plain words")',
      /names\.ts failed: plain words/
    ],
    "by ending the transaction behind our back": [
      'yield* session.query("SELECT 1")\n    yield* session.execute("CREATE TABLE half ()")\n    yield* session.execute("COMMIT")',
      /COMMIT/
    ]
  } as const
  for (const [what, [up, reason]] of Object.entries(broken)) {
    it.scopedLive(`${what}: nothing of it is left, and the mended one runs`, () =>
      Effect.gen(function* () {
        const made = yield* project
        yield* Scenario.up(made, { to: Scenario.version(1) })
        made.write(file(2, "names"), module({ up }))
        const failure = yield* Scenario.upFailure(made)
        assert.strictEqual(failure.id, names)
        assert.match(failure.reason, reason)
        assert.match(failure.path, /20250101000002_names\.ts$/)
        assert.deepStrictEqual(yield* tables(made), ["users"])
        assert.deepStrictEqual(yield* Scenario.statuses(made), { [users]: "applied", [names]: "failed" })
        made.write(file(2, "names"), backfill)
        assert.deepStrictEqual((yield* Scenario.up(made)).applied, [names])
        assert.deepStrictEqual(yield* made.query("SELECT * FROM names ORDER BY id"), rows)
      })
    )
  }

  it.scopedLive("while it is only planned: nothing runs, and every problem is told", () =>
    Effect.gen(function* () {
      const made = yield* project
      made.write(file(2, "names"), module({ up: 'yield* Effect.fail(new Error("not today"))' }))
      made.write(file(3, "commits"), module({ up: 'yield* session.execute("COMMIT")' }))
      const problems = yield* Scenario.rejected(Scenario.up(made))
      assert.deepStrictEqual(
        problems.map(({ kind, id }) => [kind, id]),
        [
          ["program", names],
          ["program", Scenario.id(3, "commits")]
        ]
      )
      assert.match(problems[0]?.reason ?? "", /not today/)
      assert.match(problems[1]?.reason ?? "", /COMMIT/)
      assert.deepStrictEqual(yield* tables(made), [])
    })
  )
})

describe("a program that goes on after a statement was refused", () => {
  it.scopedLive("is told why that is of no use", () =>
    Effect.gen(function* () {
      const made = yield* project
      const up = `yield* session.query("SELECT 1")
    yield* Effect.ignore(session.execute("DROP TABLE nowhere"))
    yield* session.execute("CREATE TABLE half ()")`
      made.write(file(2, "names"), module({ up }))
      const failure = yield* Scenario.upFailure(made)
      assert.strictEqual(failure.code, "42P01")
      assert.match(failure.hint ?? "", /went on.* IF EXISTS/)
    })
  )
})

describe("a program that waits for something else than the server", () => {
  it.scopedLive("is cancelled by Ctrl-C like a statement, and nothing of it is left", () =>
    Effect.gen(function* () {
      const made = yield* project
      const waiting = `yield* session.query("SELECT 1")
    yield* Effect.ignore(session.execute("CREATE TABLE half ()"))
    yield* Effect.ensuring(Effect.never, Effect.ignore(session.execute("DROP TABLE half")))`
      made.write(file(2, "names"), module({ up: waiting }))
      const child = made.spawn(["migrate", "up", "--json"])
      const ended = yield* Effect.fork(Project.ended(child))
      yield* Scenario.until(
        made.query(
          "SELECT 1 FROM pg_stat_activity WHERE state = 'idle in transaction' AND query ~ 'TABLE half'"
        ),
        "the program waits"
      )
      child.kill("SIGINT")
      const { code, stdout } = yield* Fiber.join(ended)
      assert.strictEqual(code, 130)
      const result = JSON.parse(stdout)
      assert.deepStrictEqual(result.applied, [users])
      assert.deepInclude(result.failures[0], { id: names, code: "57014" })
      assert.deepStrictEqual(yield* tables(made), ["users"])
    })
  )
})

describe("an applied program whose text was edited", () => {
  it.scopedLive("is changed: its checksum is its text", () =>
    Effect.gen(function* () {
      const made = yield* project
      yield* Scenario.up(made)
      made.write(file(2, "names"), backfill.replace("id > $1", "id >= $1"))
      const error = yield* Scenario.upFails(made)
      assert.strictEqual(error._tag, "MigrationChanged")
      assert.strictEqual((yield* Scenario.statuses(made))[names], "changed")
      const { items } = yield* made.run(Bfm.validate({ ids: [names] }))
      assert.deepStrictEqual([items[0]?.verdict, items[0]?.applied_text], ["changed", backfill])
      made.write(file(2, "names"), backfill.replaceAll("\n", "\r\n"))
      assert.deepStrictEqual((yield* Scenario.up(made)).applied, [])
    })
  )
})

describe("on the command line", () => {
  it.scopedLive("it is planned, applied, shown and taken back", () =>
    Effect.gen(function* () {
      const made = yield* project
      const plan = yield* made.cli(["migrate", "plan"])
      assert.strictEqual(plan.code, 0, plan.stderr)
      assert.include(plan.stdout, "CREATE TABLE names (id int, name text)")
      assert.match(plan.stdout, /depend on data/)
      const up = yield* made.cli(["migrate", "up", "--json"])
      assert.strictEqual(up.code, 0, up.stderr)
      assert.deepStrictEqual(JSON.parse(up.stdout).applied, [users, names])
      assert.deepStrictEqual(yield* made.query("SELECT * FROM names ORDER BY id"), rows)
      const down = yield* made.cli(["migrate", "down", names, "--yes"])
      assert.strictEqual(down.code, 0, down.stderr)
      assert.deepStrictEqual(yield* tables(made), ["users"])
      made.write(file(2, "names"), backfill.replace("FROM users", "FROM usrs"))
      const failed = yield* made.cli(["migrate", "up", "--yes"])
      assert.strictEqual(failed.code, 4)
      assert.match(failed.stdout + failed.stderr, /relation "usrs" does not exist/)
      assert.deepStrictEqual(yield* tables(made), ["users"])
    })
  )

  it.scopedLive("what it prints is no part of the answer", () =>
    Effect.gen(function* () {
      const made = yield* project
      const up = `yield* session.query("SELECT 1")
    yield* Effect.sync(() => console.log("in the run"))`
      made.write(file(2, "names"), `console.log("on its way in")\n${module({ up })}`)
      const { code, stdout, stderr } = yield* made.cli(["migrate", "up", "--json"])
      assert.strictEqual(code, 0, stderr)
      assert.deepStrictEqual(JSON.parse(stdout).applied, [users, names])
      assert.match(stderr, /on its way in\n.*in the run/s)
    })
  )

  it.scopedLive("one that ends the process does not look like success", () =>
    Effect.gen(function* () {
      const made = yield* project
      made.write(file(2, "names"), "process.exit(0)")
      const { code, stderr } = yield* made.cli(["migrate", "up"])
      assert.strictEqual(code, 1)
      assert.match(stderr, /ended before it was done: .*process\.exit/)
    })
  )
})
