#!/usr/bin/env node
// Makes a clone ready: installs what package-lock.json says where it is not there, and builds what is stale.
// `--programs` leaves the library out. Needs nothing but Node and npm.
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { delimiter, dirname, join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { build, stale } from "./build.mjs"

const root = fileURLToPath(new URL("..", import.meta.url))
const npm = process.platform === "win32" ? "npm.cmd" : "npm"

const read = file => {
  try {
    return JSON.parse(readFileSync(join(root, file), "utf8"))
  } catch {
    return undefined
  }
}

/** Whether every package that this machine needs is there in the wanted version. */
const installed = () => {
  const wanted = read("package-lock.json")?.packages ?? {}
  const present = read("node_modules/.package-lock.json")?.packages
  if (present === undefined) return false
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === "" || present[path]?.version === version || (optional === true && present[path] === undefined)
  )
}

/** npm of the Node that runs, where there are several. */
const install = () => {
  const { status, stdout, stderr, error } = spawnSync(npm, ["ci", "--no-audit", "--no-fund"], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
    env: { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ""}` }
  })
  if (status === 0) return
  process.stderr.write(`\n${stdout ?? ""}${stderr ?? ""}${error?.message ?? ""}\n✘ npm ci failed\n`)
  process.exit(1)
}

/** `say` hears `installing …`, `done` and so on; nothing where there is nothing to do. */
export const prepare = async ({ library }, say) => {
  if (!installed()) {
    say("installing … ")
    install()
    say("done   ")
  }
  const found = stale(library)
  if (!found.programs && !found.library) return
  say("building … ")
  await build({ library, force: false })
  say("done   ")
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  let said = ""
  await prepare({ library: !process.argv.includes("--programs") }, text => {
    said += text
    process.stderr.write(text)
  })
  if (said !== "") process.stderr.write("\n")
}
