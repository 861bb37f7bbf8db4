import type { ChildProcess } from "node:child_process"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Interceptor from "../../fixtures/Interceptor.ts"
import * as Project from "../../fixtures/Project.ts"
import * as Scenario from "../../fixtures/Scenario.ts"
import * as Team from "../cli/Team.ts"
import * as Service from "../http/Service.ts"

/** Neither the databases nor the migrations are where the program is. */
const away = { BFM_TOKEN: "t-admin", CORE_DB_URL: "", BFM_STATE_DB_URL: "", BFM_SFM_PATH: "nowhere" }

/** Three tables; the second one waits at a gate. */
const gated = Effect.gen(function* () {
  const project = yield* Project.make
  const gate = yield* Scenario.gate(project)
  project.write("20250101000001_a.up.sql", "CREATE TABLE a (id int);")
  project.write("20250101000002_b.up.sql", `CREATE TABLE b (id int);\n${gate.statement};`)
  project.write("20250101000003_c.up.sql", "CREATE TABLE c (id int);")
  return { project, gate }
})

const [a, b, c] = [Scenario.id(1, "a"), Scenario.id(2, "b"), Scenario.id(3, "c")]

/** Until the program has said it. */
const heard = (child: ChildProcess, pattern: RegExp) =>
  Effect.async<void>(resume => {
    let text = ""
    child.stderr?.on("data", chunk => {
      text += chunk
      if (pattern.test(text)) resume(Effect.void)
    })
  })

/** What differs from one time to the next. */
const timeless = (text: string): string =>
  text
    .replaceAll(/ +\d+(\.\d+)?(ms|s)\b/g, " TIME")
    .replaceAll(/ *run \w{26}/g, " RUN")
    .replaceAll(/by \w+ \(\w+\)/g, "by SOMEBODY")
    .replaceAll(/ --server \S+/g, "")
    .replaceAll(/\s+exit/g, " exit")
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d/g, "THEN")

describe("bfm --server", () => {
  it.scopedLive("says of a project what it says where the databases are, with the same exit codes", () =>
    Effect.gen(function* () {
      const near = yield* Team.project
      const far = yield* Team.project
      const { url } = yield* Service.start(far)
      for (const project of [near, far])
        project.write("20250103000000_bad.up.sql", "CREATE TABLE x (\n  id itn\n);")
      const same = Effect.fnUntraced(function* (...args: ReadonlyArray<string>) {
        const here = yield* near.cli(args)
        const there = yield* far.cli([...args, "--server", url], away)
        const from = (text: string) =>
          timeless(
            text.replaceAll(far.target.name, near.target.name).replaceAll(far.directory, near.directory)
          )
        // One JSON value may be written in more than one way.
        const value = (text: string) => (args.includes("--json") ? JSON.parse(text) : text)
        assert.deepStrictEqual(
          [there.code, value(from(there.stdout)), from(there.stderr)],
          [here.code, value(timeless(here.stdout)), timeless(here.stderr)],
          args.join(" ")
        )
        return here.code
      })
      assert.strictEqual(yield* same("status", "--exit-code"), 2)
      yield* same("status", "--schema", "tenant_a", "--connection", "core")
      yield* same("migrate", "plan", "--schema", "tenant_a")
      yield* same("migrate", "plan", "--graph")
      yield* same("migrate", "up", "--dry-run", "--json")
      assert.strictEqual(yield* same("migrate", "up", "--rehearse", "--to", "20250102999999"), 0)
      assert.strictEqual(yield* same("migrate", "up", "--rehearse"), 4)
      assert.strictEqual(yield* same("migrate", "up"), 4)
      yield* same("status")
      yield* same("history", "--limit", "2")
      yield* same("validate")
      yield* same("tenants")
      assert.strictEqual(yield* same("migrate", "down", "20250101120000_create_users", "--yes"), 1)
      assert.strictEqual(yield* same("migrate", "down", Team.ordersId, "--yes"), 0)
      assert.strictEqual(yield* same("migrate", "up", "--plan", "00000000"), 3)
      for (const project of [near, far])
        project.write("20250101120000_create_users.up.sql", `${Team.users}SELECT 1;`)
      assert.strictEqual(yield* same("validate"), 3)
      assert.strictEqual(yield* same("migrate", "up"), 3)
      assert.strictEqual(yield* same("migrate", "up", "--connection", "nobody"), 1)
    })
  )

  it.scopedLive("goes on listening where a connection broke, and each change is made once", () =>
    Effect.gen(function* () {
      const { project, gate } = yield* gated
      const { port } = yield* Service.start(project)
      const between = yield* Interceptor.make(port)
      const url = `http://${between.endpoint}`
      const running = yield* Effect.fork(project.cli(["--server", url, "migrate", "up", "--json"], away))
      yield* gate.reached
      yield* between.cut
      yield* gate.open
      const { code, stdout, stderr } = yield* Fiber.join(running)
      assert.strictEqual(code, 0, stderr)
      assert.deepInclude(JSON.parse(stdout), { success: true, applied: [a, b, c], warnings: [] })
      assert.match(stderr, /the connection to http:\S+ was lost; run \w{26} goes on there, listening again/)
      assert.deepStrictEqual(yield* Scenario.agreed(project), [a, b, c])
    })
  )

  it.scopedLive("is told to stop with Ctrl-C: the step in flight ends, and no other begins", () =>
    Effect.gen(function* () {
      const { project, gate } = yield* gated
      const { url } = yield* Service.start(project)
      const child = project.spawn(["migrate", "up", "--server", url], away)
      const running = yield* Effect.fork(Project.ended(child))
      const told = yield* Effect.fork(heard(child, /was told to end run \w{26} after the step in flight/))
      yield* gate.reached
      child.kill("SIGINT")
      yield* Fiber.join(told)
      yield* Scenario.calledBack(project)
      yield* gate.open
      const { code, stderr } = yield* Fiber.join(running)
      assert.strictEqual(code, 130, stderr)
      assert.match(stderr, /✘ interrupted: 2 of 3 steps applied and recorded/)
      assert.match(stderr, /Go on: bfm migrate up --server http/)
      assert.deepStrictEqual(yield* Scenario.agreed(project), [a, b])
    })
  )
})
