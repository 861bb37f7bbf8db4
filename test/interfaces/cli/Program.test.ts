import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { ordersId, project, tenantId, users, usersId } from "./Team.ts"

describe("bin/bfm on a real PostgreSQL", () => {
  it.scoped("plans, applies, says what is, explains, rolls back", () =>
    Effect.gen(function* () {
      const { cli, target } = yield* project
      const planned = yield* cli(["migrate", "plan", "--connection", "core"])
      assert.strictEqual(planned.code, 0)
      assert.match(planned.stdout, /^Plan [0-9a-f]{8} · 2 steps on core \(.*\), nothing has been changed\n/)
      assert.include(
        planned.stdout,
        "      CREATE TABLE users (id int PRIMARY KEY);\n      INSERT INTO users VALUES (1);\n"
      )
      const [, hash = ""] =
        /Apply it: {2}bfm migrate up --connection core --plan (\w+)/.exec(planned.stdout) ?? []

      const applied = yield* cli(["migrate", "up", "--plan", hash])
      assert.deepStrictEqual({ code: applied.code, stderr: applied.stderr }, { code: 0, stderr: "" })
      assert.match(applied.stdout, /^ {2}✔ 20250101120000 create_users {5}core\.users +\d+ms\n/)
      assert.match(applied.stdout, /– 20250104070000 tenant_settings {2}needs a schema: bfm migrate up/)
      assert.match(applied.stdout, /2 applied, 1 waits for a schema, 0 failed in /)

      const again = yield* cli(["migrate", "up"])
      assert.strictEqual(again.code, 0)
      assert.match(again.stdout, /^Nothing to do: 2 migrations selected, all applied\n/)

      const status = yield* cli(["status", "--exit-code"])
      assert.strictEqual(status.code, 2)
      assert.include(status.stdout, `/${target.name} `)
      assert.match(
        status.stdout,
        /create_users {5}core {2}applied {2}\d{4}-\d\d-\d\d \d\d:\d\d {2}by .* \(cli\)\n/
      )

      const history = yield* cli(["history", "20250101120000_create_users"])
      assert.match(history.stdout, /applied {2}20250101120000 create_users/)
      assert.strictEqual((yield* cli(["validate"])).stdout, "✔ 2 applied migrations: 2 the same\n")

      const refused = yield* cli(["migrate", "down", "20250102093000_create_orders"])
      assert.strictEqual(refused.code, 1)
      assert.include(refused.stderr, "add --yes")
      const down = yield* cli(["migrate", "down", "20250101120000_create_users", "--cascade", "--yes"])
      assert.strictEqual(down.code, 0)
      assert.match(down.stdout, /create_orders .*rolled back[\s\S]*create_users .*rolled back/)
      assert.match(down.stdout, /2 rolled back, 0 failed in /)
    })
  )

  it.scoped("--json prints one value, whatever happens", () =>
    Effect.gen(function* () {
      const { cli, write } = yield* project
      const json = (args: ReadonlyArray<string>) =>
        Effect.map(cli([...args, "--json"]), ({ code, stdout }) => ({ code, value: JSON.parse(stdout) }))

      const dry = yield* json(["migrate", "plan"])
      assert.deepStrictEqual(dry.value.applied, [`${usersId} (dry-run)`, `${ordersId} (dry-run)`])
      assert.strictEqual(
        dry.value.plan.steps[0].units[0].statements[0].text,
        "CREATE TABLE users (id int PRIMARY KEY)"
      )

      const up = yield* json(["migrate", "up"])
      assert.strictEqual(up.code, 0)
      const { success, applied, skipped, errors, waiting, run_id, plan } = up.value
      assert.deepStrictEqual(
        { success, applied, skipped, errors, waiting, plan },
        {
          success: true,
          applied: [usersId, ordersId],
          skipped: [],
          errors: [],
          waiting: [tenantId],
          plan: undefined
        }
      )
      assert.match(run_id, /^[0-9A-Z]{26}$/)

      const status = yield* json(["status"])
      assert.strictEqual(status.value.total, 3)
      const [first] = status.value.items
      assert.deepStrictEqual(
        { id: first.migration_id, applied: first.applied, status: first.status, schema: first.schema },
        { id: usersId, applied: true, status: "applied", schema: "core" }
      )

      write("20250301000000_wrong.up.sql", "-- bfm-schema: core\nSELECT 1;\nSELECT nothing FROM users;\n")
      const failed = yield* json(["migrate", "up"])
      assert.strictEqual(failed.code, 4)
      assert.deepStrictEqual(failed.value.errors, [
        '20250301000000_wrong_postgresql_core: column "nothing" does not exist'
      ])
      assert.deepStrictEqual(
        { line: failed.value.failures[0].line, column: failed.value.failures[0].column },
        { line: 3, column: 8 }
      )

      const unknown = yield* json(["migrate", "down", "nope", "--yes"])
      assert.deepStrictEqual(
        { code: unknown.code, tag: unknown.value.code, error: unknown.value.error },
        { code: 1, tag: "MigrationNotFound", error: "migration not found: nope" }
      )
    })
  )

  it.scoped("a failing step is explained where it stands", () =>
    Effect.gen(function* () {
      const { cli, write } = yield* project
      write(
        "20250301000000_twice.up.sql",
        "-- bfm-schema: core\n-- bfm-depends-on: create_users\nINSERT INTO users VALUES (1);\n"
      )
      write("20250302000000_later.up.sql", "-- bfm-schema: core\nSELECT 1;\n")
      const { code, stderr, stdout } = yield* cli(["migrate", "up"])
      assert.strictEqual(code, 4)
      assert.match(stdout, /2 applied, 1 waits for a schema, 1 failed, 1 not run in /)
      assert.match(
        stderr,
        /✘ 20250301000000 twice failed in schema core after \d+ms; nothing of it is left in place\n/
      )
      assert.include(stderr, "20250301000000_twice.up.sql:3:1\n  3 │ INSERT INTO users VALUES (1)\n    │ ^\n")
      assert.match(stderr, / {2}ERROR 23505 {2}duplicate key value violates unique constraint "users_pkey"\n/)
      assert.match(stderr, / {2}DETAIL {7}Key \(id\)=\(1\) already exists\.\n/)
      assert.match(stderr, /Not run because of it:\n {4}20250302000000 later/)
      assert.match(stderr, /Fix the data or the file, then: bfm migrate up\n {2}exit 4, run /)
    })
  )

  it.scoped("an applied file that was edited: refused, and shown as a diff", () =>
    Effect.gen(function* () {
      const { cli, write } = yield* project
      assert.strictEqual((yield* cli(["migrate", "up"])).code, 0)
      write("20250101120000_create_users.up.sql", users.replace("id int", "id bigint"))
      const refused = yield* cli(["migrate", "up"])
      assert.strictEqual(refused.code, 3)
      assert.include(refused.stderr, `bfm validate ${usersId}`)
      const validated = yield* cli(["validate", usersId])
      assert.strictEqual(validated.code, 3)
      assert.include(
        validated.stdout,
        "\n  -CREATE TABLE users (id int PRIMARY KEY);\n  +CREATE TABLE users (id bigint PRIMARY KEY);\n"
      )
    })
  )

  it.scoped("says in one place what is wrong with the sources, and runs nothing", () =>
    Effect.gen(function* () {
      const { cli, write, query } = yield* project
      write("2025_x.up.sql", "SELECT 1;\n")
      write("20250301000000_a.up.sql", "-- bfm-foo: x\nSELECT 1;\n")
      const { code, stderr } = yield* cli(["migrate", "up"])
      assert.strictEqual(code, 1)
      assert.match(stderr, /^✘ 2 problems in .*, nothing was run\n/)
      assert.include(stderr, "20250301000000_a.up.sql:1  ")
      assert.deepStrictEqual(yield* query("SELECT 1 FROM pg_namespace WHERE nspname IN ('core', 'bfm')"), [])
    })
  )

  it.scoped("resolve says what only a human can know, once", () =>
    Effect.gen(function* () {
      const { cli } = yield* project
      const neither = yield* cli(["resolve", usersId])
      assert.strictEqual(neither.code, 1)
      assert.include(neither.stderr, "--applied")
      const resolved = yield* cli(["resolve", usersId, "--applied"])
      assert.strictEqual(resolved.stdout, `✔ ${usersId} in schema core is now applied; nothing was run\n`)
      const plan = JSON.parse((yield* cli(["migrate", "plan", "--json"])).stdout)
      assert.deepStrictEqual(plan.applied, [`${ordersId} (dry-run)`])
    })
  )

  it.scoped("--rehearse executes and takes everything back", () =>
    Effect.gen(function* () {
      const { cli, query } = yield* project
      const { code, stdout } = yield* cli(["migrate", "up", "--rehearse"])
      assert.strictEqual(code, 0)
      assert.match(
        stdout,
        /Rehearsed in .*: 2 steps would succeed, 0 would fail\. Everything was taken back\./
      )
      assert.deepStrictEqual(yield* query("SELECT 1 FROM pg_tables WHERE tablename = 'users'"), [])
    })
  )
})
