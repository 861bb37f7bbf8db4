import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Project from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"
import * as Service from "../interfaces/http/Service.ts"
import * as Browser from "./Browser.ts"
import * as Shop from "./Shop.ts"
import * as Stage from "./Stage.ts"

/** So many migrations are listed. */
const many = 10_000
/** Milliseconds that a person does not notice as a pause; of a machine that does much else, ten times as many. */
const pause = 1_000

/** The longest time for which the page did nothing else while something was done with it, in milliseconds. */
const longest = `new Promise(resolve => {
  let most = 0
  new PerformanceObserver(list => { for (const { duration } of list.getEntries()) most = Math.max(most, duration) })
    .observe({ type: "longtask", buffered: false })
  window.stopped = () => resolve(most)
})`

describe("the page and many", () => {
  it.scopedLive(
    "lists, filters and scrolls ten thousand migrations without standing still",
    () =>
      Effect.gen(function* () {
        const project = yield* Project.make
        for (let n = 1; n <= many; n++)
          project.write(
            `${Scenario.named(n, `step_${n}`)}.up.sql`,
            `-- bfm-tags: part=${n % 7}\nSELECT ${n};`
          )
        const service = yield* Service.start(project, { server: { page: Shop.page } })
        const person = yield* Browser.person(yield* Browser.launch, service.url)
        yield* Effect.promise(async () => {
          const tab = await Browser.tab(person)
          const { page } = tab
          await Browser.signIn(tab, "t-admin", "/migrations")
          await page.getByText("10,000 of 10,000").waitFor({ timeout: 100_000 })
          const watched = page.evaluate(longest)
          await page.getByLabel("Text").pressSequentially("step_9999")
          await page.getByText("1 of 10,000", { exact: true }).waitFor()
          await page.getByRole("link", { name: "step_9999" }).waitFor()
          await page.getByLabel("Text").fill("")
          await page.getByText("10,000 of 10,000").waitFor()
          const list = page.getByRole("region", { name: "Migrations" })
          await list.focus()
          await page.keyboard.press("End")
          await page.getByRole("link", { name: "step_10000", exact: false }).waitFor()
          assert.isBelow(await page.getByRole("row").count(), 100)
          await page.evaluate("window.stopped()")
          assert.isBelow(Number(await watched), pause)
          Stage.quiet(tab)
        })
      }),
    150_000
  )

  it.scopedLive(
    "shows a run in many tenants as it goes on, cancels it, and does the rest: some of it first, then what was left",
    () =>
      Effect.gen(function* () {
        const project = yield* Project.make
        const gate = yield* Scenario.gate(project)
        project.write(
          "20250101120000_settings.up.sql",
          "-- bfm-schema: dynamic\nCREATE TABLE settings (n int);"
        )
        project.write("20250102120000_gated.up.sql", `-- bfm-schema: dynamic\n${gate.statement};`)
        const service = yield* Service.start(project, {
          server: { page: Shop.page },
          environment: { CORE_TENANTS: "t1,t2,t3,t4,t5,t6,t7,t8" }
        })
        const person = yield* Browser.person(yield* Browser.launch, service.url)
        yield* Effect.promise(async () => {
          const tab = await Browser.tab(person)
          const { page } = tab
          await Browser.signIn(tab, "t-admin", "/tenants")
          await page.getByText("core: 0 of 8 tenants at head").waitFor()
          await page.getByRole("link", { name: "Plan all that are behind" }).click()
          await page.getByRole("article", { name: /settings/ }).waitFor()
          await page.getByRole("button", { name: "Run 16 steps" }).click()
          await page.getByRole("img", { name: /One cell a schema: .*1 running/ }).waitFor()
          await Effect.runPromise(gate.reached)
          const second = await Browser.tab(person)
          await second.page.goto(page.url())
          await second.page.getByRole("img", { name: /1 running/ }).waitFor()
          await page.getByRole("button", { name: "Cancel" }).click()
          await page.getByRole("button", { name: /Ends after the step in flight/ }).waitFor()
          await Effect.runPromise(gate.open)
          await page.getByRole("main").getByText("cancelled").first().waitFor()
          await second.page.getByRole("main").getByText("cancelled").first().waitFor()
          await page.getByRole("link", { name: "Plan what is left" }).click()
          await page.getByRole("button", { name: /^Run 14 steps/ }).waitFor()
          await page.getByText("How it is carried out").click()
          await page.getByLabel("Canary", { exact: true }).fill("2")
          await page.getByLabel(/Pause after the canary/).check()
          // What is written is not what was planned: nothing can be run before it is.
          await page.getByText("not in this plan yet").waitFor()
          assert.strictEqual(await page.getByRole("button", { name: /^(Run|Rehearse)/ }).count(), 0)
          await page.getByRole("button", { name: "Plan again" }).click()
          await page.getByRole("button", { name: /^Run 14 steps/ }).click()
          await page.getByRole("main").getByText("paused").first().waitFor()
          await page.getByRole("img", { name: /2 applied/ }).waitFor()
          await page.getByText("4 of 14 steps · 10 not run", { exact: true }).waitFor()
          await page.getByRole("link", { name: "Overview" }).click()
          const paused = page.getByRole("listitem").filter({ hasText: "4 of 14 steps done" })
          await paused.getByRole("link", { name: "Open" }).click()
          await page.getByRole("button", { name: "Resume" }).click()
          await page.getByText("10 of 10 steps", { exact: true }).waitFor()
          await page.getByRole("link", { name: "Tenants" }).click()
          await page.getByText("core: 8 of 8 tenants at head").waitFor()
          assert.deepStrictEqual(await Stage.findings(page), [])
          Stage.quiet(tab)
        })
      })
  )
})
