import { spawn } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import pg from "pg"
import { ended } from "../../fixtures/Project.ts"
import * as Request from "../../fixtures/Request.ts"

const root = path.resolve(import.meta.dirname, "../../..")

const directory = Effect.acquireRelease(
  Effect.sync(() => {
    const made = fs.mkdtempSync(path.join(os.tmpdir(), "bfm-start-"))
    fs.chmodSync(made, 0o755)
    fs.cpSync(path.join(root, "sfm"), path.join(made, "sfm"), { recursive: true })
    return made
  }),
  made => Effect.sync(() => fs.rmSync(made, { recursive: true, force: true }))
)

/** What `npm start` runs when everything is installed and built. */
const start = (cwd: string, ...args: ReadonlyArray<string>) =>
  spawn(process.execPath, [path.join(root, "dist/start.cjs"), ...args], {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd, NO_COLOR: "1" }
  })

describe("npm start", () => {
  it.scoped(
    "shows what was applied, what waits, and what to do next; the second time nothing is pending",
    () =>
      Effect.gen(function* () {
        const cwd = yield* directory
        const first = yield* ended(start(cwd, "--once"))
        assert.deepStrictEqual({ code: first.code, stderr: first.stderr }, { code: 0, stderr: "" })
        assert.match(first.stdout, /^ {2}embedded PostgreSQL \d+ … ready \(socket, data in \.bfm\)\n/)
        assert.match(
          first.stdout,
          /sfm: \d+ migrations for connection core \(postgresql\), \d+ more for connections that are not configured: logs, metadata\n/
        )
        assert.match(first.stdout, /✔ 20250101120000 create_users +core\.users +\d+ms\n/)
        assert.match(first.stdout, /– 20250104070000 tenant_settings +needs a schema: bfm migrate up/)
        assert.match(first.stdout, /\d+ applied, 1 waits for a schema, 0 failed in /)
        assert.match(first.stdout, /Next: {2}npx bfm status\n/)
        const second = yield* ended(start(cwd, "--once"))
        assert.strictEqual(second.code, 0)
        assert.match(second.stdout, /Nothing to do: \d+ migrations selected, all applied\n/)
      })
  )

  it.scoped("shows the page with a token, keeps the database up, and says how to reach both", () =>
    Effect.gen(function* () {
      const cwd = yield* directory
      const child = yield* Effect.acquireRelease(
        Effect.sync(() => start(cwd)),
        started => Effect.sync(() => started.kill("SIGKILL"))
      )
      const said = yield* Effect.async<string>(resume => {
        let text = ""
        child.stdout?.on("data", chunk => {
          text += chunk
          if (text.includes("Ctrl-C")) resume(Effect.succeed(text))
        })
        child.on("close", () => resume(Effect.succeed(text)))
        return Effect.sync(() => child.kill("SIGKILL"))
      })
      const [, url = ""] = /core: {2}psql '(postgresql:\/\/.*)'/.exec(said) ?? []
      const { searchParams, username, pathname } = new URL(url.replace("@/", "@localhost/"))
      const host = searchParams.get("host") ?? ""
      const port = Number(searchParams.get("port"))
      const [, page = ""] = /Page {3}(http:\/\/localhost:\d+)\n/.exec(said) ?? []
      const [, token = ""] = /Token {2}([\w-]{32})\n/.exec(said) ?? []
      assert.match((yield* Request.at(page, token).get("/")).text, /<title>/)
      assert.strictEqual((yield* Request.at(page, token).get("/api/v1/whoami")).status, 200)
      const rows = yield* Effect.promise(async () => {
        const client = new pg.Client({ host, port, user: username, database: pathname.slice(1) })
        await client.connect()
        const { rows } = await client.query("SELECT count(*)::int AS n FROM core.users")
        await client.end()
        return rows
      })
      assert.lengthOf(rows, 1)
      const ending = yield* Effect.fork(ended(child))
      child.kill("SIGINT")
      assert.strictEqual((yield* ending).code, 0)
    })
  )
})
