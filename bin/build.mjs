#!/usr/bin/env node
// Builds dist/cli.cjs (the command line in one file) and dist/lib (the library and its types).
// `--force` builds also when nothing changed; `--cli` leaves the library out.
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join, relative } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const dist = join(root, "dist")
const stampFile = join(dist, ".stamp.json")
const require = createRequire(import.meta.url)
const flags = new Set(process.argv.slice(2))

/** Everything that the output is made from. */
const inputs = () => [
  ...["package.json", "package-lock.json", "tsconfig.json"].map(name => join(root, name)),
  ...["src", "bin"].flatMap(name =>
    readdirSync(join(root, name), { recursive: true, encoding: "utf8" }).map(file => join(root, name, file))
  )
]

const fingerprint = () => {
  const hash = createHash("sha256")
  for (const file of inputs().sort()) {
    if (statSync(file).isFile()) hash.update(relative(root, file)).update(readFileSync(file))
  }
  return hash.digest("hex")
}

/** Readers of files that @effect/cli can take options from; ours takes none, so they stay out. */
const unused = /^(yaml|toml|ini)$/
/** Found beside the bundle when it is needed: it loads files of its own. */
const installed = /^jiti$/

const plugin = {
  name: "bfm",
  setup(build) {
    build.onResolve({ filter: unused }, ({ path }) => ({ path, namespace: "unused" }))
    build.onLoad({ filter: /./, namespace: "unused" }, () => ({ contents: "module.exports = {}" }))
    build.onResolve({ filter: installed }, ({ path, namespace }) =>
      namespace === "installed" ? { path, external: true } : { path, namespace: "installed" }
    )
    // `import()` of a package would be looked for in the working directory: only `require` knows our place.
    build.onLoad({ filter: /./, namespace: "installed" }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)})`
    }))
  }
}

const buildCli = async () => {
  const { build } = await import("esbuild")
  await build({
    absWorkingDir: root,
    entryPoints: ["bin/cli.mts"],
    outfile: "dist/cli.cjs",
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    minify: true,
    legalComments: "none",
    external: ["pg-native"],
    define: { "import.meta.url": "bfmBundleUrl", "import.meta.resolve": "undefined" },
    banner: { js: 'const bfmBundleUrl = require("node:url").pathToFileURL(__filename).href;' },
    plugins: [plugin],
    logLevel: "warning"
  })
  rmSync(join(dist, "cache"), { recursive: true, force: true })
}

const buildLibrary = () => {
  rmSync(join(dist, "lib"), { recursive: true, force: true })
  const { status } = spawnSync(
    process.execPath,
    [require.resolve("typescript/lib/tsc.js"), "-p", join(root, "bin", "tsconfig.lib.json")],
    { stdio: "inherit" }
  )
  if (status !== 0) process.exit(1)
}

const built = () =>
  existsSync(stampFile) ? JSON.parse(readFileSync(stampFile, "utf8")) : { cli: undefined, library: undefined }

const now = fingerprint()
const before = flags.has("--force") ? {} : built()
mkdirSync(dist, { recursive: true })
if (before.cli !== now) await buildCli()
if (before.library !== now && !flags.has("--cli")) buildLibrary()
writeFileSync(stampFile, JSON.stringify({ cli: now, library: flags.has("--cli") ? before.library : now }))
