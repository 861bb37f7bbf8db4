#!/usr/bin/env node
// Builds dist/cli.cjs (the command line in one file), dist/start.cjs (the first screen), dist/serve.cjs (the service), dist/worker.cjs (a worker), dist/ui (the
// page) and dist/lib (the library and its types). `--force` builds also when nothing changed; `--programs` leaves the library out.
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join, relative } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const dist = join(root, "dist")
const stampFile = join(dist, ".stamp.json")
const require = createRequire(import.meta.url)
const { version } = require("../package.json")

/** Everything that the output is made from. */
const inputs = () => [
  ...["package.json", "package-lock.json", "tsconfig.json"].map(name => join(root, name)),
  ...["src", "bin"].flatMap(name =>
    readdirSync(join(root, name), { recursive: true, encoding: "utf8" }).map(file => join(root, name, file))
  )
]

const fingerprint = files => {
  const hash = createHash("sha256")
  for (const file of files.sort()) {
    if (statSync(file, { throwIfNoEntry: false })?.isFile())
      hash.update(relative(root, file)).update(readFileSync(file))
  }
  return hash.digest("hex")
}

/** The page is made of few of the sources, and takes longest: what it was made of is remembered. */
const pageFingerprint = (files = []) =>
  fingerprint(
    [
      ...files,
      "package-lock.json",
      "bin/page.mjs",
      ...readdirSync(join(root, "src/ui"), { recursive: true, encoding: "utf8" }).map(
        file => `src/ui/${file}`
      )
    ].map(file => join(root, file))
  )

/** Readers of files that @effect/cli can take options from; ours takes none, so they stay out. */
const unused = /^(yaml|toml|ini)$/
/**
 * Found beside the bundle when they are needed: jiti loads files of its own, the others are needed by few. Every
 * service speaks gRPC: loaded from the bundle, whose code is kept compiled, grpc-js costs a third of its own files.
 */
const installed = /^(jiti|mysql2|etcd3|cockatiel|undici|@grpc\/reflection)$/

/**
 * Two things without which each start would take half as long again. Newer Nodes have a `navigator`; without
 * one pg asks `new Response()` whether it runs at Cloudflare, and Node loads its whole fetch for the answer. And
 * Effect looks into a stack trace while it is loaded, for which V8 parses the bundle again: there are no traces
 * before `main` wants them.
 */
const banner = `Error.stackTraceLimit = 0;
globalThis.navigator ??= { userAgent: "Node.js/" + process.versions.node };
const bfmBundleUrl = require("node:url").pathToFileURL(__filename).href;`

const plugin = {
  name: "bfm",
  setup(build) {
    build.onResolve({ filter: unused }, ({ path, importer }) =>
      /@effect[\\/]cli[\\/]/.test(importer) ? { path, namespace: "unused" } : undefined
    )
    build.onLoad({ filter: /./, namespace: "unused" }, () => ({ contents: "module.exports = {}" }))
    build.onResolve({ filter: installed }, ({ path, namespace }) =>
      namespace === "installed" ? { path, external: true } : { path, namespace: "installed" }
    )
    build.onLoad({ filter: /./, namespace: "installed" }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)})`
    }))
  }
}

const buildPrograms = async () => {
  const { build } = await import("esbuild")
  await build({
    absWorkingDir: root,
    entryPoints: ["bin/cli.mts", "bin/start.mts", "bin/serve.mts", "bin/worker.mts"],
    outdir: "dist",
    outExtension: { ".js": ".cjs" },
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    minify: true,
    legalComments: "none",
    // What is run through vm cannot import(); all that we load later can be required.
    supported: { "dynamic-import": false },
    external: ["pg-native"],
    define: {
      "import.meta.url": "bfmBundleUrl",
      "import.meta.resolve": "undefined",
      BFM_VERSION: JSON.stringify(version)
    },
    banner: { js: banner },
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

const stampedPage = async () => {
  const { buildPage } = await import("./page.mjs")
  const files = await buildPage()
  return { files, hash: pageFingerprint(files) }
}

const built = () => (existsSync(stampFile) ? JSON.parse(readFileSync(stampFile, "utf8")) : {})

/** Which parts are not what their sources say. `library`: whether the library is wanted too. */
export const stale = library => {
  const now = fingerprint(inputs())
  const before = built()
  const page = before.page?.hash !== pageFingerprint(before.page?.files)
  return { now, programs: before.programs !== now || page, page, library: library && before.library !== now }
}

/** Builds the parts that are stale; all of them with `force`. */
export const build = async ({ library, force }) => {
  const found = stale(library)
  mkdirSync(dist, { recursive: true })
  if (found.programs || force) await buildPrograms()
  if (found.library || (library && force)) buildLibrary()
  const page = found.page || force ? await stampedPage() : built().page
  writeFileSync(
    stampFile,
    JSON.stringify({ programs: found.now, library: library ? found.now : built().library, page })
  )
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const flags = new Set(process.argv.slice(2))
  await build({ library: !flags.has("--programs"), force: flags.has("--force") })
}
