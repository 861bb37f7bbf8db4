import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { describe } from "vitest"
import * as Modules from "../../../src/adapters/modules/Registry.ts"
import * as Migration from "../../../src/domain/Define.ts"
import { Registry } from "../../../src/ports/Registry.ts"

const identity = { backend: "postgresql", connection: "core", version: "20250101120000" } as const
const scripts = (name: string, up: string) =>
  Migration.fromScripts({ ...identity, name, path: `core/${name}.up.sql`, up })

const load = (migrations: ReadonlyArray<Migration.Migration>) =>
  Effect.flatMap(Registry, _ => _.load).pipe(Effect.provide(Modules.layerModules(migrations)))

describe("the registry of an application's modules", () => {
  it.effect("orders them and knows what their texts say", () =>
    Effect.gen(function* () {
      const { migrations, problems } = yield* load([
        scripts("b", "ALTER TABLE t ADD c int"),
        scripts("a", "")
      ])
      expect(problems).toEqual([])
      expect(migrations.map(({ name, table }) => [name, table])).toEqual([
        ["a", undefined],
        ["b", "t"]
      ])
    })
  )

  it.effect("takes programs without a file, and names as long as no file could have", () =>
    Effect.gen(function* () {
      const name = "n".repeat(250)
      const definition = Migration.make({ tags: { a: "b" }, lockTimeout: "1 second", up: Effect.void })
      const program = Migration.fromProgram({ ...identity, name, path: "here.ts", text: "v1", definition })
      const { migrations, problems } = yield* load([program])
      expect(problems).toEqual([])
      expect(migrations[0]).toMatchObject({ name, tags: { a: "b" }, lockTimeout: 1000, up: { text: "v1" } })
    })
  )

  it.effect("reports everything that is wrong with them", () =>
    Effect.gen(function* () {
      const { problems, migrations } = yield* load([
        scripts("a", "\n-- bfm-tags: x"),
        scripts("a", ""),
        scripts("x/y", ""),
        Migration.fromScripts({ ...identity, version: "1", name: "v", path: "v", up: "" }),
        Migration.fromProgram({ ...identity, name: "p", path: "p.ts", text: "", definition: undefined })
      ])
      expect(migrations).toHaveLength(4)
      expect(problems).toEqual([
        { path: "core/a.up.sql", reason: expect.stringContaining("duplicate") },
        { path: "core/a.up.sql", line: 2, reason: expect.stringContaining("invalid bfm-tags entry") },
        { path: "core/x/y.up.sql", reason: expect.stringContaining("must not contain /") },
        { path: "v", reason: expect.stringContaining("version must be 14 digits") },
        { path: "p.ts", reason: expect.stringContaining("the default export is no migration") }
      ])
    })
  )
})
