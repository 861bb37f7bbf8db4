import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Browser from "./Browser.ts"
import * as Shop from "./Shop.ts"
import * as Stage from "./Stage.ts"

const orders = "20250102093000_create_orders_postgresql_core"
const email = "20250201000000_unique_email_postgresql_core"

/** Every screen, as it is when something of everything is there. */
const screens: Readonly<Record<string, string>> = {
  overview: "/",
  migrations: "/migrations",
  migration: `/migrations/${orders}`,
  dependencies: `/migrations/${orders}?tab=graph`,
  "history of one": `/migrations/${orders}?tab=history`,
  plan: "/plan?connection=core",
  "plan of rolling back": `/plan?direction=down&id=${orders}&cascade=yes`,
  runs: "/runs",
  history: "/history",
  system: "/system"
}

layer(Stage.layer, { excludeTestServices: true, timeout: 60_000 })("the page", it => {
  describe("signing in", () => {
    it.scoped("takes a known token, keeps it for the session only, and forgets it at the end", () =>
      Effect.gen(function* () {
        const { browser, shop } = yield* Stage.Stage
        const ann = yield* Browser.person(browser, shop.service.url)
        yield* Effect.promise(async () => {
          const tab = await Browser.tab(ann)
          const { page } = tab
          await page.goto("/migrations?text=orders")
          await page.getByLabel("API token").fill("t-wrong")
          await page.getByRole("button", { name: "Sign in" }).click()
          await page.getByText("The service does not know this token.").waitFor()
          await page.getByLabel("API token").fill("t-admin")
          await page.keyboard.press("Enter")
          await page.getByRole("link", { name: "create_orders" }).waitFor()
          assert.match(page.url(), /\/migrations\?text=orders$/)
          assert.notInclude(JSON.stringify(await ann.storageState()), "t-admin")
          assert.notInclude(await page.evaluate("JSON.stringify(localStorage) + document.cookie"), "t-admin")
          await page.reload()
          await page.getByRole("link", { name: "create_orders" }).waitFor()
          await page.getByRole("button", { name: "Signed in as admin" }).click()
          await page.getByRole("menuitem", { name: "Sign out" }).click()
          await page.getByText("You are signed out in this browser.").waitFor()
          assert.notInclude(await page.evaluate("JSON.stringify(sessionStorage)"), "t-admin")
          Stage.quiet(tab)
        })
      })
    )

    it.scoped("is for all tabs of a browser, and ends in all of them", () =>
      Effect.gen(function* () {
        const { browser, shop } = yield* Stage.Stage
        const ann = yield* Browser.person(browser, shop.service.url)
        yield* Effect.promise(async () => {
          const first = await Browser.tab(ann)
          await Browser.signIn(first, "t-admin")
          const second = await Browser.tab(ann)
          await second.page.goto("/runs")
          await second.page.getByRole("heading", { name: "Runs" }).waitFor()
          await second.page.getByRole("button", { name: "Signed in as admin" }).click()
          await second.page.getByRole("menuitem", { name: "Sign out" }).click()
          await first.page.getByLabel("API token").waitFor()
          Stage.quiet(first)
          Stage.quiet(second)
        })
      })
    )

    it.effect("is asked for again when the token is not valid any more, and leads back", () =>
      Effect.gen(function* () {
        const { shop } = yield* Stage.Stage
        Object.assign(shop.principals, { "t-short": { name: "short", scopes: ["read"] } })
        yield* Stage.visit({ token: "t-short", path: "/history" }, async ({ page }) => {
          Reflect.deleteProperty(shop.principals, "t-short")
          await page.getByRole("link", { name: "Migrations" }).click()
          await page.getByText("Your session has ended").waitFor()
          await page.getByLabel("API token").fill("t-read")
          await page.getByRole("button", { name: "Sign in" }).click()
          await page.getByRole("link", { name: "create_orders" }).waitFor()
          assert.match(page.url(), /\/migrations$/)
        })
      })
    )

    it.effect("with a token that may only read shows nothing that it may not do", () =>
      Stage.visit({ token: "t-read", path: "/migrations" }, async ({ page }) => {
        await page.getByRole("link", { name: "create_orders" }).waitFor()
        assert.strictEqual(await page.getByRole("checkbox").count(), 0)
        await page.getByRole("link", { name: "create_orders" }).click()
        await page.getByRole("heading", { name: "create_orders" }).waitFor()
        await page.getByRole("tab", { name: /Schemas/ }).click()
        await page.getByRole("cell", { name: "applied" }).waitFor()
        assert.strictEqual(await page.getByRole("link", { name: "Roll back" }).count(), 0)
        await page.goto("/plan?connection=core")
        await page.getByText("You may look, and not run").waitFor()
        assert.strictEqual(await page.getByRole("button", { name: /^Run/ }).count(), 0)
        await page.goto("/system")
        await page.getByRole("heading", { name: "Sources" }).waitFor()
        assert.strictEqual(await page.getByRole("button", { name: /Read the sources/ }).count(), 0)
      })
    )
  })

  describe("the list", () => {
    it.effect("is narrowed by what stands in the address, and the address says how", () =>
      Stage.visit({ path: "/migrations?tag=feature%3Daccounts" }, async ({ page }) => {
        const rows = page.getByRole("row").filter({ has: page.getByRole("cell") })
        await page.getByText("2 of 7").waitFor()
        await page.getByRole("button", { name: /^pending/ }).click()
        await page.getByText("1 of 7").waitFor()
        assert.match(page.url(), /status=pending/)
        await page.getByRole("link", { name: "Clear filters" }).click()
        await page.getByText("7 of 7").waitFor()
        await page.getByLabel("Text").fill("invoices billing")
        await page.getByText("1 of 7").waitFor()
        assert.match((await rows.textContent()) ?? "", /create_invoices/)
        assert.match(page.url(), /text=invoices/)
        await page.getByLabel("Text").fill("nothing like this")
        await page.getByText("Nothing matches").waitFor()
        await page.getByLabel("Text").fill("")
        await page.getByLabel("Connection").selectOption("billing")
        await page.getByText("1 of 7").waitFor()
        await page.getByRole("link", { name: "Overview" }).click()
        await page.waitForURL(/\/\?connection=billing$/)
      })
    )

    it.effect("gives several to one plan, and nothing else is planned", () =>
      Stage.visit({ path: "/migrations" }, async ({ page }) => {
        await page.getByRole("checkbox", { name: /unique_email/ }).check()
        await page.getByRole("checkbox", { name: /drop_names/ }).check()
        await page.getByText("2 migrations chosen").waitFor()
        await page.getByRole("link", { name: "Plan these" }).click()
        await page.getByRole("article", { name: "Step 2: drop_names" }).waitFor()
        assert.strictEqual(await page.getByRole("article").count(), 2)
      })
    )
  })

  describe("a migration", () => {
    it.effect("is told in full: scripts, neighbours across connections, and who did what", () =>
      Stage.visit({ path: `/migrations/${orders}` }, async ({ page }) => {
        await page.getByRole("region", { name: "Up script" }).getByText("REFERENCES").waitFor()
        await page.getByRole("region", { name: "Down script" }).getByText("DROP").waitFor()
        await page.getByRole("tab", { name: "Dependencies" }).click()
        const graph = page.getByRole("region", { name: "Dependencies" })
        await graph.getByRole("link", { name: /create_customers.*core · applied/ }).waitFor()
        await graph.getByRole("link", { name: /index_orders.*core · applied/ }).waitFor()
        await graph.getByRole("link", { name: /create_invoices.*billing · applied/ }).click()
        await page.waitForURL(/create_invoices_postgresql_billing\?tab=graph$/)
        await page.getByRole("tab", { name: "History" }).click()
        await page.getByRole("cell", { name: /admin \(api\)/ }).waitFor()
        await page.getByRole("cell", { name: /POST \/api\/v1\/migrations\/up/ }).waitFor()
      })
    )
  })

  describe("a failed migration", () => {
    it.effect("is planned, rehearsed, fails with its place, is mended, and retried", () =>
      Stage.visit({ path: `/plan?id=${email}` }, async ({ page }, { project }) => {
        const step = page.getByRole("article", { name: "Step 1: unique_email" })
        await step.getByText("CREATE UNIQUE INDEX").waitFor()
        await step
          .getByRole("list", { name: "Warnings" })
          .getByText(/ACCESS EXCLUSIVE/)
          .waitFor()
        await page.getByRole("button", { name: "Rehearse" }).click()
        await page.getByText("The rehearsal failed; nothing is changed").waitFor()
        await page.getByRole("button", { name: "Run 1 step" }).click()
        await page.waitForURL(/\/runs\/01/)
        await page.getByRole("heading", { name: "20250201000000 unique_email failed" }).waitFor()
        await page.getByText("23505 could not create unique index").first().waitFor()
        await page.getByText(/Key \(email\)=\(ann@example\.org\) is duplicated/).waitFor()
        await page.getByText("unique_email.up.sql:5").first().waitFor()
        const failed = page.url()
        await page.getByRole("link", { name: "Overview" }).click()
        const needs = page.getByRole("region", { name: "Needs you" })
        await needs.getByRole("link", { name: "20250201000000 unique_email" }).waitFor()
        await Effect.runPromise(project.query(Shop.repaired))
        await page.goto(failed)
        await page.getByRole("link", { name: "Retry what failed" }).click()
        await page.getByRole("button", { name: "Run 1 step" }).click()
        await page.getByText("1 of 1 step", { exact: true }).waitFor()
        await page.getByRole("main").getByText("succeeded").first().waitFor()
        await page.getByRole("link", { name: "Overview" }).click()
        await page.getByText("Nothing. All that was run is as it should be.").waitFor()
      })
    )
  })

  describe("what cannot be undone", () => {
    it.effect("is typed, not clicked: a destructive step, and rolling back", () =>
      Stage.visit({ path: "/plan?connection=core" }, async ({ page }, { project }) => {
        await page.getByText("DROP COLUMN loses name of customers").waitFor()
        await page.getByRole("button", { name: "Run 1 step …" }).click()
        const question = page.getByRole("dialog")
        const run = question.getByRole("button", { name: "Run", exact: true })
        await question.getByLabel(/Type drop_names/).fill("drop")
        assert.isTrue(await run.isDisabled())
        assert.deepStrictEqual(await Stage.findings(page), [], "a question")
        await page.keyboard.press("Escape")
        assert.strictEqual(await question.count(), 0)
        await page.goto(`/migrations/${email}`)
        await page.getByRole("link", { name: "Roll back …" }).click()
        await page.getByText("DROP INDEX").first().waitFor()
        await page.getByRole("button", { name: "Roll back 1 step …" }).click()
        await question.getByLabel(/Type unique_email/).fill("unique_email")
        await question.getByRole("button", { name: "Roll back", exact: true }).click()
        await page.waitForURL(/\/runs\/01/)
        await page.getByRole("main").getByText("succeeded").first().waitFor()
        assert.deepStrictEqual(await Stage.findings(page), [], "a run")
        const left = await Effect.runPromise(
          project.query("SELECT 1 FROM pg_indexes WHERE indexname = 'customers_email'")
        )
        assert.deepStrictEqual(left, [])
      })
    )
  })

  describe("an edited migration", () => {
    it.effect("stands first, and is compared with what was applied", () =>
      Stage.visit({ path: "/" }, async ({ page }, { project, service }) => {
        const file = "20250102093000_create_orders.up.sql"
        project.write(file, Shop.files[file]?.replace("numeric(12, 2)", "numeric(14, 4)") ?? "")
        await Effect.runPromise(service.post("/api/v1/migrations/reindex"))
        await page.getByRole("link", { name: "Compare" }).click()
        const differences = page.getByRole("region", { name: "Differences" })
        await differences.getByText("removed: ").waitFor()
        assert.match((await differences.textContent()) ?? "", /numeric\(12, 2\)[\s\S]*numeric\(14, 4\)/)
        await page.goto("/plan?connection=core")
        await page.getByText("Applied migrations were edited: nothing can be planned").waitFor()
        project.write(file, Shop.files[file] ?? "")
        await Effect.runPromise(service.post("/api/v1/migrations/reindex"))
        await page.getByRole("button", { name: "Plan again" }).click()
        await page.getByRole("article", { name: /Step 1/ }).waitFor()
      })
    )
  })

  describe("everybody", () => {
    it.effect("can read every screen, light and dark: axe finds nothing serious; and on a phone", () =>
      Stage.visit({}, async ({ page }, { project, service }) => {
        const long = `20250301000000_${"a_name_without_an_end_".repeat(6)}.up.sql`
        project.write(long, "-- bfm-schema: core\nSELECT 1;\n")
        await Effect.runPromise(service.post("/api/v1/migrations/reindex"))
        for (const [name, path] of Object.entries(screens)) {
          await page.goto(path)
          await page.getByRole("heading", { level: 1 }).waitFor()
          await page.waitForLoadState("networkidle")
          assert.deepStrictEqual(await Stage.findings(page), [], name)
          // Only colours differ.
          await page.emulateMedia({ colorScheme: "dark" })
          assert.deepStrictEqual(await Stage.findings(page, ["color-contrast"]), [], `${name}, dark`)
          await page.emulateMedia({ colorScheme: "light" })
          await page.setViewportSize({ width: 400, height: 800 })
          assert.isAtMost(await Stage.width(page, "html"), 400, `${name}, on a phone`)
          assert.isAtMost(await Stage.width(page, ".side"), 400, "the places, on a phone")
          await page.setViewportSize({ width: 1280, height: 860 })
        }
        await page.getByRole("button", { name: "Signed in as admin" }).click()
        assert.deepStrictEqual(await Stage.findings(page), [], "menu")
        project.remove(long)
        await Effect.runPromise(service.post("/api/v1/migrations/reindex"))
      })
    )

    it.effect("gets along with the keyboard alone: find, open, plan, run", () =>
      Stage.visit({ path: "/" }, async ({ page }) => {
        await page.keyboard.press("Control+k")
        await page.keyboard.type("unique_email")
        await page.keyboard.press("Enter")
        await page.waitForURL(/text=unique_email/)
        const list = page.getByRole("region", { name: "Migrations" })
        await list.getByRole("link", { name: "unique_email" }).waitFor()
        const until = async (name: string, role: "link" | "button") => {
          for (let presses = 0; presses < 60; presses++) {
            await page.keyboard.press("Tab")
            const reached = await page.locator(":focus").and(page.getByRole(role, { name })).count()
            if (reached > 0) return page.keyboard.press("Enter")
          }
          assert.fail(`no ${role} ${name} was reached`)
        }
        await until("unique_email", "link")
        await page.getByRole("heading", { name: "unique_email" }).waitFor()
        await until("Plan it", "link")
        await page.getByRole("article", { name: "Step 1: unique_email" }).waitFor()
        await until("Run 1 step", "button")
        await page.waitForURL(/\/runs\/01/)
        await page.getByRole("main").getByText("succeeded").first().waitFor()
      })
    )

    it.effect("sees a part that could not be fetched when the service is back", () =>
      Stage.visit({ path: "/history" }, async ({ page }) => {
        await page.route("**/RunChart*", route => route.abort("connectionrefused"), { times: 1 })
        await page.getByRole("navigation", { name: "Places" }).getByRole("link", { name: "Overview" }).click()
        await page.getByText("The service cannot be reached.").first().waitFor()
        await page.locator(".uplot").first().waitFor()
        await page.getByText("The service cannot be reached.").first().waitFor({ state: "detached" })
      })
    )

    it.effect("is told of a part that is not there any more, and the page begins anew for it only once", () =>
      Stage.visit({ path: "/history" }, async ({ page }) => {
        let begun = 0
        page.on("domcontentloaded", () => {
          begun += 1
        })
        await page.route("**/RunChart*", route => route.fulfill({ status: 404 }))
        await page.getByRole("navigation", { name: "Places" }).getByRole("link", { name: "Overview" }).click()
        await page.getByText("This screen cannot be shown").waitFor()
        assert.strictEqual(begun, 1)
      })
    )

    it.effect("is told when the service cannot be reached, and when it can again", () =>
      Effect.gen(function* () {
        const { shop } = yield* Stage.Stage
        yield* Stage.visit({ path: "/" }, async ({ page }) => {
          await page.getByRole("region", { name: "Needs you" }).waitFor()
          await page.route("**/*", route => route.abort("connectionrefused"))
          await page.getByText("The service cannot be reached.").first().waitFor()
          await page.unroute("**/*")
          await page.getByText("The service cannot be reached.").first().waitFor({ state: "detached" })
        })
        assert.isDefined(shop)
      })
    )
  })
})
