import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url))

export default defineConfig({
  test: {
    root: here(".."),
    include: ["test/**/*.test.ts"],
    globalSetup: [here("setup.ts")],
    pool: "forks",
    // A real GreptimeDB is one for all files, and each of them empties it.
    fileParallelism: !process.env["GREPTIMEDB_URL"],
    poolOptions: { forks: { maxForks: 2, minForks: 1 } },
    // Of tests that mostly wait, and say so themselves.
    maxConcurrency: 3,
    testTimeout: 60_000,
    hookTimeout: 60_000
  }
})
