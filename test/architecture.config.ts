import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

/** What `npm run check` asks of the sources themselves: no server is started. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL("..", import.meta.url)),
    include: ["test/Architecture.test.ts"]
  }
})
