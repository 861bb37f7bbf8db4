import * as path from "node:path"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { build } from "esbuild"
import { Client, Errors } from "../../../src/client.ts"
import * as Project from "../../fixtures/Project.ts"
import * as Service from "./Service.ts"

const project = Effect.map(Project.make, made => {
  made.write("20250101120000_users.up.sql", "CREATE TABLE users (id int);")
  return made
})

describe("bfm/client", () => {
  it.scopedLive("has what is answered with its types, and what goes wrong as values", () =>
    Effect.gen(function* () {
      const { url } = yield* Service.start(yield* project)
      const client = yield* Client.make({ url, token: "t-admin" })
      const list = yield* client.migrations.list({ urlParams: { status: "pending" } })
      assert.deepStrictEqual(
        list.items.map(({ name }) => name),
        ["users"]
      )
      const run = yield* client.runs.start({ payload: { direction: "up" } })
      const heard = yield* Stream.runCollect(client.follow(run.id))
      const last = [...heard].at(-1)
      assert.strictEqual(last?._tag === "Event" ? last.event._tag : "", "RunFinished")
      const rest = yield* Stream.runCount(client.follow(run.id, heard.length - 1))
      assert.strictEqual(rest, 1)

      const missing = yield* Effect.flip(client.migrations.detail({ path: { id: "nope" } }))
      assert.instanceOf(missing, Errors.MigrationNotFound)
      const ended = yield* Effect.flip(client.runs.cancel({ path: { id: run.id }, urlParams: {} }))
      assert.instanceOf(ended, Errors.RunConflict)
      const unplanned = yield* Effect.flip(
        client.runs.migrate({ payload: { connection: "nope", target: { connection: "core" } } })
      )
      assert.deepInclude(unplanned, { _tag: "ConnectionUnknown", connection: "nope" })
      const nobody = yield* Client.make({ url, token: "t-nobody" })
      assert.instanceOf(yield* Effect.flip(nobody.migrations.list({ urlParams: {} })), Errors.Unauthenticated)
      const gone = yield* Effect.flip(Stream.runDrain(client.follow("nope")))
      assert.instanceOf(gone, Errors.RunNotFound)
    }).pipe(Effect.provide(FetchHttpClient.layer))
  )

  it("holds nothing of the server, and runs in a browser", async () => {
    const { metafile } = await build({
      entryPoints: [path.resolve(import.meta.dirname, "../../../src/client.ts")],
      bundle: true,
      platform: "browser",
      format: "esm",
      write: false,
      metafile: true,
      logLevel: "silent"
    })
    const own = Object.keys(metafile.inputs).filter(file => file.startsWith("src/"))
    assert.isAbove(own.length, 10)
    assert.deepStrictEqual(
      own.filter(file => !/^src\/(client\.ts|domain\/|interfaces\/(http|wire)\/)/.test(file)),
      []
    )
    const server =
      /(Server|App|RunAndWait|Begin|Body|Authentication|Document|DocsPage|Migrations|Runs|Service)\.ts$/
    assert.deepStrictEqual(
      own.filter(file => file.startsWith("src/interfaces/http") && server.test(file)),
      []
    )
    assert.deepStrictEqual(
      Object.keys(metafile.inputs).filter(file => /platform-node|^node:|\/pg\//.test(file)),
      []
    )
  })
})
