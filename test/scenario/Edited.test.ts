import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { MigrationChanged } from "../../src/domain/Errors.ts"
import * as Bfm from "../../src/interfaces/library/Bfm.ts"
import * as Project from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"

const file = (n: number, name: string, direction = "up") => `${Scenario.named(n, name)}.${direction}.sql`

const [a, b, c] = [Scenario.id(1, "a"), Scenario.id(2, "b"), Scenario.id(3, "c")]

const original = "-- the first\nCREATE TABLE a (id int, name text DEFAULT 'Ada');\n"

/** `a` and `c` are applied, `b` came late. */
const late = Effect.gen(function* () {
  const project = yield* Project.make
  project.write(file(1, "a"), original)
  project.write(file(3, "c"), "CREATE TABLE c (id int);")
  yield* Scenario.up(project)
  project.write(file(2, "b"), "CREATE TABLE b (id int);")
  return project
})

const tables = (project: Project.Project) =>
  Effect.map(project.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"), rows =>
    rows.map(({ tablename }) => tablename)
  )

const verdicts = (project: Project.Project) =>
  Effect.map(project.run(Bfm.validate()), ({ items }) =>
    Object.fromEntries(items.map(({ migration_id, verdict }) => [migration_id, verdict]))
  )

describe("a late, older migration", () => {
  it.scopedLive("is pending, and is applied like any other", () =>
    Effect.gen(function* () {
      const project = yield* late
      assert.deepStrictEqual(yield* Scenario.statuses(project), {
        [a]: "applied",
        [b]: "pending",
        [c]: "applied"
      })
      assert.deepStrictEqual((yield* Scenario.up(project)).applied, [b])
      assert.deepStrictEqual(yield* tables(project), ["a", "b", "c"])
      assert.deepStrictEqual((yield* Scenario.up(project)).applied, [])
    })
  )

  it.scopedLive("is refused where the order matters, by name, and nothing runs", () =>
    Effect.gen(function* () {
      const project = yield* late
      project.write(file(4, "d"), "CREATE TABLE d (id int);")
      const request = { out_of_order: "refuse" } as const
      const [problem, ...more] = yield* Scenario.rejected(project.run(Bfm.up(request)))
      assert.deepStrictEqual(more, [])
      assert.deepStrictEqual([problem?.kind, problem?.id], ["out_of_order", b])
      assert.include(problem?.reason, Scenario.version(3))
      assert.deepStrictEqual(yield* tables(project), ["a", "c"])
      project.remove(file(2, "b"))
      assert.deepStrictEqual((yield* Scenario.up(project, request)).applied, [Scenario.id(4, "d")])
    })
  )
})

describe("an applied migration whose file was edited", () => {
  const cosmetic = {
    "a comment": "/* another */ CREATE TABLE a (id int, -- number\n name text DEFAULT 'Ada');",
    "line ends and a byte-order mark": `\uFEFF${original.replaceAll("\n", "\r\n")}`,
    "letter case and blanks": "create   TABLE A\n(\n  ID Int,\n  name TEXT default 'Ada'\n)\n;\n\n"
  }
  for (const [what, text] of Object.entries(cosmetic)) {
    it.scopedLive(`in ${what}: goes through, and validate says that it is cosmetic`, () =>
      Effect.gen(function* () {
        const project = yield* late
        project.write(file(1, "a"), text)
        assert.deepStrictEqual((yield* Scenario.up(project)).applied, [b])
        assert.strictEqual((yield* Scenario.statuses(project))[a], "applied")
        const { valid, items } = yield* project.run(Bfm.validate({ ids: [Scenario.named(1, "a")] }))
        assert.deepStrictEqual(
          items.map(({ verdict, applied_text, source_text }) => [verdict, applied_text, source_text]),
          [["cosmetic", original, text.replace("\uFEFF", "")]]
        )
        assert.isTrue(valid)
      })
    )
  }

  const real = {
    "in a string's case": original.replace("Ada", "ADA"),
    "in a name": original.replace("name", "called"),
    "by a statement": `${original}CREATE TABLE more (id int);`
  }
  for (const [what, text] of Object.entries(real)) {
    it.scopedLive(`${what}: nothing runs, and both texts are shown`, () =>
      Effect.gen(function* () {
        const project = yield* late
        project.write(file(1, "a"), text)
        const error = yield* Scenario.upFails(project)
        assert.instanceOf(error, MigrationChanged)
        assert.deepStrictEqual("ids" in error ? error.ids : [], [a])
        assert.deepStrictEqual(yield* tables(project), ["a", "c"])
        assert.deepStrictEqual(yield* Scenario.statuses(project), {
          [a]: "changed",
          [b]: "pending",
          [c]: "applied"
        })
        const { valid, items } = yield* project.run(Bfm.validate())
        assert.isFalse(valid)
        assert.deepStrictEqual(
          items.map(({ migration_id, verdict, applied_text, source_text }) => [
            migration_id,
            verdict,
            applied_text,
            source_text
          ]),
          [
            [a, "changed", original, text],
            [c, "same", undefined, undefined]
          ]
        )
        project.write(file(1, "a"), original)
        assert.deepStrictEqual((yield* Scenario.up(project)).applied, [b])
      })
    )
  }

  it.scopedLive("on the command line: exit 3, what changed, and how to see it", () =>
    Effect.gen(function* () {
      const project = yield* late
      project.write(file(1, "a"), original.replace("Ada", "Grace"))
      const up = yield* project.cli(["migrate", "up", "--yes"])
      assert.strictEqual(up.code, 3)
      assert.include(up.stdout + up.stderr, `bfm validate ${a}`)
      assert.deepStrictEqual(yield* tables(project), ["a", "c"])
      const validate = yield* project.cli(["validate", a])
      assert.strictEqual(validate.code, 3)
      assert.match(validate.stdout, /^ *-CREATE TABLE a .*Ada/m)
      assert.match(validate.stdout, /^ *\+CREATE TABLE a .*Grace/m)
      const json = yield* project.cli(["migrate", "plan", "--json"])
      assert.strictEqual(json.code, 3)
    })
  )

  it.scopedLive("only in its down script, or after it was rolled back, is no problem", () =>
    Effect.gen(function* () {
      const project = yield* late
      project.write(file(1, "a", "down"), "DROP TABLE a;")
      assert.deepStrictEqual(yield* verdicts(project), { [a]: "same", [c]: "same" })
      yield* project.run(Bfm.down({ id: a }))
      project.write(file(1, "a"), "CREATE TABLE a (id bigint);")
      assert.strictEqual((yield* Scenario.statuses(project))[a], "rolled_back")
      assert.deepStrictEqual((yield* Scenario.up(project)).applied, [a, b])
      assert.deepStrictEqual(
        yield* project.query(
          "SELECT atttypid::regtype::text AS t FROM pg_attribute WHERE attrelid = 'a'::regclass AND attnum > 0"
        ),
        [{ t: "bigint" }]
      )
      assert.deepStrictEqual(yield* verdicts(project), { [a]: "same", [b]: "same", [c]: "same" })
    })
  )

  it.scopedLive("rolls back all the same", () =>
    Effect.gen(function* () {
      const project = yield* late
      project.write(file(1, "a"), "CREATE TABLE a (id bigint);")
      project.write(file(1, "a", "down"), "DROP TABLE a;")
      assert.deepStrictEqual((yield* project.run(Bfm.down({ id: a }))).applied, [a])
      assert.deepStrictEqual((yield* Scenario.up(project)).applied, [a, b])
    })
  )
})

describe("an applied migration whose file is gone", () => {
  it.scopedLive("is missing: nothing is deleted, the others run, and it comes back as it was", () =>
    Effect.gen(function* () {
      const project = yield* late
      const ledger = project.query("SELECT * FROM bfm.ledger WHERE migration_id = $1", [a])
      const before = yield* ledger
      project.remove(file(1, "a"))
      assert.deepStrictEqual(yield* Scenario.statuses(project), {
        [a]: "missing",
        [b]: "pending",
        [c]: "applied"
      })
      assert.deepStrictEqual((yield* Scenario.up(project)).applied, [b])
      assert.deepStrictEqual(yield* tables(project), ["a", "b", "c"])
      assert.deepStrictEqual(yield* ledger, before)
      assert.deepStrictEqual(yield* verdicts(project), { [a]: "missing", [b]: "same", [c]: "same" })
      const { items } = yield* project.run(Bfm.history())
      assert.deepStrictEqual(new Set(items.map(({ migration_id }) => migration_id)), new Set([a, b, c]))
      assert.deepStrictEqual(yield* Scenario.agreed(project), [a, b, c])
      project.write(file(1, "a"), original)
      assert.deepStrictEqual((yield* Scenario.up(project)).applied, [])
      assert.strictEqual((yield* Scenario.statuses(project))[a], "applied")
    })
  )
})
