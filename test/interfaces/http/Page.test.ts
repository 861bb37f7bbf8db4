import * as fs from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Project from "../../fixtures/Project.ts"
import * as Shop from "../../ui/Shop.ts"
import * as Service from "./Service.ts"

/** Names of the files that an answer speaks of. */
const assets = (html: string): ReadonlyArray<string> =>
  [...html.matchAll(/"(\/assets\/[^"]+)"/g)].map(([, name = ""]) => name)

const users = "20250101120000_create_users"
const audit = "20250102120000_create_audit"

const project = Effect.map(Project.make, made => {
  made.write(`${users}.up.sql`, "CREATE TABLE users (id int);")
  made.write(`${audit}.up.sql`, "-- bfm-depends-on: create_users\nCREATE TABLE audit (id int);")
  made.write("20250103120000_other.up.sql", "SELECT 1;")
  return made
})

describe("the page over HTTP", () => {
  it.scopedLive(
    "is given to anybody with a strict policy, compressed, and nothing else of the machine is",
    () =>
      Effect.gen(function* () {
        const { ask, get } = yield* Service.start(yield* project, { server: { page: Shop.page } })
        const open = (path: string, headers = {}) => get(path, { token: null, headers })
        const index = yield* open("/")
        assert.strictEqual(index.status, 200)
        const policy = index.headers.get("content-security-policy") ?? ""
        assert.include(policy, "default-src 'none'")
        assert.notInclude(policy, "unsafe")
        assert.strictEqual(index.headers.get("cache-control"), "no-cache")
        for (const path of [
          "/migrations",
          "/migrations/x_y",
          "/plan?id=a",
          "/runs/01",
          "/tenants",
          "/system"
        ])
          assert.strictEqual((yield* open(path)).text, index.text, path)
        for (const path of [
          "/index.html",
          "/assets/../../package.json",
          "/assets/%2e%2e/serve.cjs",
          "/assets/none.js",
          "/etc"
        ])
          assert.strictEqual((yield* open(path)).status, 404, path)
        assert.strictEqual((yield* ask("POST", "/")).status, 404)
        let first = 0
        for (const name of assets(index.text)) {
          const file = yield* open(name, { "accept-encoding": "gzip" })
          assert.strictEqual(file.headers.get("cache-control"), "public, max-age=31536000, immutable", name)
          if (!name.endsWith(".svg")) assert.strictEqual(file.headers.get("content-encoding"), "gzip", name)
          first += fs.statSync(`${Shop.page}${name}.gz`).size
        }
        assert.isAbove(first, 0)
        assert.isBelow(first, 300_000)
      })
  )

  it.scopedLive("says who asks, what depends on what, and plans just the ids that are named", () =>
    Effect.gen(function* () {
      const { get, post } = yield* Service.start(yield* project)
      assert.deepStrictEqual((yield* get("/api/v1/whoami", { token: "t-core" })).body, {
        name: "core-only",
        scopes: ["admin"],
        connections: ["core"]
      })
      assert.strictEqual((yield* get("/api/v1/whoami", { token: "t-unknown" })).status, 401)
      const { body: around } = yield* get(`/api/v1/migrations/${users}/dependencies`)
      assert.deepStrictEqual(around.edges, [
        { before: `${users}_postgresql_core`, after: `${audit}_postgresql_core` }
      ])
      const planned = yield* post("/api/v1/plan", { target: { ids: [audit] } })
      assert.deepStrictEqual(
        planned.body.steps.map(({ name }: { readonly name: string }) => name),
        ["create_users", "create_audit"]
      )
      assert.strictEqual((yield* post("/api/v1/plan", { target: { ids: ["nope"] } })).status, 404)
    })
  )

  it.scopedLive("rehearses without leaving anything, and only for whoever may apply", () =>
    Effect.gen(function* () {
      const made = yield* project
      const { get, post } = yield* Service.start(made)
      const refused = yield* post("/api/v1/rehearse", {}, { token: "t-read" })
      assert.strictEqual(refused.status, 403)
      const { body } = yield* post("/api/v1/rehearse", {})
      assert.isTrue(body.success)
      assert.strictEqual(body.applied.length, 3)
      assert.strictEqual((yield* get("/api/v1/migrations?status=pending")).body.total, 3)
      assert.deepStrictEqual(yield* made.query("SELECT 1 FROM pg_tables WHERE tablename = 'users'"), [])
      made.write("2025_x.up.sql", "SELECT 1;")
      yield* post("/api/v1/migrations/reindex")
      const { body: sources } = yield* get("/api/v1/sources")
      assert.match(sources.problems[0].path, /2025_x/)
    })
  )
})
