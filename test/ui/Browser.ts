import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core"

/** Debian's, as `npm test` installs it. */
const executablePath = "/usr/bin/chromium"

/** A real browser without a window; it ends with the scope. */
export const launch: Effect.Effect<Browser, never, Scope.Scope> = Effect.acquireRelease(
  Effect.promise(() => chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] })),
  browser => Effect.promise(() => browser.close())
)

export interface Options {
  readonly width?: number
  readonly height?: number
  readonly dark?: boolean
  /** Pixels of a picture per pixel of the page. */
  readonly scale?: number
}

/** What the browser of one person keeps: its tabs share it, others do not. */
export const person = (
  browser: Browser,
  url: string,
  { width = 1280, height = 860, dark = false, scale = 1 }: Options = {}
): Effect.Effect<BrowserContext, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(() =>
      browser.newContext({
        baseURL: url,
        viewport: { width, height },
        deviceScaleFactor: scale,
        colorScheme: dark ? "dark" : "light",
        reducedMotion: "reduce"
      })
    ),
    context => Effect.promise(() => context.close())
  )

/** A tab, with everything that went wrong in it: what the console says as an error, and what no code caught. */
export interface Tab {
  readonly page: Page
  readonly wrong: ReadonlyArray<string>
}

export const tab = async (context: BrowserContext): Promise<Tab> => {
  const page = await context.newPage()
  const wrong: Array<string> = []
  page.on("console", message => {
    if (message.type() === "error") wrong.push(message.text())
  })
  page.on("pageerror", error => wrong.push(String(error)))
  return { page, wrong }
}

/** Opens a screen as somebody who shows a token. */
export const signIn = async ({ page }: Tab, token: string, path = "/"): Promise<void> => {
  await page.goto(path)
  await page.getByLabel("API token").fill(token)
  await page.getByRole("button", { name: "Sign in" }).click()
  await page.getByRole("navigation", { name: "Places" }).waitFor()
}
