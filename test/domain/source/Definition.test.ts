import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Backend } from "../../../src/domain/Backend.ts"
import { Session } from "../../../src/domain/Session.ts"
import * as Definition from "../../../src/domain/source/Definition.ts"
import * as Metadata from "../../../src/domain/source/Metadata.ts"
import { fromScripts, type Sourced } from "../../../src/domain/source/Scripts.ts"

const source = {
  ...{ backend: "postgresql" as Backend, connection: "core", version: "20250101120000", name: "backfill" },
  ...{ path: "sfm/backfill.ts", text: "export default Migration.make({\n  tags: {},\n  lockTimeout: 1\n})" }
}
const program = (definition: unknown, more: Partial<typeof source> = {}) =>
  Definition.fromProgram({ ...source, ...more, definition }, "postgresql/core/backfill.ts")
const made = (specification: Partial<Definition.Specification>) =>
  program(Definition.make({ up: Effect.void, ...specification }))
const problems = (migration: Sourced) =>
  migration.problems.map(({ path, line, reason }) => `${path}:${line ?? ""} ${reason}`)
const place = "postgresql/core/backfill.ts"

/** What a change sends, and how it ends. */
const sent = (change: Sourced["up"] | undefined) => {
  const statements: Array<string> = []
  const session = {
    schema: "core",
    execute: (statement: string) => Effect.sync(() => void statements.push(statement)),
    query: () => Effect.succeed([])
  }
  return change?._tag === "Program"
    ? Effect.map(Effect.either(Effect.provideService(change.run, Session, session)), end => ({
        statements,
        end
      }))
    : Effect.dieMessage("is not a program")
}

describe("a migration written as a program", () => {
  it.effect("is what its author says of it, and its file", () =>
    Effect.gen(function* () {
      const execute = (text: string) => Effect.flatMap(Session, session => session.execute(text))
      const migration = made({
        ...{ schema: "shop", table: "users", tags: { Env: "prod" }, dependsOn: ["logs/x"] },
        ...{ requires: ["table core.a"], lockTimeout: "5s", statementTimeout: Duration.minutes(2) },
        up: Effect.as(execute("up"), "a value that nobody wants"),
        down: execute("down")
      })
      const { up, down, ...rest } = migration
      assert.deepStrictEqual(rest, {
        ...{ backend: "postgresql", connection: "core", version: "20250101120000", name: "backfill" },
        ...{ schema: { _tag: "Fixed", name: "shop" }, table: "users", tags: { env: "prod" } },
        dependsOn: [{ connection: "logs", target: "x" }],
        requires: [{ kind: "table", name: "core.a" }],
        ...{ transaction: "own", lockTimeout: 5_000, statementTimeout: 120_000, problems: [] }
      })
      assert.deepStrictEqual([up.path, up.text, down?.path], [source.path, source.text, source.path])
      const { statements, end } = yield* sent(up)
      assert.deepStrictEqual(statements, ["up"])
      assert.deepInclude(end, { _tag: "Right", right: undefined })
      assert.deepStrictEqual((yield* sent(down)).statements, ["down"])
    })
  )

  it("needs nothing but what it does", () => {
    const migration = made({})
    assert.notProperty(migration, "down")
    assert.notProperty(migration, "lockTimeout")
    assert.deepStrictEqual([migration.problems, migration.dependsOn], [[], []])
  })

  it.each([
    ["500ms", 500],
    ["2h", 7_200_000],
    ["10 minutes", 600_000],
    [1_500, 1_500],
    [Duration.zero, 0]
  ] as const)("understands the time %s", (lockTimeout, expected) => {
    const migration = made({ lockTimeout })
    assert.deepStrictEqual([migration.lockTimeout, migration.problems], [expected, []])
  })

  it("that says something which is not understood is refused where it says so, and still known", () => {
    const migration = program(
      Object.assign(Definition.make({ up: Effect.void, lockTimeout: "soon" as "5s" }), {
        tags: { a: 1 },
        tabel: "x"
      })
    )
    assert.strictEqual(migration.name, "backfill")
    assert.deepStrictEqual(problems(migration), [
      `${place}:2 tags must be an object of texts, {"env": "prod"}`,
      `${place}: unknown field tabel; did you mean table?`,
      `${place}:3 lockTimeout: "soon" is not a time such as 500ms, 5s, 10m or 1h`
    ])
  })

  it.effect("that does nothing that can be run says so before, and when it is run all the same", () =>
    Effect.gen(function* () {
      const wrong = (() => 1) as unknown as Effect.Effect<void>
      const migration = made({ up: wrong, down: wrong })
      assert.deepStrictEqual(problems(migration), [
        `${place}: up must be an Effect`,
        `${place}: down must be an Effect`
      ])
      const { end } = yield* sent(migration.down)
      assert.deepInclude(end, { _tag: "Left", left: { message: "is not an Effect" } })
    })
  )

  it.effect.each([undefined, null, 7, "up", { up: Effect.void }])("is none by its default export %j", value =>
    Effect.gen(function* () {
      const migration = program(value, { backend: "etcd", name: "" })
      const reason = "the default export is no migration: write export default Migration.make({ up: … })"
      assert.deepStrictEqual(
        migration.problems.map(({ reason }) => reason),
        [
          "invalid filename format: a name must follow the version: {version}_{name}",
          "etcd migrations are written as scripts, not as programs",
          reason
        ]
      )
      const { end } = yield* sent(migration.up)
      assert.deepInclude(end, { left: { message: migration.problems[0]?.reason ?? "" } })
    })
  )

  it("is refused where its store takes scripts only", () => {
    const definition = Definition.make({ up: Effect.void })
    assert.deepStrictEqual(problems(program(definition, { backend: "greptimedb" })), [
      `${place}: greptimedb migrations are written as scripts, not as programs`
    ])
    assert.strictEqual(
      Definition.fromProgram({ ...source, backend: "etcd", definition }).problems[0]?.path,
      source.path
    )
  })

  it.effect("that could not be loaded fails with the reason when it is run all the same", () =>
    Effect.gen(function* () {
      const broken = Definition.unusable(source, [{ line: 2, reason: "boom" }, { reason: "more" }])
      assert.deepStrictEqual(problems(broken), ["sfm/backfill.ts:2 boom", "sfm/backfill.ts: more"])
      assert.deepInclude((yield* sent(broken.up)).end, { left: { message: "boom" } })
      const { end } = yield* sent(Definition.unusable(source, []).up)
      assert.deepInclude(end, { left: { message: "could not be loaded" } })
    })
  )
})

/** A new directive does not compile until it is here. */
const said: Record<Metadata.Key, string> = {
  schema: "tenants",
  table: "flags",
  tags: "env=prod,team=a",
  "depends-on": "create_users",
  requires: "table users",
  transaction: "none",
  "lock-timeout": "5s",
  "statement-timeout": "1m"
}

describe("a migration made of embedded scripts", () => {
  const scripts = { ...source, path: "postgresql/core/x.up.sql", up: "", down: "DROP TABLE a;" }

  it("is what their directives say, and the table that they touch first", () => {
    const said = "-- bfm-lock-timeout: 5s\n-- bfm-statement-timeout: 1m\nCREATE TABLE a (id int);"
    const migration = fromScripts({ ...scripts, up: said })
    assert.deepInclude({ ...migration }, { lockTimeout: 5_000, statementTimeout: 60_000, problems: [] })
    assert.deepStrictEqual([migration.table, migration.table], ["a", "a"])
    assert.deepStrictEqual(migration.down, {
      ...{ _tag: "Script", path: "postgresql/core/x.down.sql", text: "DROP TABLE a;" }
    })
    const plain = fromScripts({ ...scripts, down: undefined })
    assert.deepStrictEqual(
      [plain.down, plain.lockTimeout, plain.statementTimeout],
      [undefined, undefined, undefined]
    )
    assert.strictEqual(fromScripts({ ...scripts, path: "x.sql" }).down?.path, "x.sql")
    assert.strictEqual(fromScripts({ ...scripts, path: "x.up.y.up.sql" }).down?.path, "x.up.y.down.sql")
  })

  it("is known with what is wrong with it, and by the table that it declares", () => {
    const said = "-- bfm-table: b\n-- bfm-tagz: x\nCREATE TABLE a (id int);"
    const { up, table, problems } = fromScripts({ ...scripts, up: said })
    const reason = "unknown directive bfm-tagz; did you mean bfm-tags?"
    assert.deepStrictEqual(problems, [{ path: scripts.path, line: 2, reason }])
    assert.deepStrictEqual([up, table], [{ _tag: "Script", path: scripts.path, text: said }, "b"])
  })

  it.each(Object.entries(said))("has what bfm-%s says", (word, value) => {
    const key = Metadata.keyOf(word)
    if (key === undefined) return assert.fail("it is no directive")
    const { metadata } = Metadata.read("postgresql", [
      { key, label: word, values: value.split(","), line: 1 }
    ])
    assert.notDeepEqual(metadata, Metadata.empty)
    const migration = fromScripts({ ...scripts, up: `-- bfm-${word}: ${value}\nSELECT 1;` })
    assert.deepInclude(migration, metadata)
  })

  it.each([
    [{ name: "a/b" }, 'name "a/b": a name must not contain /'],
    [{ connection: "Core" }, 'connection "Core": only lower-case letters, digits, _ and - are allowed'],
    [{ connection: "core!" }, 'connection "core!": only lower-case letters, digits, _ and - are allowed'],
    [
      { version: "1" },
      "invalid filename format: version must be 14 digits (YYYYMMDDHHMMSS), then _ and a name"
    ],
    [
      { backend: "postgresq" as Backend },
      'unknown backend "postgresq"; known: postgresql, greptimedb, etcd (postgres is accepted too); did you mean postgresql?'
    ]
  ])("is refused when its identity cannot be: %j", (more, reason) => {
    const migration = fromScripts({ ...scripts, ...more, up: "-- bfm-table: t\nSELECT 1;" })
    assert.deepStrictEqual(migration.problems, [{ path: scripts.path, reason }])
    assert.strictEqual(migration.up.text, "-- bfm-table: t\nSELECT 1;")
  })
})
