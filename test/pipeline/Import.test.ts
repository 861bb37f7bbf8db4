import { assert, describe, it } from "@effect/vitest"
import * as Catalog from "../../src/domain/Catalog.ts"
import * as Dbmate from "../../src/domain/foreign/Dbmate.ts"
import * as Goose from "../../src/domain/foreign/Goose.ts"
import * as Ledger from "../../src/domain/Ledger.ts"
import type { Since } from "../../src/pipeline/adoption/Since.ts"
import * as Decide from "../../src/pipeline/foreign/Decide.ts"
import * as References from "../../src/pipeline/plan/References.ts"

const from = "db/migrations"
const target = "sfm/postgresql/core"

/** What is written down of one migration of goose. */
const row = (version: string, applied = true) => ({
  id: version,
  version_id: version,
  is_applied: applied,
  tstamp: "2025-01-01 00:00:00"
})

const files = {
  "1_a.sql": "-- +goose Up\nCREATE TABLE a ();\n-- +goose Down\nDROP TABLE a;\n",
  "2_b.sql": "-- +goose Up\nCREATE TABLE b ();\n"
}
const [a, b] = ["00000000000001_a", "00000000000002_b"]
const idOf = (name: string) => `${name}_postgresql_core`

interface Case extends Partial<Omit<Decide.Seen, "files" | "existing" | "since">> {
  readonly files?: Readonly<Record<string, string>>
  readonly existing?: Readonly<Record<string, string>>
  readonly since?: Readonly<Record<string, Since>>
}

const seen = ({ files: named = files, existing = {}, since = {}, ...part }: Case): Decide.Seen => {
  const catalog = Catalog.make([])
  const connection = {
    name: "core",
    backend: "postgresql",
    address: "",
    schema: "shop",
    schemaMode: "fixed"
  } as const
  return {
    request: { tool: Goose.tool, from, connection: "core", table: undefined, sfm: "sfm" },
    connection,
    files: Object.entries(named).map(([name, text]) => ({ name, text })),
    target,
    existing: new Map(Object.entries(existing)),
    history: { table: "public.goose_db_version", columns: Goose.tool.columns, rows: [row("1")] },
    world: {
      catalog,
      connections: new Map([["core", connection]]),
      inspections: new Map(),
      references: References.make(catalog),
      tenants: new Map()
    },
    since: new Map(Object.entries(since).map(([name, word]) => [Ledger.key(idOf(name), "shop"), word])),
    ...part
  }
}

const decide = (part: Case = {}) => Decide.decide(seen(part))
const written = (part: Case = {}) => decide(part).writes.map(({ file }) => file)

describe("what another tool has", () => {
  it("is written anew, each script after what takes it back", () => {
    const { writes, problems, report } = decide()
    assert.deepStrictEqual(problems, [])
    assert.deepStrictEqual(
      writes.map(({ file }) => file),
      [`${target}/${a}.down.sql`, `${target}/${a}.up.sql`, `${target}/${b}.up.sql`]
    )
    assert.match(writes[1]?.text ?? "", /^-- imported from goose: 1_a\.sql\nCREATE TABLE a/)
    assert.deepStrictEqual(report.files, [
      { migration_id: idOf(a), from: "1_a.sql", paths: [`${target}/${a}.up.sql`, `${target}/${a}.down.sql`] },
      { migration_id: idOf(b), from: "2_b.sql", paths: [`${target}/${b}.up.sql`] }
    ])
    assert.deepInclude(report, { tool: "goose", from, history: "public.goose_db_version", done: false })
  })

  it("is applied where its history says so, and pending otherwise", () => {
    const { entries, report } = decide()
    assert.deepStrictEqual(
      entries.map(({ migration, schema, at, actor, method }) => [migration.name, schema, at, actor, method]),
      [["a", "shop", Date.UTC(2025, 0, 1), "", "cli"]]
    )
    assert.deepStrictEqual(
      report.entries.map(({ migration_id }) => migration_id),
      [idOf(a)]
    )
    assert.deepStrictEqual(report.pending, [
      { migration_id: idOf(b), schema: "shop", reason: "not in the history" }
    ])
    assert.deepStrictEqual([report.known, report.questions, report.unknown, report.notes], [0, [], [], []])
  })

  it("is left alone where it was imported before, whatever its version became", () => {
    const existing = { "20250101000000_a.up.sql": "-- imported from goose: 1_a.sql\n" }
    const only = { "1_a.sql": files["1_a.sql"] }
    assert.deepStrictEqual(written({ existing, files: only }), [])
    const { report } = decide({ existing, files: only })
    assert.deepStrictEqual(report.files, [])
    assert.deepStrictEqual(
      report.entries.map(({ version }) => version),
      ["20250101000000"]
    )
    // Another tool's file of that name is another one, and what takes back tells nothing.
    for (const other of [
      { "20250101000000_a.up.sql": "-- imported from dbmate: 1_a.sql\n" },
      { "20250101000000_a.down.sql": "-- imported from goose: 1_a.sql\n" }
    ])
      assert.include(written({ existing: other, files: only }), `${target}/${a}.up.sql`)
  })

  it("does not take the place of a file that is there", () => {
    const problem = `${target}/${a}.up.sql is there already, and was not made from 1_a.sql: rename one of them`
    for (const text of ["SELECT 1;", "-- imported from goose: 9_z.sql\n"])
      assert.deepStrictEqual(decide({ existing: { [`${a}.up.sql`]: text } }).problems, [problem])
  })

  it("cannot come between two that were imported without a place between them", () => {
    const existing = {
      "00000000000005_a.up.sql": "-- imported from goose: 1_a.sql\n",
      "00000000000006_c.up.sql": "-- imported from goose: 3_c.sql\n"
    }
    const { problems, writes } = decide({ existing, files: { ...files, "3_c.sql": files["2_b.sql"] } })
    assert.deepStrictEqual(writes, [])
    assert.match(problems.join(), /^2_b\.sql would have to come between/)
  })

  it("is not asked about again where BfM knows better, and is where the ledger lost it", () => {
    const decided = decide({ since: { [a]: "decided", [b]: "decided" } })
    assert.deepStrictEqual([decided.entries, decided.report.pending, decided.report.known], [[], [], 2])
    const lost = decide({ since: { [a]: "lost" } })
    assert.deepStrictEqual(lost.entries, [])
    assert.deepStrictEqual(lost.report.questions, [
      {
        subject: idOf(a),
        reason: "the history has it as applied; BfM's ledger had it and lost it",
        remedy: `look, and say bfm resolve ${idOf(a)} --schema shop --applied, or --pending`
      }
    ])
  })

  it("is asked about where it could be in any schema, or would not run", () => {
    const dynamic = { ...seen({}).connection, schemaMode: "dynamic" as const, schema: "" }
    assert.match(
      decide({ connection: dynamic })
        .report.questions.map(({ reason }) => reason)
        .join(),
      /^it is dynamic/
    )
    const broken = { ...files, "2_b.sql": "-- +goose Up\nBEGIN; SELECT 1;\n" }
    const { report } = decide({ files: broken })
    assert.deepStrictEqual(
      report.questions.map(({ subject, remedy }) => [subject, remedy]),
      [[idOf(b), `mend ${target}/${b}.up.sql before it is run`]]
    )
    assert.match(report.questions[0]?.reason ?? "", /^BfM would not run it: ./)
    // What has run needs not run any more.
    const done = { ...seen({}).history, rows: [row("1"), row("2")] }
    assert.deepStrictEqual(decide({ files: broken, history: done }).report.questions, [])
  })

  it("has said what stays behind, and what nobody has a file for", () => {
    const history = { ...seen({}).history, rows: [row("1"), row("7")] }
    const { report } = decide({ history, files: { ...files, "3_c.go": "package x" } })
    assert.deepStrictEqual(report.unknown, ["7"])
    assert.match(report.notes.join(), /^3_c\.go stays behind: a migration in Go/)
  })
})

describe("nothing is imported", () => {
  const none = { table: "goose_db_version", columns: [], rows: [] }

  it("from a folder with mistakes, or without migrations", () => {
    assert.match(decide({ files: { "1_a.sql": "" } }).problems.join(), /^db\/migrations\/1_a\.sql: /)
    assert.deepStrictEqual(decide({ files: {} }).problems, [
      "db/migrations has no migrations of goose: is it the right folder (--from)?"
    ])
  })

  it("with a table that is not there although it was named; else nothing was applied", () => {
    const { problems, report } = decide({ history: none })
    assert.deepStrictEqual(problems, [])
    assert.deepStrictEqual(report.notes, ["there is no table goose_db_version: nothing was applied by goose"])
    assert.deepStrictEqual([report.history, report.pending.length], ["", 2])
    const request = { ...seen({}).request, table: "x" }
    assert.deepStrictEqual(decide({ history: none, request }).problems, [
      "there is no table x (--history-table)"
    ])
    assert.deepStrictEqual(decide({ request }).problems, [])
  })

  it("with a table of another tool", () => {
    const history = { ...none, columns: ["id", "version"], rows: [row("1")] }
    const { problems, entries } = decide({ history })
    assert.deepStrictEqual(problems, [
      "goose_db_version is not a history of goose: it has no version_id, is_applied, tstamp; name its own with --history-table"
    ])
    assert.deepStrictEqual(entries, [])
    const dbmate = {
      request: { ...seen({}).request, tool: Dbmate.tool },
      files: { "20250101000000_a.sql": "-- migrate:up\nSELECT 1;\n" }
    }
    const of = (...columns: ReadonlyArray<string>) =>
      decide({ ...dbmate, history: { table: "schema_migrations", columns, rows: [] } }).problems
    assert.deepStrictEqual(of("version"), [])
    assert.match(of("version", "dirty").join(), /^schema_migrations is golang-migrate's/)
  })
})
