import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as EtcdProject from "../fixtures/EtcdProject.ts"
import * as Greptimedb from "../fixtures/Greptimedb.ts"
import * as Project from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"
import * as Served from "../fixtures/Served.ts"
import * as Service from "../interfaces/http/Service.ts"
import * as Browser from "./Browser.ts"
import * as Shop from "./Shop.ts"
import * as Stage from "./Stage.ts"

const etcd = EtcdProject.shared()

/** A column of GreptimeDB may not be called so without quotes. */
const mistaken = "CREATE TABLE events (\n  ts TIMESTAMP TIME INDEX,\n  message STRING\n);\n"
const mended = mistaken.replace("message", '"message"')

const flags = JSON.stringify(
  { bfm: { dependsOn: ["logs/events"] }, operations: [EtcdProject.put("flags/checkout", "on")] },
  null,
  2
)

const open = Effect.gen(function* () {
  const project = yield* EtcdProject.make(etcd())
  const logs = yield* Greptimedb.makeWith(Effect.succeed(project))
  logs.write(1, "events", mistaken, "DROP TABLE events;\n")
  project.migration(2, "flags", flags)
  const service = yield* Service.start(project, {
    server: { page: Shop.page },
    environment: logs.environment
  })
  return { project, logs, service }
})

const away = "The service cannot be reached. What you see may be out of date"

/** They mostly wait for processes. */
describe("the page and what is around it", { concurrent: true }, () => {
  it.scopedLive("plans, runs and shows changes of GreptimeDB and etcd, and takes one back", () =>
    Effect.gen(function* () {
      const { project, logs, service } = yield* open
      const person = yield* Browser.person(yield* Browser.launch, service.url)
      const tab = yield* Effect.promise(() => Browser.tab(person))
      const { page } = tab
      const other = yield* Effect.promise(() => Browser.tab(person))
      yield* Effect.promise(async () => {
        await Browser.signIn(tab, "t-admin", "/migrations")
        await page.getByLabel("Backend").selectOption("greptimedb")
        await page.getByText("1 of 2", { exact: true }).waitFor()
        await page.getByRole("link", { name: "events" }).click()
        const up = page.getByRole("region", { name: "Up script" })
        // Its own words have the colour of words.
        await up.locator(".keyword", { hasText: "STRING" }).waitFor()
        await up.locator(".keyword", { hasText: /^TIME$/ }).waitFor()
        await page.getByRole("link", { name: "Plan it" }).click()
        const step = page.getByRole("article", { name: "Step 1: events" })
        await step.getByText("greptimedb · logs").waitFor()
        await step.getByText("outside a transaction, statement by statement").waitFor()
        assert.strictEqual(await page.getByRole("button", { name: "Rehearse" }).count(), 0)
        await page.getByRole("button", { name: "Run 1 step" }).click()
        await page.getByText("2000 Invalid SQL syntax").waitFor()
        await page.getByText("events.up.sql:1:1").waitFor()
        await page.getByText("Show what happened, line by line").click()
        await page.getByText(/events_greptimedb_logs failed: Invalid SQL/).waitFor()
        await other.page.goto("/migrations")
        await other.page.getByRole("row", { name: /failed.*events/ }).waitFor()
      })
      logs.write(1, "events", mended)
      yield* service.post("/api/v1/migrations/reindex")
      yield* Effect.promise(async () => {
        await page.getByRole("link", { name: "Retry what failed" }).click()
        await page.getByRole("button", { name: "Run 1 step" }).click()
        await page.getByText("1 of 1 step", { exact: true }).waitFor()
        await page.getByRole("main").getByText("succeeded").first().waitFor()
        await page.getByRole("row", { name: /done .*events logs/ }).waitFor()
      })
      assert.deepStrictEqual(yield* logs.query("SHOW TABLES LIKE 'events'"), [["events"]])
      // Whoever only looks is told, too.
      yield* Effect.promise(() => other.page.getByRole("row", { name: /applied.*events/ }).waitFor())

      yield* Effect.promise(async () => {
        await page.getByRole("link", { name: "Migrations" }).click()
        await page.getByRole("row", { name: /applied.*events/ }).waitFor()
        await page.getByRole("link", { name: "flags" }).click()
        const up = page.getByRole("region", { name: "Up script" })
        await up.locator(".function", { hasText: '"dependsOn"' }).waitFor()
        await up.locator(".string", { hasText: '"flags/checkout"' }).waitFor()
        await page.getByText("There is none: rolling it back restores what it replaced.").waitFor()
        await page.getByRole("tab", { name: "Dependencies" }).click()
        await page.getByRole("link", { name: /events.*logs · applied/ }).waitFor()
        await page.getByRole("link", { name: "Plan it" }).click()
        const step = page.getByRole("article", { name: "Step 1: flags" })
        await step.getByRole("row", { name: /flags\/checkout not there on/ }).waitFor()
        assert.deepStrictEqual(await Stage.findings(page), [], "a plan of etcd")
        await page.getByRole("button", { name: "Run 1 step" }).click()
        await page.getByText("1 of 1 step", { exact: true }).waitFor()
      })
      assert.deepStrictEqual(yield* project.keys, { "flags/checkout": "on" })

      yield* Effect.promise(async () => {
        await page.getByRole("link", { name: /flags/ }).click()
        await page.getByRole("link", { name: "Roll back …" }).click()
        await page.getByRole("row", { name: /flags\/checkout on not there/ }).waitFor()
        await page.getByRole("button", { name: "Roll back 1 step …" }).click()
        await page
          .getByRole("dialog")
          .getByLabel(/Type flags/)
          .fill("flags")
        await page.keyboard.press("Enter")
        await page.getByText("1 of 1 step", { exact: true }).waitFor()
      })
      assert.deepStrictEqual(yield* project.keys, {})
      Stage.quiet(tab)
      Stage.quiet(other)
    })
  )

  it.scopedLive(
    "watches a queue while nobody works, while the service is away, and while a worker comes and goes",
    () =>
      Effect.gen(function* () {
        const project = yield* Project.make
        const gate = yield* Scenario.gate(project)
        project.write("20250101120000_create_users.up.sql", "CREATE TABLE users (id int);")
        project.write("20250102120000_gated.up.sql", `-- bfm-lock-timeout: 5m\n${gate.statement};`)
        // Nobody listens there.
        const gone = { LOGS_BACKEND: "greptimedb", LOGS_DB_URL: "http://127.0.0.1:9" }
        const queued = { BFM_QUEUE_ENABLED: "true", ...gone }
        const service = yield* Served.start(project, queued)
        const person = yield* Browser.person(yield* Browser.launch, service.url)
        const tab = yield* Effect.promise(() => Browser.tab(person))
        const { page } = tab
        const needs = page.getByRole("region", { name: "Needs you" })
        const fleet = page.getByRole("region", { name: "Workers" }).first()

        yield* Effect.promise(async () => {
          await Browser.signIn(tab, Served.token)
          await needs.getByText("No worker listens", { exact: true }).waitFor()
          await needs.getByText("does not answer").waitFor()
          await needs.getByRole("link", { name: "Look into it" }).click()
          await page.getByRole("row", { name: "connection logs unreachable" }).waitFor()
          await page.getByRole("row", { name: "workers nobody listens" }).waitFor()
          await page.getByRole("combobox", { name: "Connection" }).selectOption("core")
          await page.getByRole("link", { name: "Overview" }).click()
          await page.getByRole("link", { name: "Plan what is pending" }).click()
          await page.getByRole("button", { name: "Run 2 steps" }).click()
          await page.waitForURL(/\/runs\/01/)
          await page.getByText("no worker listens: start one with bfm worker").waitFor()
          await page.getByText("waits for a worker").waitFor()
        })
        const run = new URL(page.url()).pathname
        yield* Effect.promise(async () => {
          await page.getByRole("link", { name: "Overview" }).click()
          await needs.getByText("1 run queued, and no worker listens").waitFor()
          assert.deepStrictEqual(await Stage.findings(page), [], "nobody works")
          await needs.getByRole("link", { name: "Show them" }).click()
          await page.getByRole("link", { name: run.slice("/runs/".length) }).click()
          await page.getByText("waits for a worker").waitFor()
        })

        yield* service.kill
        yield* Effect.promise(async () => {
          await page.getByText(away).waitFor()
          // It was never shown: nothing of it is here yet.
          await page.getByRole("link", { name: "History" }).click()
        })
        const again = yield* Served.start(project, { ...queued, BFM_HTTP_PORT: new URL(service.url).port })
        yield* Effect.promise(async () => {
          await page.getByRole("heading", { name: "History", level: 1 }).waitFor()
          await page.getByText(away).waitFor({ state: "detached" })
          await page.goto(run)
          await page.getByText("waits for a worker").waitFor()
        })

        const worker = yield* Served.worker(project)
        yield* Effect.promise(async () => {
          await page.getByText(new RegExp(`on worker .*:${worker.pid}`)).waitFor()
          await page.getByText("1 of 2 steps").waitFor()
          assert.strictEqual(await page.getByText("no worker listens").count(), 0)
        })
        // Whoever watches hears on, whichever service tells it.
        yield* again.stop
        yield* Effect.promise(() => page.getByText(away).waitFor())
        yield* Served.start(project, { ...queued, BFM_HTTP_PORT: new URL(service.url).port })
        yield* Effect.promise(() => page.getByText(away).waitFor({ state: "detached" }))
        yield* worker.tell("SIGTERM")
        yield* worker.says(/stopping/)
        yield* Effect.promise(async () => {
          const second = await Browser.tab(person)
          await second.page.goto("/")
          const row = second.page.getByRole("row", { name: new RegExp(`:${worker.pid}`) })
          await row.getByText("draining").waitFor()
          await row.getByText("1 of 4 runs").waitFor()
          await second.page.getByText("0 listening · 1 draining").waitFor()
          assert.deepStrictEqual(await Stage.findings(second.page), [], "the fleet")
          await second.page.close()
        })
        yield* gate.open
        yield* worker.ended
        yield* Effect.promise(async () => {
          await page.getByRole("main").getByText("succeeded").first().waitFor()
          await page.getByText("2 of 2 steps", { exact: true }).waitFor()
          await page.getByRole("link", { name: "Overview" }).click()
          await fleet.getByText("No worker listens").waitFor()
          Stage.quiet(tab)
        })
      })
  )
})
