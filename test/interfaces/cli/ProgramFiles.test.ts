import * as fs from "node:fs"
import * as path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Project from "../../fixtures/Project.ts"
import { project } from "./Team.ts"

describe("bin/bfm without any database", () => {
  const nowhere = { BFM_STATE_DB_URL: "postgres://127.0.0.1:1/x", CORE_DB_URL: "postgres://127.0.0.1:1/x" }

  it.scoped("new and build only touch files", () =>
    Effect.gen(function* () {
      const { cli, directory } = yield* project
      const created = yield* cli(["new", "postgres", "core", "Add Email!"], nowhere)
      assert.strictEqual(created.code, 0)
      const [, file = ""] = /^Created: (.*_add_email\.up\.sql)$/m.exec(created.stdout) ?? []
      assert.isTrue(fs.existsSync(file))
      const built = yield* cli(["build"], nowhere)
      assert.include(built.stdout, "\nSuccessfully generated 4 migration file(s)\n")
      assert.strictEqual((yield* cli(["build", "--check"], nowhere)).code, 0)
      fs.appendFileSync(
        path.join(directory, "sfm/postgresql/core/20250101120000_create_users.up.sql"),
        "-- more\n"
      )
      const stale = yield* cli(["build", "--check"], nowhere)
      assert.strictEqual(stale.code, 1)
      assert.include(stale.stderr, "20250101120000_create_users.ts (run bfm build)")
    })
  )

  it.scoped("a database that does not answer is named, without its password", () =>
    Effect.gen(function* () {
      const { cli } = yield* project
      const secret = { CORE_DB_URL: "postgres://u:hunter2@127.0.0.1:1/x" }
      const { code, stdout, stderr } = yield* cli(["migrate", "up", "--json"], secret)
      assert.strictEqual(code, 1)
      assert.strictEqual(JSON.parse(stdout).code, "ConnectionUnreachable")
      assert.include(stderr, "127.0.0.1:1/x")
      assert.notInclude(stdout + stderr, "hunter2")
    })
  )

  it.scoped("says its version also where everything else is wrong", () =>
    Effect.gen(function* () {
      const { cli } = yield* Project.make
      const { version } = JSON.parse(
        fs.readFileSync(path.resolve(import.meta.dirname, "../../../package.json"), "utf8")
      )
      const wrong = { CORE_DB_PORT: "x", BFM_STATE_BACKEND: "y" }
      assert.strictEqual((yield* cli(["--version"], wrong)).stdout, `bfm version ${version}\n`)
      assert.strictEqual((yield* cli(["version"], wrong)).stdout, `BfM CLI version ${version}\n`)
    })
  )
})
