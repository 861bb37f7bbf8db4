import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

/** What is decided without any server, which is quick enough to be tried again for each changed line. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL("../..", import.meta.url)),
    include: [
      "test/domain/**/*.test.ts",
      "test/pipeline/**/*.test.ts",
      "test/adapters/files/Registry.test.ts"
    ],
    exclude: ["test/pipeline/{Runs,Resume,Problems}.test.ts"],
    // Lines that are counted, all of them, make scripts of megabytes slow.
    testTimeout: 600_000
  }
})
