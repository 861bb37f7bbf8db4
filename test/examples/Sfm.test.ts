import * as fs from "node:fs"
import * as path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Document from "../fixtures/Document.ts"
import * as Etcd from "../fixtures/Etcd.ts"
import * as EtcdProject from "../fixtures/EtcdProject.ts"
import * as Project from "../fixtures/Project.ts"
import * as Walkthrough from "../fixtures/Walkthrough.ts"

const sfm = path.join(Document.root, "sfm")

/** The commands that the examples' own comments recommend. */
const recommended = (): ReadonlyArray<string> =>
  fs
    .readdirSync(sfm, { recursive: true, encoding: "utf8" })
    .filter(name => name.endsWith(".up.sql"))
    .flatMap(name => [...fs.readFileSync(path.join(sfm, name), "utf8").matchAll(/^--\s+bfm (migrate .*)$/gm)])
    .map(found => found[1] ?? "")

describe("sfm", () => {
  it.scopedLive("is applied as README shows, and can be taken back", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      const bfm = (...args: ReadonlyArray<string>) => project.cli(args, { BFM_SFM_PATH: sfm })
      const [picture] = Document.blocks("README.md").filter(({ attributes }) => attributes.has("start"))
      const steps = (picture?.text ?? "").split("\n").filter(line => /^ {2}([✔–]|\d+ applied)/.test(line))
      assert.isAbove(steps.length, 4)
      const up = yield* bfm("migrate", "up")
      assert.strictEqual(up.code, 0, up.stderr)
      const lacking = Walkthrough.missing(`${steps.join("\n")}\n…`, up.stdout)
      if (lacking !== undefined) assert.fail(`${up.stdout}\nlacks what README shows: ${lacking}`)

      assert.isNotEmpty(recommended())
      for (const command of recommended()) {
        const { code, stderr } = yield* bfm(...command.split(" "))
        assert.strictEqual(code, 0, `${command}: ${stderr}`)
      }
      const again = yield* bfm("migrate", "up", "--schema", "tenant_a", "--schema", "tenant_b", "--json")
      assert.deepInclude(JSON.parse(again.stdout), { success: true, applied: [], waiting: [] })

      const tables =
        "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('core', 'tenant_a', 'tenant_b')"
      assert.lengthOf(yield* project.query(tables), 5)
      for (const id of ["20250101120000_create_users", "20250105060000_seed_plans"]) {
        const down = yield* bfm("migrate", "down", id, "--cascade", "--yes")
        assert.strictEqual(down.code, 0, down.stderr)
      }
      for (const schema of ["tenant_a", "tenant_b"]) {
        const down = yield* bfm(
          "migrate",
          "down",
          "20250104070000_tenant_settings",
          "--schema",
          schema,
          "--yes"
        )
        assert.strictEqual(down.code, 0, down.stderr)
      }
      assert.deepStrictEqual(yield* project.query(tables), [])
    })
  )

  it.scopedLive("has an example of etcd, which is applied and taken back too", () =>
    Effect.gen(function* () {
      const team = yield* EtcdProject.make(yield* Etcd.make())
      const bfm = (...args: ReadonlyArray<string>) => team.cli(args, { BFM_SFM_PATH: sfm })
      const up = yield* bfm("migrate", "up", "--connection", "metadata")
      assert.strictEqual(up.code, 0, up.stderr)
      assert.deepStrictEqual(yield* team.keys, {
        "flags/limits": '{"uploads":10,"seats":5}',
        "flags/new_checkout": "off"
      })
      const tagged = yield* bfm(
        "migrate",
        "up",
        "--connection",
        "metadata",
        "--tag",
        "feature=flags",
        "--json"
      )
      assert.lengthOf(JSON.parse(tagged.stdout).skipped, 1)
      const down = yield* bfm("migrate", "down", "20250101000000_feature_flags", "--yes")
      assert.strictEqual(down.code, 0, down.stderr)
      assert.deepStrictEqual(yield* team.keys, {})
    })
  )
})
