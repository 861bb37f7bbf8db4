import * as fs from "node:fs"
import * as path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { AdoptionReport } from "../../src/domain/predecessor/Adoption.ts"
import * as Bfm from "../../src/interfaces/library/Bfm.ts"
import * as OldRecords from "../fixtures/OldRecords.ts"
import * as Project from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"

const early = "2025-11-21 08:00:00"
const later = "2025-11-22 08:00:00"
const latest = "2025-11-23 08:00:00"

const entries = ({ entries }: AdoptionReport) => entries.map(({ name, schema }) => [name, schema])
const pending = ({ pending }: AdoptionReport) =>
  pending.map(({ migration_id, schema, reason }) => [migration_id, schema, reason])
const questions = ({ questions }: AdoptionReport) =>
  questions.map(({ subject, schema, reason }) => [subject, schema, reason])

const script = (project: Project.Project, n: number, name: string, text = `CREATE TABLE ${name} ();`) =>
  project.write(`${Scenario.named(n, name)}.up.sql`, text)

const head = (project: Project.Project, n: number, name: string): string =>
  fs
    .readFileSync(
      path.join(project.directory, "sfm/postgresql/core", `${Scenario.named(n, name)}.up.sql`),
      "utf8"
    )
    .split("\nCREATE")[0] ?? ""

describe("import bfm, from v0.1", () => {
  const of = (n: number, name: string, id = `core_${Scenario.named(n, name)}`): OldRecords.Of => ({
    id,
    version: Scenario.version(n),
    name
  })

  it.live("knows its ids, its one row for all schemas, and what it rolled back", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      yield* OldRecords.tables(project, "v0.1", "old_state")
      const record = (
        ...args: Parameters<typeof OldRecords.of01> extends [unknown, ...infer Rest] ? Rest : never
      ) => OldRecords.of01(project, ...args)
      yield* project.queryState(`ALTER DATABASE ${project.state.name} SET search_path TO old_state, public`)
      script(project, 1, "plain")
      yield* record(of(1, "plain"), "success", [
        ["", "failed", early],
        ["", "success", later]
      ])
      script(project, 2, "of_tenant")
      yield* record(of(2, "of_tenant"), "success", [["tenant_a", "success", early]])
      script(project, 3, "fixed")
      project.write(
        `${Scenario.named(3, "fixed")}.go`,
        'package core\nvar m = migrations.MigrationScript{Schema: "core"}'
      )
      yield* record(of(3, "fixed", `core_core_${Scenario.named(3, "fixed")}`), "success", [
        ["core", "success", early]
      ])
      script(project, 4, "taken_back")
      yield* record(of(4, "taken_back"), "rolled_back", [
        ["", "success", early],
        ["", "rolled_back", later]
      ])
      script(project, 5, "lost_track")
      yield* record(of(5, "lost_track"), "rolled_back", [
        ["tenant_a", "success", early],
        ["", "rolled_back", later]
      ])
      script(project, 6, "elsewhere")
      yield* record({ ...of(6, "elsewhere"), connection: "billing" }, "success", [["", "success", early]])
      script(project, 7, "brief")
      yield* record(of(7, "brief", Scenario.named(7, "brief")), "success", [["", "success", early]])
      script(project, 8, "downed")
      yield* record(of(8, "downed"), "success", [["", "success", early]])
      yield* record(of(8, "downed", `core_${Scenario.named(8, "downed")}_down`), "rolled_back", [
        ["", "rolled_back", later]
      ])
      script(project, 9, "new")

      const report = yield* OldRecords.adopt(project, { schema: "old_state" })
      assert.deepStrictEqual(report.generations, ["v0.1"])
      assert.deepStrictEqual(entries(report), [
        ["plain", ""],
        ["of_tenant", "tenant_a"],
        ["fixed", "core"],
        ["brief", ""]
      ])
      assert.deepStrictEqual(pending(report), [
        [Scenario.id(4, "taken_back"), "", "rolled back"],
        [Scenario.id(8, "downed"), "", "rolled back, although the old list still says applied"]
      ])
      assert.deepStrictEqual(questions(report), [
        [
          Scenario.id(5, "lost_track"),
          "tenant_a",
          "it was applied here, and later rolled back without a word of the schema"
        ],
        [
          `core_${Scenario.named(6, "elsewhere")}`,
          undefined,
          "it ran on connection billing, and its file belongs to core"
        ]
      ])
      // It ran in the connection's own schema where no request named one.
      assert.strictEqual(head(project, 1, "plain"), "CREATE TABLE plain ();")
      assert.strictEqual(head(project, 2, "of_tenant"), "-- bfm-schema: dynamic")
      assert.strictEqual(head(project, 3, "fixed"), "-- bfm-schema: core")
      assert.strictEqual(head(project, 5, "lost_track"), "-- bfm-schema: dynamic")
      yield* project.run(
        Bfm.resolve({ id: Scenario.id(5, "lost_track"), schemas: ["tenant_a"], as: "pending" })
      )
      yield* project.run(Bfm.resolve({ id: Scenario.id(6, "elsewhere"), schemas: [], as: "applied" }))
      const again = yield* OldRecords.adopt(project, { schema: "old_state" })
      assert.deepStrictEqual([again.done, again.questions], [false, []])
      const { applied } = yield* project.run(Bfm.up())
      assert.deepStrictEqual(applied, [
        Scenario.id(4, "taken_back"),
        Scenario.id(8, "downed"),
        Scenario.id(9, "new")
      ])
    }).pipe(Effect.scoped)
  )

  it.live("says what a schema of the connection would change", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      yield* OldRecords.tables(project, "v0.1")
      script(project, 1, "plain")
      yield* OldRecords.of01(project, of(1, "plain"), "success", [["", "success", early]])
      const { notes } = yield* OldRecords.adopt(project, { dryRun: true }, { CORE_SCHEMA: "shop" })
      assert.deepStrictEqual(notes, [
        `${Scenario.named(1, "plain")} ran in the connection's own search path; it belongs to shop now, and the next run applies it there`
      ])
    }).pipe(Effect.scoped)
  )
})

describe("import bfm, from before the first release", () => {
  const of = (n: number, name: string, prefix: string, schema: string, table: string) => ({
    id: `${prefix}_${table}_${Scenario.named(n, name)}`,
    version: Scenario.version(n),
    name,
    schema,
    table
  })

  it.live("takes the schema from where it ran, not from what was recorded beside it", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      yield* OldRecords.tables(project, "pre-release")
      script(project, 1, "users")
      yield* OldRecords.first(project, of(1, "users", "core", "cli_e1", "users"), "success", early)
      script(project, 2, "more")
      yield* OldRecords.first(project, of(2, "more", "core", "core", "big_users"), "success", early)
      script(project, 3, "bad")
      yield* OldRecords.first(project, of(3, "bad", "core", "core", "bad"), "failed", early)
      script(project, 4, "back")
      const back = of(4, "back", "core", "core", "back")
      yield* OldRecords.first(project, back, "success", early)
      yield* OldRecords.first(project, { ...back, id: `${back.id}_rollback` }, "rolled_back", later)
      script(project, 5, "again")
      const again = of(5, "again", "core", "core", "again")
      yield* OldRecords.first(project, { ...again, id: `${again.id}_rollback` }, "rolled_back", early)
      yield* OldRecords.first(project, again, "success", later)
      // A migration with this name, and rolling back the other, are written down alike.
      script(project, 6, "x")
      script(project, 6, "x_rollback")
      yield* OldRecords.first(project, of(6, "x", "core", "core", "t"), "success", early)
      yield* OldRecords.first(project, of(6, "x_rollback", "core", "core", "t"), "rolled_back", later)

      const report = yield* OldRecords.adopt(project)
      assert.deepStrictEqual(report.generations, ["pre-release"])
      assert.deepStrictEqual(entries(report), [
        ["users", "core"],
        ["more", "core"],
        ["again", "core"]
      ])
      assert.deepStrictEqual(pending(report), [
        [Scenario.id(3, "bad"), "core", "failed"],
        [Scenario.id(4, "back"), "core", "rolled back"]
      ])
      const row = `core_t_${Scenario.named(6, "x_rollback")} (rolled_back) in the old records can mean it, or`
      assert.deepStrictEqual(questions(report), [
        [Scenario.id(6, "x"), undefined, `${row} ${Scenario.id(6, "x_rollback")}`],
        [Scenario.id(6, "x_rollback"), undefined, `${row} ${Scenario.id(6, "x")}`]
      ])
      assert.strictEqual(head(project, 1, "users"), "-- bfm-schema: core")
      assert.strictEqual(head(project, 2, "more"), "-- bfm-schema: core\n-- bfm-table: big_users")
      assert.isFalse((yield* OldRecords.adopt(project)).done)
      const statuses = yield* Scenario.statuses(project)
      assert.strictEqual(statuses[Scenario.id(1, "users")], "applied")
      assert.strictEqual(statuses[Scenario.id(4, "back")], "pending")
    }).pipe(Effect.scoped)
  )

  it.live("is believed before the copies that later versions made of it", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      yield* OldRecords.tables(project, "pre-release")
      yield* OldRecords.tables(project, "v0.2")
      script(project, 1, "users")
      script(project, 2, "plans")
      yield* OldRecords.first(project, of(1, "users", "core", "cli_e1", "users"), "success", early)
      const plans = of(2, "plans", "core", "core", "plans")
      yield* OldRecords.first(project, plans, "success", early)
      const copy = (n: number, name: string, schema: string): OldRecords.Of => ({
        id: Scenario.named(n, name),
        version: Scenario.version(n),
        name,
        schema
      })
      yield* OldRecords.since02(
        project,
        copy(1, "users", "cli_e1"),
        "applied",
        [
          ["cli_e1", "applied", early],
          ["cli_e1", "applied", early]
        ],
        [["cli_e1", "applied"]]
      )
      yield* OldRecords.since02(
        project,
        copy(2, "plans", "core"),
        "applied",
        [["core", "applied", early]],
        [["core", "applied"]]
      )
      // What happened after that was really by v0.2.
      const own = { ...copy(2, "plans", "core"), id: Scenario.id(2, "plans") }
      yield* OldRecords.since02(
        project,
        own,
        "applied",
        [["core", "rolled_back", latest]],
        [["core", "applied"]]
      )
      const report = yield* OldRecords.adopt(project)
      assert.deepStrictEqual(report.generations, ["pre-release", "v0.2"])
      assert.deepStrictEqual(entries(report), [["users", "core"]])
      assert.deepStrictEqual(pending(report), [
        [Scenario.id(2, "plans"), "core", "rolled back, although the old list still says applied"]
      ])
    }).pipe(Effect.scoped)
  )
})
