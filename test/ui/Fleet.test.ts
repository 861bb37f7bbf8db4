import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Project from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"
import * as Served from "../fixtures/Served.ts"
import * as Browser from "./Browser.ts"
import * as Stage from "./Stage.ts"

const away = "The service cannot be reached. What you see may be out of date"

describe("a service that queues", () => {
  it.scopedLive("is watched while nobody works, while it is away, and while a worker comes and goes", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      const gate = yield* Scenario.gate(project)
      project.write("20250101120000_create_users.up.sql", "CREATE TABLE users (id int);")
      project.write("20250102120000_gated.up.sql", `-- bfm-lock-timeout: 5m\n${gate.statement};`)
      const queued = { BFM_QUEUE_ENABLED: "true" }
      const service = yield* Served.start(project, queued)
      const person = yield* Browser.person(yield* Browser.launch, service.url)
      const tab = yield* Effect.promise(() => Browser.tab(person))
      const { page } = tab
      const needs = page.getByRole("region", { name: "Needs you" })
      const fleet = page.getByRole("region", { name: "Workers" }).first()

      yield* Effect.promise(async () => {
        await Browser.signIn(tab, Served.token)
        await needs.getByText("No worker listens", { exact: true }).waitFor()
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
        await page.getByRole("link", { name: "Tenants" }).click()
      })
      const again = yield* Served.start(project, { ...queued, BFM_HTTP_PORT: new URL(service.url).port })
      yield* Effect.promise(async () => {
        await page.getByText("No tenants yet").waitFor()
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
