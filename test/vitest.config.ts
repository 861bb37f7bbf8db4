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
    // They wait for databases and processes more than they compute.
    poolOptions: { forks: { maxForks: 3, minForks: 1 } },
    // Of tests that mostly wait, and say so themselves.
    maxConcurrency: 3,
    // An end for what hangs, also on a machine that is busy with something else.
    testTimeout: 180_000,
    hookTimeout: 180_000
  }
})
