import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url))

/** Pictures of every screen, for the README: they are made as the tests are run, and assert nothing. */
export default defineConfig({
  test: {
    root: here(".."),
    include: ["test/ui/Screenshots.ts"],
    globalSetup: [here("setup.ts")],
    testTimeout: 120_000
  }
})
