import * as fs from "node:fs"
import * as path from "node:path"
import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Project from "../fixtures/Project.ts"
import * as Service from "../interfaces/http/Service.ts"
import * as Browser from "./Browser.ts"
import * as Shop from "./Shop.ts"

const directory = process.env["SCREENSHOTS"] ?? path.resolve(import.meta.dirname, "../../docs/images")

const orders = "20250102093000_create_orders_postgresql_core"

/** By the name of their pictures. */
const screens: Readonly<Record<string, string>> = {
  overview: "/",
  migrations: "/migrations",
  migration: `/migrations/${orders}`,
  dependencies: `/migrations/${orders}?tab=graph`,
  plan: "/plan?connection=core",
  runs: "/runs",
  history: "/history",
  system: "/system"
}

/** Waits until everything has come, and takes the picture: small enough to be kept beside the text. */
const picture = async ({ page }: Browser.Tab, name: string) => {
  await page.waitForLoadState("networkidle")
  await page.screenshot({ path: path.join(directory, `${name}.jpg`), type: "jpeg", quality: 62 })
}

const shop = Effect.gen(function* () {
  const { service } = yield* Shop.open
  const failed = yield* service.post("/api/v1/runs", { target: { version: "20250201000000" } })
  yield* service.get(`/api/v1/runs/${failed.body.id}/events`)
  const browser = yield* Browser.launch
  const light = yield* Browser.person(browser, service.url)
  const dark = yield* Browser.person(browser, service.url, { dark: true })
  const phone = yield* Browser.person(browser, service.url, { width: 400, height: 820 })
  yield* Effect.promise(async () => {
    const tab = await Browser.tab(light)
    await tab.page.goto("/")
    await tab.page.getByLabel("API token").waitFor()
    await picture(tab, "sign-in")
    await Browser.signIn(tab, "t-admin")
    for (const [name, address] of Object.entries(screens)) {
      await tab.page.goto(address)
      await picture(tab, name)
    }
    await tab.page.goto(`/runs/${failed.body.id}`)
    await picture(tab, "run")
    const night = await Browser.tab(dark)
    await Browser.signIn(night, "t-admin", "/plan?connection=core")
    await picture(night, "plan-dark")
    const small = await Browser.tab(phone)
    await Browser.signIn(small, "t-admin")
    await picture(small, "phone")
    await small.page.goto("/migrations")
    await picture(small, "phone-migrations")
  })
})

/** So many tenants. */
const tenants = 240

const fanOut = Effect.gen(function* () {
  const project = yield* Project.make
  project.write(
    "20250203000000_tenant_settings.up.sql",
    "-- bfm-schema: dynamic\nCREATE TABLE settings (key text PRIMARY KEY, value text NOT NULL);\n"
  )
  // Some tenants have a table of this name already.
  yield* project.query("CREATE SCHEMA t_017; CREATE TABLE t_017.settings ()")
  yield* project.query("CREATE SCHEMA t_113; CREATE TABLE t_113.settings ()")
  const service = yield* Service.start(project, { server: { page: Shop.page } })
  const schemas = Array.from({ length: tenants }, (_, index) => `t_${String(index).padStart(3, "0")}`)
  const run = yield* service.post("/api/v1/runs", {
    target: { version: "20250203000000" },
    schemas,
    on_failure: "continue",
    concurrency: 4
  })
  yield* service.get(`/api/v1/runs/${run.body.id}/events`)
  const person = yield* Browser.person(yield* Browser.launch, service.url)
  yield* Effect.promise(async () => {
    const tab = await Browser.tab(person)
    await Browser.signIn(tab, "t-admin", `/runs/${run.body.id}`)
    await tab.page.getByText(`${tenants} schemas`).waitFor()
    await picture(tab, "fan-out")
    await tab.page.goto("/tenants")
    await picture(tab, "tenants")
  })
})

describe("screenshots", () => {
  fs.mkdirSync(directory, { recursive: true })
  it.scopedLive("of every screen", () => shop)
  it.scopedLive("of a run in many schemas", () => fanOut)
})
