import { spawn } from "node:child_process"
import * as fs from "node:fs"
import * as net from "node:net"
import * as os from "node:os"
import * as path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { ended } from "../../fixtures/Project.ts"
import * as Request from "../../fixtures/Request.ts"

const root = path.resolve(import.meta.dirname, "../../..")

const directory = Effect.acquireRelease(
  Effect.sync(() => {
    const made = fs.mkdtempSync(path.join(os.tmpdir(), "bfm-dev-"))
    fs.chmodSync(made, 0o755)
    fs.cpSync(path.join(root, "sfm"), path.join(made, "sfm"), { recursive: true })
    return made
  }),
  made => Effect.sync(() => fs.rmSync(made, { recursive: true, force: true }))
)

/** Somebody else listens on the usual port. */
const usualPortTaken = Effect.acquireRelease(
  Effect.async<net.Server>(resume => {
    const server = net.createServer()
    server.once("error", () => resume(Effect.succeed(server)))
    server.listen(7070, "127.0.0.1", () => resume(Effect.succeed(server)))
  }),
  server => Effect.sync(() => server.close())
)

const dev = (cwd: string, environment: Readonly<Record<string, string>>) =>
  Effect.acquireRelease(
    Effect.sync(() =>
      spawn(process.execPath, [path.join(root, "bin/bfm"), "dev"], {
        cwd,
        env: { PATH: process.env.PATH, HOME: cwd, NO_COLOR: "1", ...environment }
      })
    ),
    child => Effect.sync(() => child.kill("SIGKILL"))
  )

describe("bfm dev", () => {
  it.scopedLive(
    "serves on the embedded database only, says where and with which token, and ends with Ctrl-C",
    () =>
      Effect.gen(function* () {
        const cwd = yield* directory
        yield* usualPortTaken
        const child = yield* dev(cwd, {
          BFM_API_TOKEN: "set-by-somebody",
          CORE_DB_URL: "postgresql://u:hidden@127.0.0.1:1/app"
        })
        const said = yield* Effect.async<string>(resume => {
          let text = ""
          const hear = (chunk: Buffer) => {
            text += chunk
            if (text.includes("Ctrl-C")) resume(Effect.succeed(text))
          }
          child.stdout.on("data", hear)
          child.stderr.on("data", hear)
          child.on("close", () => resume(Effect.succeed(text)))
        })
        const [, url = ""] = /Page {3}(http:\/\/localhost:\d+)\n/.exec(said) ?? []
        const [, token = ""] = /Token {2}([\w-]{32})\n/.exec(said) ?? []
        assert.notStrictEqual(new URL(url).port, "7070")
        assert.match(said, /Set, and not used here: BFM_API_TOKEN, CORE_DB_URL\n/)
        assert.notMatch(said, /hidden|set-by-somebody/)
        assert.strictEqual((yield* Request.at(url, "set-by-somebody").get("/api/v1/runs")).status, 401)
        // What is pending is applied by itself.
        const applied = yield* Request.at(url, token)
          .get("/api/v1/migrations?connection=core&status=applied")
          .pipe(
            Effect.filterOrFail(({ body }) => Object(body).total === 4),
            Effect.retry(Schedule.spaced("100 millis"))
          )
        assert.strictEqual(applied.status, 200)
        const ending = yield* Effect.fork(ended(child))
        child.kill("SIGINT")
        assert.strictEqual((yield* ending).code, 0)
      })
  )
})
