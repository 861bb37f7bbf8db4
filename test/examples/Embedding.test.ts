import { spawn } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Document from "../fixtures/Document.ts"
import { database, query } from "../fixtures/Postgresql.ts"

/** The example as its user has it: a copy beside a `node_modules` in which `bfm` is this repository, as it was built. */
const installed = Effect.gen(function* () {
  const directory = yield* Effect.acquireRelease(
    Effect.sync(() => fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "bfm-embedding-")))),
    created => Effect.sync(() => fs.rmSync(created, { recursive: true, force: true }))
  )
  const example = path.join(Document.root, "examples/embedding")
  for (const name of ["package.json", "tsconfig.json", "src", "sfm"]) {
    fs.cpSync(path.join(example, name), path.join(directory, name), { recursive: true })
  }
  const modules = path.join(Document.root, "node_modules")
  fs.mkdirSync(path.join(directory, "node_modules"))
  for (const name of fs.readdirSync(modules)) {
    fs.symlinkSync(path.join(modules, name), path.join(directory, "node_modules", name))
  }
  fs.symlinkSync(Document.root, path.join(directory, "node_modules", "bfm"))
  return directory
})

interface Answer {
  readonly code: number | null
  readonly output: string
}

const shell = (directory: string, command: string, url: string) =>
  Effect.async<Answer>(resume => {
    const child = spawn("sh", ["-c", `{ ${command}; } 2>&1`], {
      cwd: directory,
      env: {
        PATH: `${path.dirname(process.execPath)}:${process.env["PATH"]}`,
        HOME: directory,
        NO_COLOR: "1",
        APP_DB_URL: url,
        BFM_STATE_DB_URL: url,
        BFM_STATE_DB_PASSWORD: "",
        BFM_STATE_SCHEMA: "bfm_state"
      }
    })
    let output = ""
    child.stdout.on("data", chunk => (output += chunk))
    child.on("close", code => resume(Effect.succeed({ code, output })))
    child.stdin.end()
    return Effect.sync(() => child.kill("SIGKILL"))
  })

describe("examples/embedding", () => {
  it.scopedLive(
    "migrates itself when it starts, once; and says what went wrong",
    () =>
      Effect.gen(function* () {
        const directory = yield* installed
        const { url } = yield* database
        const first = yield* shell(directory, "npm start --silent", url)
        assert.strictEqual(first.code, 0, first.output)
        assert.include(
          first.output,
          "applied 20250101120000_create_guests_postgresql_app, 20250102090000_guests_by_name_postgresql_app"
        )
        assert.include(first.output, "guests so far: 1")
        const second = yield* shell(directory, "node dist/src/main.js", url)
        assert.strictEqual(second.code, 0, second.output)
        assert.include(second.output, "database is up to date")
        assert.include(second.output, "guests so far: 2")
        assert.deepStrictEqual(yield* query(url, "SELECT DISTINCT actor, method FROM bfm.ledger"), [
          { actor: "guest book", method: "library" }
        ])

        const { url: occupied } = yield* database
        yield* query(occupied, "CREATE TABLE guests ()")
        const refused = yield* shell(directory, "node dist/src/main.js", occupied)
        assert.strictEqual(refused.code, 1)
        assert.include(
          refused.output,
          'postgresql/app/20250101120000_create_guests.up.sql:2: relation "guests" already exists; nothing of it is left'
        )
      }),
    180_000
  )

  it.effect("has modules that are those of its scripts", () =>
    Effect.gen(function* () {
      const { code, output } = yield* shell(Document.root, "bin/bfm build examples/embedding/sfm --check", "")
      assert.strictEqual(code, 0, output)
    })
  )
})
