import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Library from "../../src/Bfm.ts"
import { fromScripts } from "../../src/domain/source/Scripts.ts"
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

describe("ids", () => {
  it.scopedLive("every accepted spelling means the right one", () =>
    Effect.gen(function* () {
      const project = yield* tenants
      const short = Scenario.named(1, "it")
      const spelled = (ids: ReadonlyArray<string>) =>
        Effect.map(project.run(Effect.forEach(ids, id => Bfm.planDown({ id }))), plans =>
          plans.flatMap(({ steps }) => steps.map(({ id }) => id))
        )
      const shown = `acme_${it1}`
      const inSchema = [shown, `acme_core_${short}`, `acme_t_${short}`]
      const anywhere = [it1, short, `core_${short}`]
      yield* Scenario.up(project, { schemas: ["acme"] })
      assert.deepStrictEqual(yield* spelled([...anywhere, ...inSchema]), new Array(6).fill(shown))
      yield* Scenario.up(project, { schemas: ["acme_t", "t"] })
      assert.deepStrictEqual(yield* spelled(inSchema), new Array(3).fill(shown))
      assert.deepStrictEqual((yield* project.run(Bfm.down({ id: `acme_t_${short}` }))).applied, [shown])
      assert.deepStrictEqual(yield* places(project), ["acme_t", "t"])
    })
  )

  it.scopedLive("a spelling that says nothing of the schema asks for it where there are two", () =>
    Effect.gen(function* () {
      const project = yield* tenants
      yield* Scenario.up(project, { schemas: ["a", "b"] })
      const error = yield* Effect.flip(project.run(Bfm.down({ id: Scenario.named(1, "it") })))
      assert.strictEqual(error._tag, "RequestInvalid")
      assert.match(error.message, /applied in 2 schemas \(a, b\): name them with --schema/)
      assert.deepStrictEqual(yield* places(project), ["a", "b"])
    })
  )

  it.scopedLive("an ambiguous spelling lists the candidates and rolls nothing back", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      const text = "-- bfm-schema: dynamic\nCREATE TABLE x_core (id int);"
      const name = Scenario.named(1, "it")
      for (const connection of ["core", "logs"]) {
        project.write(`/sfm/postgresql/${connection}/${name}.up.sql`, text)
        project.write(`/sfm/postgresql/${connection}/${name}.down.sql`, "DROP TABLE x_core;")
      }
      const both = { LOGS_DB_URL: project.target.url, LOGS_LEDGER_SCHEMA: "logs_ledger" }
      yield* project.run(Bfm.up({ schemas: ["a", "a_x"], target: { connections: ["core"] } }), both)
      const ambiguous = (id: string) =>
        Effect.flatMap(Effect.flip(project.run(Bfm.down({ id }), both)), error =>
          error._tag === "MigrationAmbiguous" ? Effect.succeed(error.candidates) : Effect.die(error)
        )
      assert.deepStrictEqual(yield* ambiguous(name), [it1, Scenario.id(1, "it", "logs")])
      // {schema}_{table}_… in schema a, {schema}_{connection}_… in schema a_x
      assert.deepStrictEqual(yield* ambiguous(`a_x_core_${name}`), [`a_${it1}`, `a_x_${it1}`])
      assert.strictEqual(yield* Scenario.count(project, "SELECT count(*) FROM bfm.ledger"), 2)
    })
  )

  it.scopedLive("a canonical id means its migration, also where another one's name looks like it", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      for (const name of ["it", "it_postgresql_core"]) {
        project.write(file(1, name), `CREATE TABLE "${name}" (id int);`)
        project.write(file(1, name, "down"), `DROP TABLE "${name}";`)
      }
      yield* Scenario.up(project)
      assert.deepStrictEqual((yield* project.run(Bfm.down({ id: it1 }))).applied, [it1])
      assert.deepStrictEqual(yield* project.query("SELECT to_regclass('it')::text AS it"), [{ it: null }])
    })
  )
})

describe("names of migrations", () => {
  it.scopedLive("may contain rollback, down, up and applied", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      const names = ["rollback", "down", "up", "applied", "x.down", "x.up", "up_tenant_down_applied_core"]
      for (const [n, name] of names.entries()) {
        project.write(file(n, name), `CREATE TABLE "${name}" (id int);`)
        project.write(file(n, name, "down"), `DROP TABLE "${name}";`)
      }
      const ids = names.map((name, n) => Scenario.id(n, name))
      assert.deepStrictEqual((yield* Scenario.up(project)).applied, ids)
      for (const [n, name] of names.entries()) yield* project.run(Bfm.down({ id: Scenario.named(n, name) }))
      assert.deepStrictEqual(
        yield* Scenario.statuses(project),
        Object.fromEntries(ids.map(id => [id, "rolled_back"]))
      )
      assert.deepStrictEqual(yield* project.query("SELECT FROM pg_tables WHERE schemaname = 'public'"), [])
    })
  )

  it.scopedLive("may be as long as a file's name can be, and 250 characters in a registry", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      // 255 bytes less 14 digits, `_` and `.down.sql`
      const inFile = "n".repeat(231)
      project.write(file(1, inFile), "CREATE TABLE t (id int);")
      project.write(file(1, inFile, "down"), "DROP TABLE t;")
      const id = Scenario.id(1, inFile)
      assert.deepStrictEqual((yield* Scenario.up(project)).applied, [id])
      assert.deepStrictEqual((yield* project.run(Bfm.down({ id }))).applied, [id])

      const migration = (name: string) =>
        fromScripts({
          backend: "postgresql",
          connection: "core",
          version: Scenario.version(2),
          name,
          path: "long.up.sql",
          up: "-- bfm-schema: dynamic\nCREATE TABLE t (id int);"
        })
      const schema = "s".repeat(63)
      const upWith = (name: string) =>
        Effect.provide(
          Bfm.up({ schemas: [schema] }),
          Library.layerModules([migration(name)], project.environment)
        )
      const name = "m".repeat(250)
      assert.deepStrictEqual((yield* upWith(name)).applied, [`${schema}_${Scenario.id(2, name)}`])
      assert.deepStrictEqual((yield* upWith(name)).applied, [])
      const error = yield* Effect.flip(upWith(`${name}m`))
      assert.strictEqual(error._tag, "SourceInvalid")
      assert.match(error.message, /251 characters, at most 250/)
    })
  )
})
