#!/usr/bin/env node
// Writes src/interfaces/grpc/generated from proto/, and the tables of docs/configuration.md from src/config/Reference.ts.
// `--check` says instead whether they are what they would be.
import { spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { fileURLToPath } from "node:url"
import { createJiti } from "jiti"

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

const configuration = join(root, "docs", "configuration.md")

/** Below this line, everything is made of the code. */
const mark = "<!-- The rest is written by bin/generate.mjs from src/config/Reference.ts. -->\n"

const table = rows => {
  const widths = rows[0].map((_, column) => Math.max(...rows.map(row => row[column].length)))
  const line = row => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`
  const [head, ...rest] = rows
  return [line(head), line(widths.map(width => "-".repeat(width))), ...rest.map(line)].join("\n")
}

/** The document as it should be. */
const documented = async text => {
  const { all } = await createJiti(import.meta.url).import("../src/config/Reference.ts")
  const tables = all.map(({ heading, variables }) => {
    const rows = variables.map(({ name, fallback, meaning }) => [`\`${name}\``, fallback, meaning])
    return `### ${heading}\n\n${table([["variable", "default", "meaning"], ...rows])}\n`
  })
  return `${text.slice(0, text.indexOf(mark))}${mark}\n${tables.join("\n")}`
}

const found = readFileSync(configuration, "utf8")
const wanted = await documented(found)
if (process.argv.includes("--check")) {
  check()
  if (wanted !== found) {
    process.stderr.write("✘ docs/configuration.md is not what src/config says; run node bin/generate.mjs\n")
    process.exitCode = 1
  }
} else {
  writeFileSync(configuration, wanted)
  generate(written)
}
