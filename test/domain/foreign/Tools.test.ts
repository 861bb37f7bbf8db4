import { assert, describe, it } from "@effect/vitest"
import * as Dbmate from "../../../src/domain/foreign/Dbmate.ts"
import * as Flyway from "../../../src/domain/foreign/Flyway.ts"
import * as FlywayHistory from "../../../src/domain/foreign/FlywayHistory.ts"
import type { Tool } from "../../../src/domain/foreign/Foreign.ts"
import * as GolangMigrate from "../../../src/domain/foreign/GolangMigrate.ts"
import * as Goose from "../../../src/domain/foreign/Goose.ts"
import * as NodePgMigrate from "../../../src/domain/foreign/NodePgMigrate.ts"
import * as Rewrite from "../../../src/domain/foreign/Rewrite.ts"

/** A variable as Flyway writes it. */
const flyway = (name: string): string => `$\{${name}}`

const read = ({ tool }: { readonly tool: Tool }, files: Readonly<Record<string, string>>) =>
  tool.read(Object.entries(files).map(([name, text]) => ({ name, text })))

/** `key name: up / down`, with `!` where it runs outside of a transaction. */
const told = (module: { readonly tool: Tool }, files: Readonly<Record<string, string>>) =>
  read(module, files).migrations.map(
    ({ key, name, up, down, outside }) =>
      `${key} ${name}${outside ? "!" : ""}: ${up.trim()} / ${down?.trim() ?? "-"}`
  )

describe("folders of other tools", () => {
  it("golang-migrate: pairs by number, whatever zeros stand before", () => {
    const files = {
      "10_b.up.sql": "B",
      "000002_a.down.sql": "not A",
      "000002_a.up.sql": "A",
      "3_.down.sql": "only down",
      "README.sql": ""
    }
    assert.deepStrictEqual(told(GolangMigrate, files), [
      "2 a: A / not A",
      "3 migration:  / only down",
      "10 b: B / -"
    ])
    assert.deepStrictEqual(
      read(GolangMigrate, files).left.map(({ file }) => file),
      ["README.sql"]
    )
    const twice = { "1_a.up.sql": "", "01_b.up.sql": "" }
    assert.deepStrictEqual(read(GolangMigrate, twice).problems, [
      { file: "01_b.up.sql", reason: "it has the version of 1_a.up.sql" }
    ])
    assert.match(
      read(GolangMigrate, { "a1_x.up.sql": "" }).left[0]?.reason ?? "",
      /^its name is not \{version\}_\{title\}\.up\.sql/
    )
  })

  it("dbmate: parts and their options", () => {
    assert.deepStrictEqual(
      told(Dbmate, {
        "20250102_b.sql":
          "-- migrate:up transaction:false\r\nB\r\n\r\n-- migrate:down transaction:false\r\nnot B\r\n",
        "20250101_a.sql": "-- A comment.\n-- migrate:up\nA\n-- migrate:down\n"
      }),
      ["20250101 a: A / -", "20250102 b!: B / not B"]
    )
    assert.match(read(Dbmate, { "1_a.sql": "A" }).problems[0]?.reason ?? "", /no line -- migrate:up/)
    // A name may be missing, nothing may follow the last line, and blanks take nothing back.
    assert.deepStrictEqual(told(Dbmate, { "3.sql": "--migrate:up", "4.sql": "-- migrate:up\nD" }), [
      "3 migration:  / -",
      "4 migration: D / -"
    ])
    assert.deepStrictEqual(told(Dbmate, { "1_a.sql": "-- migrate:up\nA\n-- migrate:down\n \n" }), [
      "1 a: A / -"
    ])
    assert.deepStrictEqual(read(Dbmate, { "readme.sql": "", "1_a.txt": "" }), {
      migrations: [],
      problems: [],
      left: ["1_a.txt", "readme.sql"].map(file => ({
        file,
        reason: "its name does not begin with a version"
      })),
      notes: []
    })
    const up = "-- migrate:up\n"
    assert.deepStrictEqual(read(Dbmate, { "1_b.sql": up, "1_a.sql": up }).problems, [
      { file: "1_b.sql", reason: "it has the version of 1_a.sql" }
    ])
  })

  it("goose: annotations in any case, statements that are held together, and what is not SQL", () => {
    const body = "CREATE FUNCTION f() RETURNS void AS $$\nBEGIN\n  NULL;\nEND\n$$ LANGUAGE plpgsql;"
    const reading = {
      "00002_f.sql": `-- +goose up\n-- +goose StatementBegin\n${body}\n-- +goose StatementEnd\n-- +goose Down\nDROP FUNCTION f;`,
      "00001_i.sql": "-- +goose NO TRANSACTION\n-- +goose Up\nI;",
      "00003_go.go": "package migrations"
    }
    assert.deepStrictEqual(told(Goose, reading), ["1 i!: I; / -", `2 f: ${body} / DROP FUNCTION f;`])
    assert.match(read(Goose, reading).left[0]?.reason ?? "", /in Go/)
    assert.match(read(Goose, { "a_1.sql": "" }).left[0]?.reason ?? "", /^its name is not \{version\}_/)
    assert.deepStrictEqual(told(Goose, { "10_b.sql": "-- +goose Up\nB", "9_a.sql": "-- +goose  UP \nA" }), [
      "9 a: A / -",
      "10 b: B / -"
    ])
    const odd = { "1_a.sql": "-- +goose Up\n-- +goose Sideways\nA", "2_b.sql": "-- +goose Down\nB" }
    assert.deepStrictEqual(
      read(Goose, odd).problems.map(({ reason }) => reason),
      ["-- +goose sideways is no annotation that is known"]
    )
    const off = "-- +goose ENVSUB OFF\nbefore\n-- +goose Up\nA"
    assert.deepStrictEqual(told(Goose, { "1_a.sql": off }), ["1 a: A / -"])
    const up = "-- +goose Up"
    assert.deepStrictEqual(read(Goose, { "1_a.sql": up, "01_b.sql": up }).problems, [
      { file: "01_b.sql", reason: "it has the version of 1_a.sql" }
    ])
    const reasons = read(Goose, {
      "1_a.sql": "-- +goose Up\n-- +goose ENVSUB ON\nA",
      "2_b.sql": "B"
    }).problems.map(({ reason }) => reason)
    assert.match(reasons.join("\n"), /ENVSUB ON: write each[^\n]*\nit has no line -- \+goose Up/)
  })

  it("node-pg-migrate: by time however it is written, then by name; what stands before the mark is not sent", () => {
    assert.deepStrictEqual(
      told(NodePgMigrate, {
        "1735689600000_b.sql": "sent by nobody\n-- Up Migration\nB\n\n-- Down Migration\nnot B\n",
        "20241231000000000_a.sql": "A",
        "1735689600001_c.js": "exports.up = () => {}"
      }),
      ["20241231000000000_a a: A / -", "1735689600000_b b: B / not B"]
    )
    // What is neither has no time; what has the same is in the order of its names.
    assert.deepStrictEqual(
      told(NodePgMigrate, { "z.sql": "Z", "5_b.sql": "B", "5-a.sql": "A", "a.sql": "", "04_c.sql": "C" }),
      ["04_c c: C / -", "5-a a: A / -", "5_b b: B / -", "a a:  / -", "z z: Z / -"]
    )
    const left = read(NodePgMigrate, { "1_a.cts": "", "1_b.txt": "", "2_c.mjs": "" }).left
    assert.match(
      left.map(({ file, reason }) => `${file} ${reason}`).join("\n"),
      /^1_a.cts a migration in JavaScript or TypeScript: .*\n1_b.txt it is no SQL file\n2_c.mjs a migration in J/
    )
    assert.deepStrictEqual(
      told(NodePgMigrate, {
        "1_only_down.sql": "A\n  -- down migration\nnot A",
        "2_turned.sql": "-- Down Migration\nnot B\n\n--- UP  MIGRATION, from here\nB",
        "3_close.sql": "-- Up Migration\n-- Down Migration"
      }),
      ["1_only_down only_down: A / not A", "2_turned turned: B / -", "3_close close:  / "]
    )
  })

  it("flyway: versions with dots, undo, what is repeated, settings beside a script", () => {
    const files = {
      "V2__orders.sql": "O",
      "V1_10__more_users.sql": "M",
      "V1.2__users.sql": "U",
      "U1.2__users.sql": "not U",
      "V2__orders.sql.conf": "executeInTransaction=false\n",
      "R__the_view.sql": "R",
      "B3__all.sql": "",
      "Vx__odd.sql": ""
    }
    assert.deepStrictEqual(told(Flyway, files), [
      "1.2 users: U / not U",
      "1.10 more_users: M / -",
      "2 orders!: O / -",
      "R the view the_view: R / -"
    ])
    assert.deepStrictEqual(
      read(Flyway, files).left.map(({ file }) => file),
      ["B3__all.sql", "Vx__odd.sql"]
    )
    assert.match(read(Flyway, files).left[0]?.reason ?? "", /bfm baseline does this/)
    assert.match(read(Flyway, { "notes.sql": "" }).left[0]?.reason ?? "", /^its name is none of Flyway's/)
    assert.lengthOf(read(Flyway, { "R1__x.sql": "", "V1.__x.sql": "", "V1__x.sql.bak": "" }).left, 3)
    assert.deepStrictEqual(read(Flyway, { "V1__a.sql": "", "V1.0__b.sql": "" }).problems, [
      { file: "V1.0__b.sql", reason: "it has the version of V1__a.sql" }
    ])
  })

  it("flyway: tells what BfM does otherwise", () => {
    const once = { "V1__a.sql": "SELECT '$' || '{x}';", "R__b.sql": "" }
    assert.deepStrictEqual(read(Flyway, once).notes, [
      "BfM repeats nothing: R__b.sql becomes a migration that is applied once; write a later change as a new one"
    ])
    assert.deepStrictEqual(
      read(Flyway, { "R__c.sql": flyway("flyway:user"), "R__b.sql": "", "V1__a.sql": flyway("name") }).notes,
      [
        "BfM repeats nothing: R__b.sql, R__c.sql become migrations that are applied once; write a later change as a new one",
        `V1__a.sql has placeholders of Flyway: write each ${flyway("name")} as {{.Vars.name}} before it is run`,
        `R__c.sql has placeholders of Flyway: write each ${flyway("name")} as {{.Vars.name}} before it is run`
      ]
    )
    assert.deepStrictEqual(read(Flyway, { "V1__a.sql": "SELECT 1;" }).notes, [])
  })

  it.each([
    ["executeInTransaction=false", true],
    ["encoding=UTF-8\n  ExecuteInTransaction = false \nplaceholders.a=b", true],
    ["executeInTransaction=true", false],
    ["#executeInTransaction=false", false],
    ["executeInTransaction=falsey", false]
  ])("flyway: a setting %j puts the script outside of a transaction: %s", (setting, outside) => {
    const { migrations, left } = read(Flyway, { "V1__a.sql": "A", "V1__a.sql.conf": setting })
    assert.deepStrictEqual([migrations.map(migration => migration.outside), left], [[outside], []])
  })

  it("flyway: counts lines as Flyway does, whatever ends them", () => {
    // The check value of CRC-32.
    assert.strictEqual(FlywayHistory.checksum("123456789"), 0xcbf43926 | 0)
    assert.strictEqual(FlywayHistory.checksum("\ufeff1234\r\n56789\n"), 0xcbf43926 | 0)
  })
})

describe("a migration of another tool", () => {
  const one = (module: { readonly tool: Tool }, file: string, text: string) => {
    const [migration] = read(module, { [file]: text }).migrations
    return [migration?.file, migration?.parts, migration?.name]
  }

  it("has the file that it is in, its version, and a name without blanks", () => {
    const name = "2_ add  users\\x "
    assert.deepStrictEqual(one(Goose, `${name}.sql`, "-- +goose Up"), [`${name}.sql`, ["2"], "add_users_x"])
    assert.deepStrictEqual(one(GolangMigrate, "2_b.down.sql", ""), ["2_b.down.sql", ["2"], "b"])
    assert.deepStrictEqual(one(GolangMigrate, "2_b.up.sql", ""), ["2_b.up.sql", ["2"], "b"])
    assert.deepStrictEqual(one(Dbmate, "2_b.sql", "-- migrate:up"), ["2_b.sql", ["2"], "b"])
    assert.deepStrictEqual(one(NodePgMigrate, "2_b.sql", ""), ["2_b.sql", ["2"], "b"])
    assert.deepStrictEqual(one(NodePgMigrate, "b.sql", ""), ["b.sql", [], "b"])
    assert.deepStrictEqual(one(Flyway, "V1_2.3__b.sql", ""), ["V1_2.3__b.sql", ["1", "2", "3"], "b"])
    assert.deepStrictEqual(one(Flyway, "R__b c.sql", ""), ["R__b c.sql", [], "b_c"])
  })
})

describe("scripts of other tools", () => {
  const rewritten = (up: string, outside = false) =>
    Rewrite.rewrite("dbmate", { key: "1", file: "1_a.sql", parts: ["1"], name: "a", up, outside })

  it("say where they come from, and what no transaction allows is put outside of one", () => {
    assert.strictEqual(rewritten("\n\nSELECT 1;\n\n").up, "-- imported from dbmate: 1_a.sql\nSELECT 1;\n")
    assert.strictEqual(
      rewritten("CREATE INDEX CONCURRENTLY i ON t (a);").up,
      "-- imported from dbmate: 1_a.sql\n-- bfm-transaction: none\nCREATE INDEX CONCURRENTLY i ON t (a);\n"
    )
    assert.deepStrictEqual(Rewrite.originOf(rewritten("").up), { tool: "dbmate", file: "1_a.sql" })
    assert.strictEqual(
      rewritten("SELECT 1;", true).up,
      "-- imported from dbmate: 1_a.sql\n-- bfm-transaction: none\nSELECT 1;\n"
    )
    assert.isUndefined(rewritten("CREATE INDEX CONCURRENTLY i ON t (a);").refused)
  })

  it("keep their words, without a mark, blank lines around them, and with an end", () => {
    const { up, down } = Rewrite.rewrite("goose", {
      ...{ key: "1", file: "1 a.sql", parts: ["1"], name: "a", outside: false },
      up: "\ufeff\r\n \t\n  SELECT 1;\r\n\n  SELECT 2;  \n\n",
      down: "\n\n"
    })
    assert.strictEqual(up, "-- imported from goose: 1 a.sql\n  SELECT 1;\r\n\n  SELECT 2;\n")
    assert.strictEqual(down, "")
    assert.notProperty(rewritten(""), "down")
  })

  it("are known again by the line that says so, in the first 80 lines", () => {
    const origin = "-- imported from goose: 1 a.sql"
    const found = { tool: "goose", file: "1 a.sql" }
    assert.deepStrictEqual(Rewrite.originOf(`-- mine\r\n${origin}\r\nSELECT 1;`), found)
    assert.deepStrictEqual(Rewrite.originOf(`${"\n".repeat(79)}${origin}`), found)
    assert.isUndefined(Rewrite.originOf(`${"\n".repeat(80)}${origin}`))
    assert.isUndefined(Rewrite.originOf(`SELECT 1; ${origin}`))
  })

  it("that BfM would refuse say why", () => {
    assert.match(rewritten("SELECT 1;\nCOPY t FROM stdin;").refused ?? "", /^line 2: /)
    assert.match(rewritten("COPY t FROM stdin;", true).refused ?? "", /^line 1: /)
    assert.notInclude(rewritten("VACUUM;\nCOPY t FROM stdin;").up, "bfm-transaction")
    assert.notProperty(rewritten("SELECT 1;"), "refused")
    assert.match(rewritten("SELECT '{{.Nothing}}';").refused ?? "", /Nothing/)
    assert.strictEqual(rewritten("BEGIN;\nSELECT 1;\nCOMMIT;").refused, undefined)
  })
})
