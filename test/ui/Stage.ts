import { assert } from "@effect/vitest"
import axe from "axe-core"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Page, Browser as Running } from "playwright-core"
import * as Browser from "./Browser.ts"
import * as Shop from "./Shop.ts"

/** A browser and the shop, for all tests of a file. */
export class Stage extends Context.Tag("test/ui/Stage")<
  Stage,
  { readonly browser: Running; readonly shop: Shop.Shop }
>() {}

export const layer = Layer.scoped(
  Stage,
  Effect.map(Effect.all([Browser.launch, Shop.open], { concurrency: 2 }), ([browser, shop]) => ({
    browser,
    shop
  }))
)

export interface Visit extends Browser.Options {
  readonly token?: string
  readonly path?: string
}

/** What a browser says when something did not come: the page tells that itself. */
const expected = /Failed to (load resource|fetch dynamically imported module)/

/** Nothing went wrong in a tab that its person was not told of. */
export const quiet = ({ wrong }: Browser.Tab): void =>
  assert.deepStrictEqual(
    wrong.filter(text => !expected.test(text)),
    []
  )

/** Somebody signs in, does something, and leaves. */
export const visit = (
  { token = "t-admin", path = "/", ...options }: Visit,
  act: (tab: Browser.Tab, shop: Shop.Shop) => Promise<void>
) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { browser, shop } = yield* Stage
      const person = yield* Browser.person(browser, shop.service.url, options)
      yield* Effect.promise(async () => {
        const tab = await Browser.tab(person)
        await Browser.signIn(tab, token, path)
        await act(tab, shop)
        quiet(tab)
      })
    })
  )

interface Finding {
  readonly id: string
  readonly impact: string
  readonly nodes: ReadonlyArray<string>
}

/**
 * What axe finds serious, in the page as it stands; all of it, or only by some of its rules. It looks from outside:
 * the page's policy lets no script in.
 */
export const findings = async (
  page: Page,
  rules?: ReadonlyArray<string>
): Promise<ReadonlyArray<Finding>> => {
  const options = { resultTypes: ["violations"], ...(rules === undefined ? {} : { runOnly: rules }) }
  await page.evaluate(axe.source)
  const found: ReadonlyArray<Finding> = await page.evaluate(
    `axe.run(document, ${JSON.stringify(options)}).then(({ violations }) =>
      violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map(({ html }) => html.slice(0, 200)) })))`
  )
  return found.filter(({ impact }) => impact === "serious" || impact === "critical")
}

/** How wide something is with all that it holds, in pixels, when what was changed is drawn. */
export const width = async (page: Page, selector: string): Promise<number> =>
  Number(
    await page.evaluate(`new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(() =>
      resolve(document.querySelector(${JSON.stringify(selector)}).scrollWidth))))`)
  )
