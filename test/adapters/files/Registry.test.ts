import * as fs from "node:fs"
import * as path from "node:path"
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { describe } from "vitest"
import * as Files from "../../../src/adapters/files/Registry.ts"
import type * as Catalog from "../../../src/domain/Catalog.ts"
import { canonical } from "../../../src/domain/Identity.ts"
import { Registry } from "../../../src/ports/Registry.ts"
import * as Sfm from "../../fixtures/Sfm.ts"

const load = (directory: string) =>
  Effect.flatMap(Registry, _ => _.load).pipe(Effect.provide(Files.layer(directory)))

const loaded = (files: Readonly<Record<string, string | Uint8Array>>) => Effect.flatMap(Sfm.make(files), load)

const shown = (catalog: Catalog.Catalog) =>
  catalog.problems.map(({ path, line, reason }) => `${path}${line === undefined ? "" : `:${line}`} ${reason}`)

const core = "postgresql/core"
const users = `${core}/20250101120000_create_users`

describe("the file registry", () => {
  it.scoped("reads pairs of every backend in order", () =>
    Effect.gen(function* () {
      const catalog = yield* loaded({
        "etcd/metadata/20250101000000_flags.up.json": '{"bfm": {"table": "flags"}, "operations": []}',
        [`${core}/20250102000000_b.up.sql`]: "ALTER TABLE ONLY users ADD b int;",
        [`${users}.up.sql`]: "-- bfm-schema: core\nCREATE TABLE users (id int);",
        [`${users}.down.sql`]: "DROP TABLE users;",
        "greptimedb/logs/20250101120000_x.up.sql": "-- nothing"
      })
      expect(shown(catalog)).toEqual([])
      expect(catalog.migrations.map(canonical)).toEqual([
        "20250101000000_flags_etcd_metadata",
        "20250101120000_create_users_postgresql_core",
        "20250101120000_x_greptimedb_logs",
        "20250102000000_b_postgresql_core"
      ])
      expect(catalog.migrations.map(({ table }) => table)).toEqual(["flags", "users", undefined, "users"])
      expect(catalog.migrations[1]).toMatchObject({
        schema: { _tag: "Fixed", name: "core" },
        transaction: "own",
        up: { _tag: "Script", text: "-- bfm-schema: core\nCREATE TABLE users (id int);" },
        down: { _tag: "Script", text: "DROP TABLE users;" }
      })
      expect(catalog.migrations[3]?.down).toBeUndefined()
    })
  )

  it.scoped("names files as the caller named the directory", () =>
    Effect.gen(function* () {
      const directory = yield* Sfm.make({ [`${users}.up.sql`]: "-- bfm-x: 1", [`${users}.down.sql`]: "" })
      const relative = `./${path.relative(process.cwd(), directory)}/`
      const catalog = yield* load(relative)
      expect(catalog.migrations[0]?.up.path).toBe(path.join(relative, `${users}.up.sql`))
      expect(catalog.migrations[0]?.down?.path).toBe(path.join(relative, `${users}.down.sql`))
      expect(catalog.problems[0]?.path).toBe(`${users}.up.sql`)
      expect(Files.make("./sfm/").source).toBe("sfm")
    })
  )

  it.scoped("reports everything that is wrong, in one go", () =>
    Effect.gen(function* () {
      const catalog = yield* loaded({
        "20250101120000_lost.up.sql": "",
        "mysql/core/20250101120000_x.up.sql": "",
        "mysql/core/20250101120000_x.down.sql": "",
        [`${core}/2025_x.up.sql`]: "",
        [`${core}/20250101120000_json.up.json`]: "[]",
        [`${core}/20250101120001_alone.down.sql`]: "",
        [`${core}/old/20250101120000_x.up.sql`]: "",
        [`${users}.up.sql`]: "SELECT 1;\n-- bfm-tag: a=b\n",
        "postgres/core/20250101120000_create_users.up.sql": "",
        [`${core}/20250101120002_latin.up.sql`]: Buffer.from("SELECT 1;\n-- f\xfcr\n", "latin1"),
        [`${core}/20250101120003_down.up.sql`]: "",
        [`${core}/20250101120003_down.down.sql`]: Uint8Array.of(0xff, 0xfe, 0x2d, 0x00),
        "etcd/metadata/20250101120000_broken.up.json": "[\n{]",
        "etcd/Metadata/20250101120000_x.up.json": "[]",
        [`${core}/notes.txt`]: ""
      })
      const layout = "invalid directory structure (expected: {backend}/{connection}/{filename})"
      const file = "invalid filename format"
      expect(shown(catalog)).toEqual([
        `20250101120000_lost.up.sql ${layout}`,
        'etcd/Metadata/ connection "Metadata": only lower-case letters, digits, _ and - are allowed',
        expect.stringMatching(/^etcd\/metadata\/20250101120000_broken\.up\.json:2 not valid JSON: /),
        'mysql/ unknown backend "mysql"; known: postgresql, greptimedb, etcd (postgres is accepted too)',
        `${users}.up.sql duplicate: postgres/core/20250101120000_create_users.up.sql is the same migration; keep one of them`,
        `${core}/20250101120000_json.up.json scripts of postgresql end in .up.sql, not .up.json`,
        `${core}/20250101120001_alone.down.sql missing up file for migration: ${core}/20250101120001_alone.up.sql`,
        `${core}/20250101120002_latin.up.sql:2 is not valid UTF-8; save the file as UTF-8`,
        `${core}/20250101120003_down.down.sql:1 is not valid UTF-8; save the file as UTF-8`,
        `${core}/2025_x.up.sql ${file}: version must be 14 digits (YYYYMMDDHHMMSS), then _ and a name`,
        `${core}/notes.txt ${file} (expected: {version}_{name}.up.sql or .down.sql)`,
        `${core}/old/ ${layout}: no directories below a connection's`
      ])
    })
  )

  it.scoped("keeps a migration with a bad directive known, and never an unreadable script runnable", () =>
    Effect.gen(function* () {
      const catalog = yield* loaded({
        [`${users}.up.sql`]: "-- bfm-tag: a=b\n",
        [`${core}/20250101120002_latin.up.sql`]: Buffer.from("f\xfcr", "latin1")
      })
      const [first, second] = catalog.migrations
      expect(shown(catalog)[0]).toBe(`${users}.up.sql:1 unknown directive bfm-tag; did you mean bfm-tags?`)
      expect(first?.name).toBe("create_users")
      expect(second?.up._tag).toBe("Program")
    })
  )

  it.scoped("finds two migrations that meet in one id", () =>
    Effect.gen(function* () {
      const catalog = yield* loaded({
        "etcd/x/20250101000000_a_etcd.up.json": "[]",
        "etcd/etcd_x/20250101000000_a.up.json": "[]"
      })
      expect(shown(catalog)).toEqual([
        "etcd/x/20250101000000_a_etcd.up.json duplicate: its id 20250101000000_a_etcd_etcd_x is also that of etcd/etcd_x/20250101000000_a.up.json; rename one of them"
      ])
    })
  )

  it.scoped("takes the mark off, keeps CRLF, and a replacement character that is meant", () =>
    Effect.gen(function* () {
      const catalog = yield* loaded({
        [`${users}.up.sql`]: "\ufeff-- bfm-table: a\r\nSELECT '\ufffd';\r\n",
        [`${users}.down.sql`]: "\ufeff\r\n"
      })
      expect(shown(catalog)).toEqual([])
      expect(catalog.migrations[0]).toMatchObject({
        table: "a",
        up: { text: "-- bfm-table: a\r\nSELECT '\ufffd';\r\n" },
        down: { text: "\r\n" }
      })
    })
  )

  it.scoped("reads long names, megabytes, and texts whose characters cross the buffer's end", () =>
    Effect.gen(function* () {
      // A file's name has at most 255 bytes: the longest that can stand in a directory.
      const name = "n".repeat(255 - "20250101120000_.down.sql".length)
      const big = `a${"ü".repeat(2_500_000)}`
      const exact = `${"x".repeat(65_535)}y`
      const catalog = yield* loaded({
        [`${core}/20250101120000_${name}.up.sql`]: big,
        [`${core}/20250101120000_${name}.down.sql`]: exact
      })
      expect(shown(catalog)).toEqual([])
      expect(catalog.migrations[0]?.name).toBe(name)
      expect(catalog.migrations[0]?.up.text === big).toBe(true)
      expect(catalog.migrations[0]?.down?.text === exact).toBe(true)
    })
  )

  it.scoped("follows links, ends circles, and passes by what is no file", () =>
    Effect.gen(function* () {
      const directory = yield* Sfm.make({ "..data/core/20250101120000_x.up.sql": "SELECT 1" })
      fs.mkdirSync(path.join(directory, "postgresql"))
      fs.symlinkSync(path.join(directory, "..data/core"), path.join(directory, "postgresql/core"))
      fs.symlinkSync(directory, path.join(directory, "etcd"))
      fs.symlinkSync(path.join(directory, "gone"), path.join(directory, "postgresql/dangling"))
      const catalog = yield* load(directory)
      expect(catalog.migrations.map(canonical)).toEqual(["20250101120000_x_postgresql_core"])
      expect(shown(catalog)).toContainEqual("postgresql/dangling does not exist")
    })
  )

  it.scoped("says what is missing when the directory is, and takes an empty one", () =>
    Effect.gen(function* () {
      const directory = yield* Sfm.make({ "README.md": "# Migrations" })
      expect((yield* load(directory)).migrations).toEqual([])
      const missing = yield* Effect.flip(load(path.join(directory, "nope")))
      expect(missing.message).toContain(`SFM path does not exist: ${path.join(directory, "nope")}`)
      expect(missing.message).toContain("bfm new")
      const file = yield* Effect.flip(load(path.join(directory, "README.md")))
      expect(file.message).toContain("is not a directory")
    })
  )

  it.scoped("sees an edited file when it loads again", () =>
    Effect.gen(function* () {
      const directory = yield* Sfm.make({ [`${users}.up.sql`]: "SELECT 1" })
      const registry = Files.make(directory)
      yield* registry.load
      Sfm.write(directory, { [`${users}.up.sql`]: "SELECT 2", [`${users}.down.sql`]: "" })
      expect((yield* registry.load).migrations[0]).toMatchObject({
        up: { text: "SELECT 2" },
        down: { text: "" }
      })
    })
  )
})
