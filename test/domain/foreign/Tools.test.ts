import { assert, describe, it } from "@effect/vitest"
import * as Dbmate from "../../../src/domain/foreign/Dbmate.ts"
import * as Flyway from "../../../src/domain/foreign/Flyway.ts"
import * as FlywayHistory from "../../../src/domain/foreign/FlywayHistory.ts"
import type { Tool } from "../../../src/domain/foreign/Foreign.ts"
import * as GolangMigrate from "../../../src/domain/foreign/GolangMigrate.ts"
import * as Goose from "../../../src/domain/foreign/Goose.ts"
import * as NodePgMigrate from "../../../src/domain/foreign/NodePgMigrate.ts"
import * as Rewrite from "../../../src/domain/foreign/Rewrite.ts"

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
  })

  it("flyway: counts lines as Flyway does, whatever ends them", () => {
    // The check value of CRC-32.
    assert.strictEqual(FlywayHistory.checksum("123456789"), 0xcbf43926 | 0)
    assert.strictEqual(FlywayHistory.checksum("\ufeff1234\r\n56789\n"), 0xcbf43926 | 0)
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
  })

  it("that BfM would refuse say why", () => {
    assert.match(rewritten("SELECT 1;\nCOPY t FROM stdin;").refused ?? "", /^line 2: /)
    assert.match(rewritten("SELECT '{{.Nothing}}';").refused ?? "", /Nothing/)
    assert.strictEqual(rewritten("BEGIN;\nSELECT 1;\nCOMMIT;").refused, undefined)
  })
})
