import type { ChildProcess } from "node:child_process"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Project from "../../fixtures/Project.ts"
import * as Scenario from "../../fixtures/Scenario.ts"
import * as Service from "../http/Service.ts"
import { ordersId, project as team, usersId } from "./Team.ts"

/** A `bfm wait`, and what it has come to. */
const begin = Effect.fnUntraced(function* (project: Project.Project, ...args: ReadonlyArray<string>) {
  const child = project.spawn(["wait", ...args], { BFM_TOKEN: "t-read" })
  const said = yield* Effect.fork(heard(child, /pending on core/))
  const ended = yield* Effect.fork(Project.ended(child))
  yield* Fiber.join(said)
  return { child, ended: Fiber.join(ended) }
})

const heard = (child: ChildProcess, pattern: RegExp) =>
  Effect.async<void, Error>(resume => {
    let text = ""
    const hear = (chunk: Buffer) => {
      text += chunk
      if (pattern.test(text)) resume(Effect.void)
    }
    child.stdout?.on("data", hear)
    child.stderr?.on("data", hear)
    child.on("close", () => resume(Effect.fail(new Error(`it ended:\n${text}`))))
  })

/** Whatever is in a database that is not its own. */
const relations =
  "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname !~ '^(pg_|information_schema)'"

describe("bfm wait", () => {
  it.scopedLive("ends when somebody else has applied what was pending, and has made nothing itself", () =>
    Effect.gen(function* () {
      const project = yield* team
      const { ended } = yield* begin(project, "--for", "applied", "--json")
      assert.deepStrictEqual(yield* project.query(relations), [])
      assert.deepStrictEqual(yield* project.queryState(relations), [])
      yield* Scenario.up(project)
      const { code, stdout, stderr } = yield* ended
      assert.strictEqual(code, 0, stderr)
      assert.match(
        stderr,
        /^… 2 steps pending on core: 20250101120000 create_users in core, 20250102093000 create_orders in core\n/
      )
      assert.match(stderr, /\n✔ nothing is pending, after .*: 2 migrations applied\n {2}– 2025/)
      const { waited_ms, waiting, ...result } = JSON.parse(stdout)
      assert.deepStrictEqual(result, { success: true, for: "applied", pending: [], failed: [] })
      assert.lengthOf(waiting, 1)
      assert.isNumber(waited_ms)
    })
  )

  it.scopedLive("waits for a step that is retried, not for one that fails while it waits", () =>
    Effect.gen(function* () {
      const project = yield* team
      project.write("20250102093000_create_orders.up.sql", "-- bfm-schema: core\nCREATE TABEL orders ();\n")
      const first = yield* begin(project, "--json")
      yield* Scenario.upFails(project)
      const { code, stdout, stderr } = yield* first.ended
      assert.strictEqual(code, 4, stderr)
      assert.deepInclude(JSON.parse(stdout), { success: false, pending: [ordersId] })
      assert.include(stderr, "✘ 1 step failed while waiting\n  20250102093000 create_orders failed at ")
      const later = yield* project.cli(["wait", "--timeout", "0"])
      assert.strictEqual(later.code, 2)
      assert.match(later.stderr, /✘ 1 step pending on core: 20250102093000 create_orders in core; waited/)
      const second = yield* begin(project)
      project.write("20250102093000_create_orders.up.sql", "-- bfm-schema: core\nCREATE TABLE orders ();\n")
      yield* Scenario.up(project)
      const mended = yield* second.ended
      assert.strictEqual(mended.code, 0, mended.stderr)
      assert.include(mended.stdout, "  it may be tried again: 20250102093000 create_orders failed at ")
    })
  )

  it.scopedLive("asks a service with a token that may only read", () =>
    Effect.gen(function* () {
      const project = yield* team
      const { url } = yield* Service.start(project)
      const { ended } = yield* begin(project, "--connection", "core", "--server", url, "--json")
      yield* Scenario.up(project)
      const { code, stdout, stderr } = yield* ended
      assert.strictEqual(code, 0, stderr)
      assert.deepInclude(JSON.parse(stdout), { success: true, pending: [], failed: [] })
    })
  )

  it.scopedLive("waits for a database that is not there yet", () =>
    Effect.gen(function* () {
      const project = yield* team
      const name = `${project.target.name}_late`
      const later = { CORE_DB_URL: project.target.url.replace(project.target.name, name) }
      const child = project.spawn(["wait", "--for", "reachable"], later)
      const away = yield* Effect.fork(heard(child, /… connection core .*does not exist/))
      const ended = yield* Effect.fork(Project.ended(child))
      yield* Fiber.join(away)
      yield* Effect.acquireRelease(project.query(`CREATE DATABASE ${name}`), () =>
        project.query(`DROP DATABASE ${name} WITH (FORCE)`)
      )
      const { code, stdout, stderr } = yield* Fiber.join(ended)
      assert.strictEqual(code, 0, stderr)
      assert.match(stdout, /✔ everything answers, after /)
    })
  )

  it.scopedLive("ends at once where no waiting helps, and when it is told to", () =>
    Effect.gen(function* () {
      const project = yield* team
      const { child, ended } = yield* begin(project, "--timeout", "1h")
      child.kill("SIGTERM")
      assert.strictEqual((yield* ended).code, 130)
      const unknown = yield* project.cli(["wait", "--connection", "nobody", "--timeout", "1h"])
      assert.strictEqual(unknown.code, 1)
      yield* Scenario.up(project)
      project.write("20250101120000_create_users.up.sql", "-- bfm-schema: core\nCREATE TABLE other ();\n")
      const changed = yield* project.cli(["wait", "--timeout", "1h"])
      assert.strictEqual(changed.code, 3)
      assert.include(changed.stderr, usersId)
      project.write("20250101120000.up.sql", "")
      assert.strictEqual((yield* project.cli(["wait", "--timeout", "1h"])).code, 1)
    })
  )
})
