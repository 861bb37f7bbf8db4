import * as fs from "node:fs"
import * as path from "node:path"
import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Browser from "./Browser.ts"
import * as Shop from "./Shop.ts"

const directory = process.env["SCREENSHOTS"] ?? path.resolve(import.meta.dirname, "../../docs/images")

const screens: Readonly<Record<string, string>> = {
  overview: "/",
  migrations: "/migrations",
  migration: "/migrations/20250102093000_create_orders_postgresql_core?tab=graph",
  plan: "/plan?connection=core",
  history: "/history",
  runs: "/runs",
  system: "/system"
}

describe("screenshots", () => {
  it.scopedLive("of every screen", () =>
    Effect.gen(function* () {
      fs.mkdirSync(directory, { recursive: true })
      const { service } = yield* Shop.open
      yield* service.post("/api/v1/migrations/up", {
        connection: "core",
        target: { version: "20250201000000" }
      })
      const browser = yield* Browser.launch
      const ann = yield* Browser.person(browser, service.url)
      yield* Effect.promise(async () => {
        const tab = await Browser.tab(ann)
        await tab.page.goto("/")
        await tab.page.waitForTimeout(500)
        await tab.page.screenshot({ path: path.join(directory, "sign-in.png") })
        await Browser.signIn(tab, "t-admin")
        for (const [name, address] of Object.entries(screens)) {
          await tab.page.goto(address)
          await tab.page.waitForLoadState("networkidle")
          await tab.page.waitForTimeout(400)
          await tab.page.screenshot({ path: path.join(directory, `${name}.png`) })
        }
        process.stderr.write(`${tab.wrong.join("\n")}\n`)
      })
    })
  )
})
