import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Bfm, Migration, Registry } from "../../../src/index.ts"
import * as Project from "../../fixtures/Project.ts"

const users = Migration.fromScripts({
  backend: "postgresql",
  connection: "core",
  version: "20250101120000",
  name: "create_users",
  path: "create_users.up.sql",
  up: "CREATE TABLE users (id int);"
})

describe("the library", () => {
  it.live("migrates from modules, without any directory", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      const layer = Bfm.layerModules([users], project.environment)
      const twice = Effect.zip(Bfm.up(), Bfm.up())
      const [first, second] = yield* Effect.provide(twice, layer)
      assert.deepStrictEqual(first.applied, ["20250101120000_create_users_postgresql_core"])
      assert.deepStrictEqual(second.applied, [])
    }).pipe(Effect.scoped)
  )

  it.live("does not place an application that lacks a variable in a database of its own", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Effect.provide(Bfm.plan(), Bfm.layerModules([users], {})))
      assert.strictEqual(error._tag, "ConfigInvalid")
      assert.match(error.message, /CORE_DB_HOST {2}is not set, nor CORE_DB_URL/)
    })
  )

  it.live("fails with the result when a step fails: what was applied before stays applied", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      const broken = Migration.fromScripts({
        backend: "postgresql",
        connection: "core",
        version: "20250102000000",
        name: "broken",
        path: "broken.up.sql",
        up: "CREATE TABEL x (id int);"
      })
      const layer = Bfm.layerModules([users, broken], project.environment)
      const error = yield* Effect.flip(Effect.provide(Bfm.up(), layer))
      if (error._tag !== "RunFailed") return assert.fail(error.message)
      assert.lengthOf(error.result.applied, 1)
      assert.strictEqual(error.result.failures[0]?.code, "42601")
      assert.lengthOf((yield* Effect.provide(Bfm.plan(), layer)).steps, 1)
    }).pipe(Effect.scoped)
  )

  it("offers a registry of its own making", () => {
    const { load, source } = Registry.fromModules([users], "ours")
    assert.strictEqual(source, "ours")
    assert.lengthOf(Effect.runSync(load).migrations, 1)
  })
})
