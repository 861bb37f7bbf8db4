import * as fs from "node:fs"
import * as path from "node:path"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import { describe } from "vitest"
import * as Files from "../../src/adapters/files/Registry.ts"
import * as Template from "../../src/domain/source/Template.ts"
import * as New from "../../src/pipeline/author/New.ts"
import * as Sfm from "../fixtures/Sfm.ts"

const create = (options: New.NewOptions) =>
  New.create(options).pipe(Effect.provide(Layer.merge(NodeFileSystem.layer, NodePath.layer)))

const noon = Date.UTC(2025, 0, 2, 3, 4, 5, 678)

describe("bfm new", () => {
  it.scoped("creates a pair with the time in UTC that loads without a problem and does nothing", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(noon)
      const sfm = path.join(yield* Sfm.make(), "sfm")
      const made = yield* create({
        path: sfm,
        backend: "postgres",
        connection: "core",
        name: "Create Users!"
      })
      const stem = `${sfm}/postgresql/core/20250102030405_create_users`
      expect(made).toEqual({
        version: "20250102030405",
        name: "create_users",
        files: [`${stem}.up.sql`, `${stem}.down.sql`]
      })
      const catalog = yield* Files.make(sfm).load
      expect(catalog.problems).toEqual([])
      const [migration] = catalog.migrations
      expect(migration).toMatchObject({ tags: {}, dependsOn: [], requires: [], transaction: "own" })
      // Comments only, and no placeholder in them: the pair can be run as it is.
      for (const change of [migration?.up, migration?.down]) {
        const text = change?.text ?? "missing"
        expect(text.replaceAll(/^--.*$/gm, "").trim()).toBe("")
        const values = { schema: "", connection: "core", version: "1", variables: {} }
        expect(Either.isRight(Template.render(text, { ...values, backend: "postgresql" }))).toBe(true)
      }
    })
  )

  it.scoped("turns its examples into directives when their # is taken away", () =>
    Effect.gen(function* () {
      const sfm = yield* Sfm.make()
      const { files } = yield* create({ path: sfm, backend: "postgresql", connection: "core", name: "x" })
      const [up = ""] = files
      fs.writeFileSync(
        up,
        fs
          .readFileSync(up, "utf8")
          .replaceAll("-- # bfm", "-- bfm")
          .replaceAll(/ {4,}.*$/gm, "")
      )
      const catalog = yield* Files.make(sfm).load
      expect(catalog.problems).toEqual([])
      expect(catalog.migrations[0]).toMatchObject({
        schema: { name: "core" },
        table: "orders",
        tags: { env: "prod" },
        transaction: "none",
        lockTimeout: 5000
      })
    })
  )

  it.scoped("never takes a version twice and never overwrites", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(noon)
      const sfm = yield* Sfm.make({ "postgres/core/20250102030406_taken.up.sql": "" })
      const make = create({ path: sfm, backend: "postgresql", connection: "core", name: "same" })
      const versions = yield* Effect.forEach([1, 2, 3], () => Effect.map(make, ({ version }) => version))
      expect(versions).toEqual(["20250102030405", "20250102030407", "20250102030408"])
      // The folder that is there is used, however it is spelt.
      expect(fs.readdirSync(sfm)).toEqual(["postgres"])
    })
  )

  it.scoped("makes JSON for etcd", () =>
    Effect.gen(function* () {
      const sfm = yield* Sfm.make()
      const { files } = yield* create({ path: sfm, backend: "etcd", connection: "metadata", name: "flags" })
      expect(files.map(file => file.replace(/.*_/, ""))).toEqual(["flags.up.json", "flags.down.json"])
      expect((yield* Files.make(sfm).load).problems).toEqual([])
    })
  )

  it.scoped("says everything that is wrong with the words", () =>
    Effect.gen(function* () {
      const sfm = yield* Sfm.make()
      const failed = yield* Effect.flip(
        create({ path: sfm, backend: "postgre", connection: "Core", name: "!!" })
      )
      expect(failed.message.split("\n")).toEqual([
        'unknown backend "postgre"; known: postgresql, greptimedb, etcd; did you mean postgresql?',
        expect.stringContaining('connection "Core"'),
        '"!!" has no letters to make a name of'
      ])
      const long = yield* Effect.flip(
        create({ path: sfm, backend: "etcd", connection: "c", name: "ü".repeat(120) })
      )
      expect(long.message).toContain("too long")
      expect(fs.readdirSync(sfm)).toEqual([])
    })
  )

  it("writes any words in snake case", () => {
    expect(
      ["createUsers", "Add  e-mail to Users", "__x__", "größe ändern", "v2Tables", "already_snake"].map(
        New.snakeCase
      )
    ).toEqual(["create_users", "add_e_mail_to_users", "x", "größe_ändern", "v2_tables", "already_snake"])
  })
})
