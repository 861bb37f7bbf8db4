// Builds dist/ui: the page that the service shows, with every file also compressed, so that nothing is left to do
// when somebody asks for one.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import { brotliCompressSync, constants, gzipSync } from "node:zlib"

const root = fileURLToPath(new URL("..", import.meta.url))
const source = join(root, "src", "ui")
const output = join(root, "dist", "ui")

const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 10 } }

const compress = () => {
  for (const name of readdirSync(output, { recursive: true, encoding: "utf8" })) {
    const file = join(output, name)
    if (!statSync(file).isFile()) continue
    const content = readFileSync(file)
    writeFileSync(`${file}.br`, brotliCompressSync(content, quality))
    writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }))
  }
}

/** What was built from: the files of ours that the page is made of, relative to the root. */
export const buildPage = async () => {
  const { build } = await import("vite")
  const { default: react } = await import("@vitejs/plugin-react")
  const used = new Set(
    readdirSync(source, { recursive: true, encoding: "utf8" })
      .map(name => join(source, name))
      .filter(file => statSync(file).isFile())
  )
  const listing = {
    name: "bfm-inputs",
    moduleParsed({ id }) {
      const [file] = id.split("?", 1)
      if (file.startsWith(join(root, "src"))) used.add(file)
    }
  }
  await build({
    configFile: false,
    root: source,
    logLevel: "warn",
    plugins: [react(), listing],
    resolve: { alias: { "bfm/client": join(root, "src", "client.ts") } },
    build: {
      outDir: output,
      emptyOutDir: true,
      target: "es2022",
      // The policy of the page allows no inline content.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      // One sheet: a part that is fetched later needs nothing else.
      cssCodeSplit: false,
      reportCompressedSize: false,
      chunkSizeWarningLimit: 1_000
    }
  })
  compress()
  return [...used].map(file => relative(root, file)).sort()
}
