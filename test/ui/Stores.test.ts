import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as EtcdProject from "../fixtures/EtcdProject.ts"
import * as Greptimedb from "../fixtures/Greptimedb.ts"
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

describe("the page and other stores", () => {
  it.scopedLive("plans, runs and shows changes of GreptimeDB and etcd, and takes one back", () =>
    Effect.gen(function* () {
      const { project, logs, service } = yield* open
      const person = yield* Browser.person(yield* Browser.launch, service.url)
      const tab = yield* Effect.promise(() => Browser.tab(person))
      const { page } = tab
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
        Stage.quiet(tab)
      })
      assert.deepStrictEqual(yield* project.keys, {})
    })
  )
})
