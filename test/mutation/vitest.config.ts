import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

/** What is decided without any server, which is quick enough to be tried again for each changed line. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL("../..", import.meta.url)),
    include: ["test/domain/**/*.test.ts", "test/pipeline/**/*.test.ts"],
    exclude: ["test/pipeline/{Runs,Resume,Problems}.test.ts"],
    testTimeout: 60_000
  }
})
