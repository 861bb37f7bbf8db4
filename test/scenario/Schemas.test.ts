import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Bfm from "../../src/interfaces/library/Bfm.ts"
import * as Project from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"

const file = (n: number, name: string, direction = "up") => `${Scenario.named(n, name)}.${direction}.sql`

/** A project with one migration per tenant, `20250101000001_it`, that makes the table `t`. */
const tenants = Effect.tap(Project.make, project => {
  project.write(file(1, "it"), "-- bfm-schema: dynamic\nCREATE TABLE t (id int);")
  project.write(file(1, "it", "down"), "DROP TABLE t;")
})

const it1 = Scenario.id(1, "it")

/** Where the table `t` is. */
const places = (project: Project.Project) =>
  Effect.map(
    project.query(`SELECT schemaname FROM pg_tables WHERE tablename = 't' ORDER BY schemaname COLLATE "C"`),
    rows => rows.map(({ schemaname }) => schemaname)
  )

const reasons = (problems: ReadonlyArray<{ readonly reason: string }>) => problems.map(({ reason }) => reason)

describe("names of schemas", () => {
  const longest = `${"é".repeat(31)}x`
  const names = [
    "tenant",
    "tenant_a",
    'a"b',
    "x; drop",
    "Capital",
    "with 'quotes' \\ and $$",
    "名前",
    longest
  ]

  it.scopedLive("whatever a schema is called, the change is in it, once, and can be taken back", () =>
    Effect.gen(function* () {
      const project = yield* tenants
      const expected = [...names].sort()
      const { applied } = yield* Scenario.up(project, { schemas: names })
      assert.deepStrictEqual(
        applied,
        names.map(name => `${name}_${it1}`)
      )
      assert.deepStrictEqual(yield* places(project), expected)
      const again = yield* Scenario.up(project, { schemas: names })
      assert.deepStrictEqual([again.applied, again.skipped.length], [[], names.length])
      assert.lengthOf(yield* Scenario.agreed(project), names.length)
      const { applied: gone } = yield* project.run(Bfm.down({ id: it1, schemas: names }))
      assert.lengthOf(gone, names.length)
      assert.deepStrictEqual(yield* places(project), [])
    })
  )

  it.scopedLive("what cannot be a name is refused with the reason, and nothing is created", () =>
    Effect.gen(function* () {
      const project = yield* tenants
      const names = [`${longest}x`, "pg_mine", "a\nb", "fine"]
      const problems = yield* Scenario.rejected(Scenario.up(project, { schemas: names }))
      assert.deepStrictEqual(
        problems.map(({ kind }) => kind),
        ["schema_name", "schema_name", "schema_name"]
      )
      assert.deepStrictEqual(reasons(problems), [
        `schema "${longest}x" has 64 bytes; postgresql allows 63`,
        'schema "pg_mine": names that begin with pg_ belong to PostgreSQL itself',
        'schema "a\\nb": control characters are not allowed'
      ])
      assert.deepStrictEqual(yield* project.query("SELECT FROM pg_namespace WHERE nspname = 'fine'"), [])
    })
  )

  it.scopedLive("an empty one is a variable that was not set: refused, not taken for the default", () =>
    Effect.gen(function* () {
      const project = yield* tenants
      for (const refused of [
        Scenario.upFails(project, { schemas: [""] }),
        Effect.flip(project.run(Bfm.down({ id: it1, schemas: [""] })))
      ]) {
        const error = yield* refused
        assert.strictEqual(error._tag, "RequestInvalid")
        assert.match(error.message, /schema's name must not be empty/)
      }
      assert.deepStrictEqual(yield* places(project), [])
    })
  )

  it.scopedLive("applied in tenant does not count for tenant_a, nor for Tenant", () =>
    Effect.gen(function* () {
      const project = yield* tenants
      yield* Scenario.up(project, { schemas: ["tenant"] })
      const schemas = ["tenant", "tenant_a", "Tenant"]
      assert.deepStrictEqual(yield* Scenario.statuses(project, schemas), {
        [`tenant_${it1}`]: "applied",
        [`tenant_a_${it1}`]: "pending",
        [`Tenant_${it1}`]: "pending"
      })
      const result = yield* Scenario.up(project, { schemas })
      assert.deepStrictEqual(
        [result.applied, result.skipped],
        [[`tenant_a_${it1}`, `Tenant_${it1}`], [`tenant_${it1}`]]
      )
      yield* project.run(Bfm.down({ id: it1, schemas: ["tenant"] }))
      assert.deepStrictEqual(yield* places(project), ["Tenant", "tenant_a"])
      assert.deepStrictEqual(yield* Scenario.statuses(project, schemas), {
        [`tenant_${it1}`]: "rolled_back",
        [`tenant_a_${it1}`]: "applied",
        [`Tenant_${it1}`]: "applied"
      })
    })
  )

  it.scopedLive("a name is pasted into a script only where it means itself", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      const scripts = {
        bare: "CREATE TABLE {{.Schema}}.t (id int);",
        quoted: 'SELECT 1;\nCREATE TABLE "{{ .schema }}".t (id int);',
        text: "SELECT 1;\n\nSELECT '{{.Schema}}';",
        other: "SELECT '{{ other }}', '{{1}}';"
      }
      for (const [n, [name, text]] of Object.entries(scripts).entries())
        project.write(file(n, name), `-- bfm-schema: dynamic\n${text}`)
      const refusals = (schema: string) =>
        Effect.map(Scenario.rejected(Scenario.up(project, { schemas: [schema] })), problems =>
          problems.map(({ path = "", line }) => `${path.replace(/.*_|\.up\.sql$/g, "")}:${line}`)
        )
      assert.deepStrictEqual(yield* refusals("x; drop"), ["bare:2"])
      assert.deepStrictEqual(yield* refusals("Capital"), ["bare:2"])
      assert.deepStrictEqual(yield* refusals('a"b'), ["bare:2", "quoted:3"])
      assert.deepStrictEqual(yield* refusals("it's"), ["bare:2", "text:4"])
      assert.deepStrictEqual(yield* places(project), [])
      project.remove(file(0, "bare"))
      assert.lengthOf((yield* Scenario.up(project, { schemas: ["x; drop"] })).applied, 3)
      assert.deepStrictEqual(yield* places(project), ["x; drop"])
    })
  )
})

describe("a dynamic migration without a schema", () => {
  const needed = "migration 20250101000001_it has dynamic schema but no schema provided in request"

  it.scopedLive("waits in a broad run, and the rest runs", () =>
    Effect.gen(function* () {
      const project = yield* tenants
      project.write(file(2, "fixed"), "CREATE TABLE fixed (id int);")
      project.write(file(3, "after"), "-- bfm-schema: dynamic\n-- bfm-depends-on: it\nSELECT 1;")
      for (const request of [{}, { target: { connections: ["core"] } }, { to: Scenario.version(9) }]) {
        const plan = yield* project.run(Bfm.plan(request))
        assert.deepStrictEqual(
          plan.waiting.map(({ id }) => id),
          [it1, Scenario.id(3, "after")]
        )
        assert.match(plan.waiting[0]?.reason ?? "", /needs a schema: bfm migrate up .*--schema/)
      }
      const result = yield* Scenario.up(project)
      assert.deepStrictEqual(
        [result.applied, result.waiting, result.success],
        [[Scenario.id(2, "fixed")], [it1, Scenario.id(3, "after")], true]
      )
      assert.deepStrictEqual(yield* places(project), [])
    })
  )

  it.scopedLive(
    "is an error where it is named: by version, table or tag, or when the request is strict",
    () =>
      Effect.gen(function* () {
        const project = yield* tenants
        project.write(
          file(1, "it"),
          "-- bfm-schema: dynamic\n-- bfm-tags: kind=new\nCREATE TABLE t (id int);"
        )
        for (const request of [
          { target: { version: Scenario.version(1) } },
          { target: { tables: ["t"] } },
          { target: { tags: ["kind=new"] } },
          { strict_schema: true }
        ]) {
          const problems = yield* Scenario.rejected(Scenario.up(project, request))
          assert.deepStrictEqual(
            problems.map(({ kind, reason }) => [kind, reason]),
            [["schema_required", needed]]
          )
        }
        const { code, stdout, stderr } = yield* project.cli(["migrate", "up", "--table", "t"])
        assert.deepStrictEqual([code, stdout], [1, ""])
        assert.include(stderr, needed)
      })
  )

  it.scopedLive("{CONN}_SCHEMA_MODE=dynamic makes it of every migration that declares none", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      project.write(file(1, "it"), "CREATE TABLE t (id int);")
      project.write(file(2, "fixed"), "-- bfm-schema: shop\nCREATE TABLE fixed (id int);")
      const mode = { CORE_SCHEMA_MODE: "dynamic" }
      const first = yield* project.run(Bfm.up(), mode)
      assert.deepStrictEqual([first.applied, first.waiting], [[Scenario.id(2, "fixed")], [it1]])
      const named = project.run(Bfm.up({ target: { version: Scenario.version(1) } }), mode)
      assert.deepStrictEqual(reasons(yield* Scenario.rejected(named)), [needed])
      const second = yield* project.run(Bfm.up({ schemas: ["acme"] }), mode)
      assert.deepStrictEqual([second.applied, second.waiting], [[`acme_${it1}`], []])
      assert.deepStrictEqual(yield* places(project), ["acme"])
    })
  )
})

describe("where a migration runs", () => {
  it.scopedLive("request over declared over {CONN}_SCHEMA over the connection's own", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      project.write(file(1, "none"), "CREATE TABLE t (id int);")
      project.write(file(2, "declared"), "-- bfm-schema: shop\nCREATE TABLE t (id int);")
      const [none, declared] = [Scenario.id(1, "none"), Scenario.id(2, "declared")]
      const configured = { CORE_SCHEMA: "sales" }
      assert.deepStrictEqual((yield* project.run(Bfm.up(), configured)).applied, [none, declared])
      assert.deepStrictEqual((yield* Scenario.up(project)).applied, [none])
      assert.deepStrictEqual(yield* places(project), ["public", "sales", "shop"])
      // Tenants brought up to date get what is not fixed; a named migration goes where it is told to.
      const broad = yield* Scenario.up(project, { schemas: ["acme"] })
      assert.deepStrictEqual([broad.applied, broad.skipped], [[`acme_${none}`], [declared]])
      const target = { version: Scenario.version(2) }
      const named = yield* Scenario.up(project, { schemas: ["acme_2"], target })
      assert.deepStrictEqual(named.applied, [`acme_2_${declared}`])
      assert.deepStrictEqual(yield* places(project), ["acme", "acme_2", "public", "sales", "shop"])
    })
  )
})
