#!/usr/bin/env node
// Writes src/interfaces/grpc/generated from proto/. `--check` says instead whether it is what it would be.
import { spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { fileURLToPath } from "node:url"

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

if (process.argv.includes("--check")) check()
else generate(written)
