import * as fs from "node:fs"
import * as path from "node:path"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fc from "fast-check"
import { createJiti } from "jiti"
import { describe } from "vitest"
import * as Files from "../../src/adapters/files/Registry.ts"
import * as Modules from "../../src/adapters/modules/Registry.ts"
import * as Authoring from "../../src/domain/Authoring.ts"
import type { Catalog } from "../../src/domain/Catalog.ts"
import type { Migration } from "../../src/domain/Migration.ts"
import { literal } from "../../src/domain/source/Literal.ts"
import * as Build from "../../src/pipeline/author/Build.ts"
import type { BuildOptions } from "../../src/pipeline/author/BuildReport.ts"
import * as Sfm from "../fixtures/Sfm.ts"

const platform = Layer.merge(NodeFileSystem.layer, NodePath.layer)

const build = (options: BuildOptions) =>
  Build.build(options).pipe(Effect.provide(Layer.merge(platform, Files.layer(options.path))))

const jiti = createJiti(import.meta.url, {
  fsCache: false,
  moduleCache: false,
  interopDefault: false,
  nativeModules: ["effect"],
  alias: { effect: path.resolve("node_modules/effect") },
  virtualModules: { bfm: Authoring }
})

/** The registry as an application imports it. */
const imported = (directory: string) =>
  Effect.promise(() =>
    jiti.import<{ registry: ReadonlyArray<Migration> }>(path.join(directory, "index.ts"))
  ).pipe(Effect.flatMap(({ registry }) => Modules.fromModules(registry).load))

/** Everything that a plan is made of; paths below the directory. */
const content = (catalog: Catalog, directory: string) =>
  catalog.migrations.map(({ backend, connection, version, name, schema, table, tags, ...rest }) => ({
    ...{ backend, connection, version, name, schema, table, tags },
    ...{ dependsOn: rest.dependsOn, requires: rest.requires, transaction: rest.transaction },
    ...{ lockTimeout: rest.lockTimeout, statementTimeout: rest.statementTimeout },
    up: [rest.up._tag, rest.up.text, rest.up.path.replace(`${directory}/`, "")],
    down: rest.down && [rest.down._tag, rest.down.text, rest.down.path.replace(`${directory}/`, "")]
  }))

const core = "postgresql/core"
const nasty =
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it must survive
  "-- bfm-tags: a=b\r\nSELECT `x`, '${y}', '\\', '\\n', E'\\u0041', '\u2028\u2029\u0000\u200b', '🎉';\r\n\tend\\"
const sources = {
  [`${core}/20250101120000_create_users.up.sql`]: "-- bfm-schema: core\nCREATE TABLE users (id int);\n",
  [`${core}/20250101120000_create_users.down.sql`]: "DROP TABLE users;\n",
  [`${core}/20250102000000_na'st"y what? 100%.up.sql`]: `\ufeff${nasty}`,
  [`${core}/20250102000000_na'st"y what? 100%.down.sql`]: nasty,
  "postgres/other/20250103000000_x.up.up.sql": "-- bfm-transaction: none\n-- bfm-lock-timeout: 5s\nVACUUM;",
  "etcd/metadata/20250101000000_flags.up.json":
    '{"bfm": {"dependsOn": ["core/create_users"]}, "operations": []}'
}
const program = {
  [`${core}/20250104000000_backfill.ts`]: `import { Migration, Session } from "bfm"
import * as Effect from "effect/Effect"
export default Migration.make({ tags: { kind: "data" }, up: Effect.flatMap(Session, _ => _.execute(\`SELECT 1\`)) })
`
}

const snapshot = (directory: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    fs
      .readdirSync(directory, { recursive: true, encoding: "utf8" })
      .filter(file => file.endsWith(".ts"))
      .sort()
      .map(file => [file, fs.readFileSync(path.join(directory, file), "utf8")])
  )

describe("bfm build", () => {
  it.scoped("makes modules that are the same catalog, without the directory", () =>
    Effect.gen(function* () {
      const directory = yield* Sfm.make({ ...sources, ...program })
      const before = content(yield* Files.make(directory).load, directory)
      const report = yield* build({ path: directory })
      expect(report.written).toHaveLength(5)
      const registry = yield* imported(directory)
      expect(registry.problems).toEqual([])
      expect(content(registry, directory)).toEqual(before)
      expect(before[2]).toMatchObject({ up: ["Script", nasty, expect.anything()], tags: { a: "b" } })
      // The modules that stand beside their pairs now are no second migrations.
      const again = yield* Files.make(directory).load
      expect(again.problems).toEqual([])
      expect(content(again, directory)).toEqual(before)
    })
  )

  it.scoped("writes beside the scripts or elsewhere, imports only bfm, and leaves no draft behind", () =>
    Effect.gen(function* () {
      const directory = yield* Sfm.make({ ...sources, ...program })
      const output = path.join(directory, ".out/deep")
      const report = yield* build({ path: directory, output })
      expect(Object.keys(snapshot(output))).toEqual([
        "etcd/metadata/20250101000000_flags.ts",
        "index.ts",
        "postgres/other/20250103000000_x.up.ts",
        `${core}/20250101120000_create_users.ts`,
        `${core}/20250102000000_na'st"y what? 100%.ts`
      ])
      expect(fs.readdirSync(output).sort()).toEqual(["etcd", "index.ts", "postgres", "postgresql"])
      expect(report.lines.at(-1)).toBe("Successfully generated 4 migration file(s)")
      for (const [file, text] of Object.entries(snapshot(output))) {
        const [head = ""] = text.split("\n\n")
        const imports = [...head.matchAll(/^import .* from "(.*)"$/gm)].map(([, from]) => from)
        expect(imports.filter(from => file !== "index.ts" || !from?.startsWith("."))).toEqual(["bfm"])
      }
      expect((yield* imported(output)).migrations).toHaveLength(5)
    })
  )

  it.scoped("is deterministic and touches nothing that is up to date", () =>
    Effect.gen(function* () {
      const one = yield* Sfm.make({ ...sources, ...program })
      const two = yield* Sfm.make(Object.fromEntries(Object.entries({ ...program, ...sources }).reverse()))
      yield* build({ path: one })
      yield* build({ path: two })
      expect(snapshot(two)).toEqual(snapshot(one))
      const index = path.join(one, "index.ts")
      const written = fs.statSync(index).mtimeMs
      const again = yield* build({ path: one, verbose: true })
      expect(again.written).toEqual([])
      expect(again.lines).toContain("Successfully generated 0 migration file(s)")
      expect(again.lines).toContain("4 already up to date")
      expect(fs.statSync(index).mtimeMs).toBe(written)
    })
  )

  it.scoped("speaks as the predecessor did", () =>
    Effect.gen(function* () {
      const name = `${core}/20250101120000_create_users`
      const directory = yield* Sfm.make({ [`${name}.up.sql`]: "SELECT 1" })
      const dry = yield* build({ path: directory, dryRun: true, verbose: true })
      expect(dry.lines).toEqual([
        `Scanning SFM directory: ${directory}`,
        "DRY RUN MODE - No files will be created",
        `Found migration file: ${directory}/${name}.up.sql`,
        "",
        "Found 1 migration(s) to process",
        `[DRY RUN] Would generate: ${directory}/${name}.ts`,
        `[DRY RUN] Would generate: ${directory}/index.ts`,
        "",
        "Would generate 1 migration file(s)",
        "",
        "Build completed successfully!"
      ])
      expect(snapshot(directory)).toEqual({})
      expect((yield* build({ path: directory })).lines).toEqual([
        `Generated: ${directory}/${name}.ts`,
        `Generated: ${directory}/index.ts`,
        "",
        "Successfully generated 1 migration file(s)"
      ])
      const empty = yield* Sfm.make()
      expect((yield* build({ path: empty })).lines).toEqual([
        "No migration files found in the specified directory"
      ])
      expect(fs.readdirSync(empty)).toEqual([])
    })
  )

  it.scoped("overwrites nothing that it did not generate, and names all of it", () =>
    Effect.gen(function* () {
      const directory = yield* Sfm.make(sources)
      const output = yield* Sfm.make({
        "index.ts": "export const mine = 1",
        [`${core}/20250101120000_create_users.ts`]: "// mine"
      })
      const before = snapshot(output)
      const failed = yield* Effect.flip(build({ path: directory, output }))
      expect(failed._tag).toBe("BuildFailed")
      expect(failed.message).toContain(`${output}/index.ts was not generated by bfm build`)
      expect(failed.message).toContain(`${output}/${core}/20250101120000_create_users.ts was not generated`)
      expect(snapshot(output)).toEqual(before)
    })
  )

  it.scoped("checks without writing: missing, stale, and modules whose scripts are gone", () =>
    Effect.gen(function* () {
      const directory = yield* Sfm.make(sources)
      const check = build({ path: directory, check: true })
      const [users, flags] = [`${core}/20250101120000_create_users`, "etcd/metadata/20250101000000_flags"]
      expect((yield* Effect.flip(check)).message).toContain(`missing: ${directory}/${users}.ts`)
      expect(snapshot(directory)).toEqual({})
      yield* build({ path: directory })
      expect((yield* check).lines).toEqual(["4 migration file(s) up to date"])

      Sfm.write(directory, { [`${users}.down.sql`]: "DROP TABLE users CASCADE;\n" })
      fs.rmSync(path.join(directory, `${flags}.up.json`))
      const before = snapshot(directory)
      expect((yield* Effect.flip(check)).message.split("\n")).toEqual([
        `stale: ${directory}/${users}.ts (run bfm build)`,
        `stale: ${directory}/index.ts (run bfm build)`,
        `its scripts are gone: ${directory}/${flags}.ts (run bfm build)`
      ])
      expect(snapshot(directory)).toEqual(before)

      const report = yield* build({ path: directory })
      expect(report.removed).toEqual([`${directory}/${flags}.ts`])
      expect(report.lines).toContain(`Removed: ${directory}/${flags}.ts`)
      expect((yield* check).stale).toEqual([])
      expect((yield* imported(directory)).migrations).toHaveLength(3)
    })
  )

  it.scoped("does not call a checkout with CRLF stale", () =>
    Effect.gen(function* () {
      const directory = yield* Sfm.make(sources)
      yield* build({ path: directory })
      for (const [file, text] of Object.entries(snapshot(directory))) {
        fs.writeFileSync(path.join(directory, file), text.replaceAll("\n", "\r\n"))
      }
      expect((yield* build({ path: directory, check: true })).stale).toEqual([])
      const { migrations } = yield* imported(directory)
      expect(migrations[2]?.up.text).toBe(nasty)
    })
  )

  it.scoped("refuses sources with problems, and says all of them", () =>
    Effect.gen(function* () {
      const directory = yield* Sfm.make({
        [`${core}/x.up.sql`]: "",
        [`${core}/20250101120000_a.up.sql`]: "-- bfm-tags: x"
      })
      const failed = yield* Effect.flip(build({ path: directory }))
      expect(failed.message).toContain('20250101120000_a.up.sql:1  bfm-tags: invalid bfm-tags entry "x"')
      expect(failed.message).toContain("x.up.sql  invalid filename format")
      expect(snapshot(directory)).toEqual({})
    })
  )
})

describe("a text in a module", () => {
  it("is exactly that text again, and one that tools do not change", () => {
    const part = fc.constantFrom(
      "`",
      "\\",
      "${",
      "$",
      "{",
      "\r\n",
      "\r",
      "\n",
      "\u2028",
      "\0",
      "1",
      "\ufeff",
      "u{"
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(part, fc.string({ unit: "binary" }))), parts => {
        const text = parts.join("")
        const code = literal(text)
        expect(new Function(`return ${code}`)()).toBe(text)
        expect(code).not.toMatch(/[\r\u2028\u2029\0]/)
      })
    )
  })
})
