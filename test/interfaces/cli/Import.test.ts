import * as fs from "node:fs"
import * as path from "node:path"
import * as NodeContext from "@effect/platform-node/NodeContext"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Config from "../../../src/Config.ts"
import * as Predecessor from "../../../src/config/Predecessor.ts"
import type { BfmError } from "../../../src/domain/Errors.ts"
import { AdoptionReport } from "../../../src/domain/predecessor/Adoption.ts"
import type * as Commands from "../../../src/interfaces/cli/Commands.ts"
import * as Main from "../../../src/Main.ts"
import * as Fingerprint from "../../fixtures/Fingerprint.ts"
import * as OldRecords from "../../fixtures/OldRecords.ts"
import * as Project from "../../fixtures/Project.ts"
import * as Captured from "./Captured.ts"

const users = "20250101120000_create_users"
const orders = "20250102120000_create_orders"
const id = (name: string): string => `${name}_postgresql_core`

/** Users are applied, orders were begun; the files have another place than usual. */
const team = Effect.gen(function* () {
  const project = yield* Project.make
  const old = yield* Project.make
  const files = path.join(project.directory, "scripts")
  project.write(`/scripts/postgresql/core/${users}.up.sql`, "CREATE TABLE users ();\n")
  project.write(
    `/scripts/postgresql/core/${users}.go`,
    'package core\n\nvar m = migrations.MigrationScript{\n\tSchema: "shop",\n\tTags: []string{"team=accounts"},\n}\n'
  )
  project.write(`/scripts/postgresql/core/${orders}.up.sql`, "-- bfm-schema: shop\nCREATE TABLE orders ();\n")
  yield* OldRecords.tables(old, "v0.2")
  const of = (name: string): OldRecords.Of => ({
    id: id(name),
    version: name.slice(0, 14),
    name: name.slice(15),
    schema: "shop"
  })
  yield* OldRecords.since02(old, of(users), "applied", [["shop", "applied", "2025-11-22 09:22:26"]])
  yield* OldRecords.since02(old, of(orders), "pending", [["shop", "pending", "2025-11-23 09:22:26"]])
  yield* project.query("CREATE SCHEMA shop; CREATE TABLE shop.users ()")
  const args = ["import", "bfm", "--from", old.state.url, "--path", files]
  return { project, old, args, again: { BFM_SFM_PATH: files } }
})

describe("bfm import bfm", () => {
  it.scopedLive("shows what it would do, does it, and has nothing to do afterwards", () =>
    Effect.gen(function* () {
      const { project, old, args, again } = yield* team
      const before = yield* Fingerprint.of(old.state.url)
      const planned = yield* project.cli([...args, "--dry-run"])
      assert.strictEqual(planned.code, 3)
      assert.match(
        planned.stdout,
        /^Import from .*, schema public \(v0\.2\); nothing has been changed\nDirectives\n/
      )
      assert.match(
        planned.stdout,
        /_create_users\.up\.sql\n {4}-- bfm-schema: shop\n {4}-- bfm-tags: team=accounts\n/
      )
      assert.match(
        planned.stdout,
        /taken as UTC\)\n {2}20250101120000 create_users {2}core {2}shop {2}2025-11-\d\d \d\d:\d\d {2}by api_user \(api\)\n/
      )
      assert.match(
        planned.stdout,
        /Only you can know\n {2}✘ .*create_orders_postgresql_core in shop: it was begun and never ended/
      )
      assert.lengthOf(yield* project.query("SELECT FROM pg_namespace WHERE nspname = 'bfm'"), 0)

      const refused = yield* project.cli(args)
      assert.strictEqual(refused.code, 1)
      assert.match(refused.stderr, /nobody can be asked here: add --yes/)

      const done = yield* project.cli([...args, "--yes"])
      assert.strictEqual(done.code, 3)
      assert.match(
        done.stdout,
        /✔ 1 file changed, 1 record taken over; nothing was run\n {2}Next: bfm status\n$/
      )
      const said = yield* project.cli(["resolve", id(orders), "--pending"], again)
      assert.strictEqual(said.code, 0)
      const nothing = yield* project.cli([...args, "--yes"])
      assert.deepStrictEqual([nothing.code, nothing.stderr], [0, ""])
      assert.match(nothing.stdout, /^Nothing to import from .* \(v0\.2\), 2 records known already\n$/)
      assert.deepStrictEqual(yield* Fingerprint.of(old.state.url), before)

      const status = yield* project.cli(["status"], again)
      assert.match(status.stdout, /create_users .*applied .*by api_user \(api\)\n.*create_orders .*pending/)
      const up = yield* project.cli(["migrate", "up"], again)
      assert.match(up.stdout, /create_orders .*\n\n {2}1 applied, 0 failed/)
    })
  )

  it.scopedLive("--json prints one value", () =>
    Effect.gen(function* () {
      const { project, args } = yield* team
      const dry = yield* project.cli([...args, "--dry-run", "--json"])
      const report = JSON.parse(dry.stdout)
      assert.sameMembers(Object.keys(report), Object.keys(AdoptionReport.fields))
      assert.deepStrictEqual([report.done, report.run_id, report.questions.length], [false, "", 1])
      const done = JSON.parse((yield* project.cli([...args, "--yes", "--json"])).stdout)
      assert.deepStrictEqual({ ...done, done: false, run_id: "" }, report)
      assert.isTrue(done.done)
      assert.deepStrictEqual(done.entries, [
        {
          migration_id: id(users),
          schema: "shop",
          version: "20250101120000",
          name: "create_users",
          connection: "core",
          applied_at: "2025-11-22T09:22:26.000Z",
          actor: "api_user",
          method: "api"
        }
      ])
    })
  )

  it.scopedLive("says what is wrong with the place, and never its password", () =>
    Effect.gen(function* () {
      const { project } = yield* team
      const ask = (args: ReadonlyArray<string>, environment: Readonly<Record<string, string>> = {}) =>
        project.cli(["import", "bfm", ...args], environment)
      const away = yield* ask(["--from", "postgres://bfm:hunter2@127.0.0.1:1/old", "--dry-run"])
      assert.strictEqual(away.code, 1)
      assert.match(
        away.stderr,
        /127\.0\.0\.1:1\/old, schema public\): could not read the tables of the Go BfM/
      )
      const odd = yield* ask(["--from", "mysql://bfm:hunter2@h/old"])
      assert.match(odd.stderr, /✘ --from must begin with postgres:\/\/ or postgresql:\/\//)
      const nowhere = yield* ask(["--dry-run", "--state-schema", "elsewhere"])
      assert.match(
        nowhere.stderr,
        /no tables of a Go BfM in .*, schema elsewhere: name its state database \(--from\)/
      )
      const mysql = yield* ask(["--dry-run"], { BFM_STATE_DB_URL: "mysql://bfm:hunter2@h/bfm" })
      assert.match(mysql.stderr, /ours is in MySQL: name its own \(--from postgres/)
      assert.notInclude([away, odd, nowhere, mysql].map(({ stderr }) => stderr).join(), "hunter2")
    })
  )

  it.scopedLive("asks whoever sits there, and takes a no for a no", () =>
    Effect.gen(function* () {
      const { project, old, again } = yield* team
      const environment = { ...project.environment, ...again }
      const config = yield* Config.decode(environment, yield* Config.sources(environment))
      const place = yield* Predecessor.place(config.state, old.state.url, undefined)
      const program: Commands.Program = {
        ...Captured.storeless,
        records: (): Layer.Layer<Layer.Layer.Success<ReturnType<Commands.Program["records"]>>, BfmError> =>
          Layer.mergeAll(Main.layer(config), Main.predecessor(config, place), NodeContext.layer)
      }
      const file = path.join(again.BFM_SFM_PATH, `postgresql/core/${users}.up.sql`)
      const no = yield* Captured.run(program, ["import", "bfm"], false)
      assert.deepStrictEqual([no.code, no.asked, no.err], [1, ["Import?"], "Nothing was changed."])
      assert.strictEqual(fs.readFileSync(file, "utf8"), "CREATE TABLE users ();\n")
      const yes = yield* Captured.run(program, ["import", "bfm"], true)
      assert.strictEqual(yes.code, 3)
      assert.match(fs.readFileSync(file, "utf8"), /^-- bfm-schema: shop\n/)
    })
  )
})
