#!/usr/bin/env node
// Writes src/interfaces/grpc/generated from proto/, and what documents say of commands and variables from the code.
// `--check` says instead whether they are what they would be. bfm has to be built.
import { spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { fileURLToPath } from "node:url"
import { documents } from "./documents.mjs"

const root = fileURLToPath(new URL("..", import.meta.url))
const programs = join(root, "node_modules", ".bin")
const written = join(root, "src", "interfaces", "grpc", "generated")

const template = output =>
  JSON.stringify({
    version: "v2",
    clean: true,
    plugins: [
      { local: "protoc-gen-es", out: output, opt: ["target=ts", "import_extension=ts", "ts_nocheck=true"] }
    ]
  })

const generate = output => {
  const { status, stderr } = spawnSync(
    join(programs, "buf"),
    ["generate", "proto", "--template", template(output)],
    {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, PATH: `${programs}${delimiter}${process.env.PATH}` }
    }
  )
  if (status === 0) return
  process.stderr.write(`${stderr ?? ""}✘ buf generate failed\n`)
  process.exit(1)
}

/** Every file below a directory, with its text. */
const content = directory =>
  new Map(
    readdirSync(directory, { recursive: true, encoding: "utf8" })
      .filter(name => statSync(join(directory, name)).isFile())
      .sort()
      .map(name => [name, readFileSync(join(directory, name), "utf8")])
  )

const check = () => {
  const fresh = mkdtempSync(join(tmpdir(), "bfm-generated-"))
  try {
    generate(fresh)
    const [wanted, found] = [content(fresh), content(written)]
    const names = [...new Set([...wanted.keys(), ...found.keys()])]
    const stale = names.filter(name => wanted.get(name) !== found.get(name))
    if (stale.length === 0) return
    process.stderr.write(`✘ not what proto/ says: ${stale.join(", ")}; run node bin/generate.mjs\n`)
    process.exitCode = 1
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}

const texts = await documents()
if (process.argv.includes("--check")) {
  check()
  for (const { name } of texts.filter(({ found, wanted }) => found !== wanted)) {
    process.stderr.write(`✘ ${name} is not what the code says; run node bin/generate.mjs\n`)
    process.exitCode = 1
  }
} else {
  for (const { file, wanted } of texts) writeFileSync(file, wanted)
  generate(written)
}
