#!/usr/bin/env node
// Entry of `npm run bench`: builds what is not built, bundles the benchmark's own programs, and runs them.
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { build } from "esbuild"
import { build as buildBfm } from "../../bin/build.mjs"

const root = fileURLToPath(new URL("../..", import.meta.url))
const cache = join(root, "node_modules", ".cache", "bfm-bench")

await buildBfm({ library: false, force: false })

const shared = { absWorkingDir: root, bundle: true, platform: "node", target: "node20", logLevel: "warning" }
await build({
  ...shared,
  entryPoints: ["test/bench/Bench.ts"],
  outfile: join(cache, "bench.mjs"),
  format: "esm",
  packages: "external"
})
for (const [program, file] of [
  ["Proxy.ts", "proxy.mjs"],
  ["Load.ts", "load.mjs"],
  ["BareServer.ts", "bare-server.mjs"]
]) {
  await build({
    ...shared,
    entryPoints: [`test/bench/${program}`],
    outfile: join(cache, file),
    format: "esm",
    packages: "external"
  })
}
// The planner runs as it does in the product: one minified file.
await build({
  ...shared,
  entryPoints: ["test/bench/Planner.ts"],
  outfile: join(cache, "planner.cjs"),
  format: "cjs",
  minify: true,
  external: ["pg-native", "jiti"],
  define: { "import.meta.url": "bundleUrl", "import.meta.resolve": "undefined" },
  banner: { js: 'const bundleUrl = require("node:url").pathToFileURL(__filename).href;' }
})

const { main } = await import(pathToFileURL(join(cache, "bench.mjs")).href)
process.exitCode = await main({ root, cache, args: process.argv.slice(2) })
