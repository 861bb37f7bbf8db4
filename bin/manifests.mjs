#!/usr/bin/env node
// Renders the chart with its own values into deploy/kubernetes, for those who do not use Helm. Needs Helm ($HELM, helm).
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { basename, join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const chart = join(root, "deploy/helm/bfm")
const output = join(root, "deploy/kubernetes")

/** Tells whether what was rendered is of this chart: over its values and templates. */
export const fingerprint = () => {
  const hash = createHash("sha256")
  const templates = readdirSync(join(chart, "templates")).sort()
  for (const file of ["Chart.yaml", "values.yaml", ...templates.map(name => `templates/${name}`)])
    hash.update(file).update(readFileSync(join(chart, file)))
  return hash.digest("hex").slice(0, 16)
}

const heading = () =>
  `# Rendered from deploy/helm/bfm (${fingerprint()}). Change it there, then: make manifests\n`

const render = () => {
  const { status, stdout, error } = spawnSync(process.env.HELM ?? "helm", ["template", "bfm", chart], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"]
  })
  if (status === 0) return stdout
  process.stderr.write(`helm template failed${error === undefined ? "" : `: ${error.message}`}\n`)
  process.exit(1)
}

const write = text => {
  const files = new Map()
  for (const part of text.split(/^---\n/m)) {
    const [, source, body] = /^# Source: (\S+)\n(.*)$/s.exec(part) ?? []
    if (source === undefined) continue
    files.set(basename(source), [...(files.get(basename(source)) ?? []), body.trim()])
  }
  for (const name of readdirSync(output)) rmSync(join(output, name))
  for (const [name, documents] of files)
    writeFileSync(join(output, name), `${heading()}${documents.join("\n---\n")}\n`)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) write(render())
