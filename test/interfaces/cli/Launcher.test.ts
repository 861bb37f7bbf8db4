import { spawn } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { afterEach, assert, beforeEach, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { ended } from "../../fixtures/Project.ts"

const root = path.resolve(import.meta.dirname, "../../..")
let place: string

beforeEach(() => {
  place = fs.mkdtempSync(path.join(os.tmpdir(), "bfm-launcher-"))
})
afterEach(() => fs.rmSync(place, { recursive: true, force: true }))

/** An installation of its own: what the package holds, and a home. */
const install = (...files: ReadonlyArray<string>) => {
  for (const file of files) fs.cpSync(path.join(root, file), path.join(place, "bfm", file))
}
const whole = ["package.json", "bin/bfm", "bin/bfm-cli", "bin/package.json", "dist/cli.cjs"]

const bfm = (program: string, ...args: ReadonlyArray<string>) =>
  ended(
    spawn(process.execPath, [path.join(place, "bfm", "bin", program), ...args], {
      cwd: place,
      env: { HOME: path.join(place, "home") }
    })
  )

const below = (directory: string): ReadonlyArray<string> =>
  fs.existsSync(directory)
    ? fs.readdirSync(directory, { recursive: true, encoding: "utf8" }).filter(file => file.endsWith(".cache"))
    : []

describe("bin/bfm", () => {
  it.effect("says its version without loading the program", () =>
    Effect.gen(function* () {
      install("package.json", "bin/bfm", "bin/package.json")
      assert.match((yield* bfm("bfm", "--version")).stdout, /^bfm version \d+\.\d+\.\d+\n$/)
      assert.strictEqual((yield* bfm("bfm", "-v")).stdout, (yield* bfm("bfm", "--version")).stdout)
    })
  )

  it.effect("says how to build it where it is not built", () =>
    Effect.gen(function* () {
      install("package.json", "bin/bfm", "bin/package.json")
      const { code, stderr } = yield* bfm("bfm", "status")
      assert.strictEqual(code, 1)
      assert.match(stderr, /^bfm is not built: .*cli\.cjs is missing\. Run: npm run build\n$/)
    })
  )

  it.effect("says when nobody could read what it said, or where it is said from", () =>
    Effect.gen(function* () {
      install(...whole)
      const shell = (script: string) =>
        ended(
          spawn("/bin/sh", ["-c", script, path.join(place, "bfm/bin/bfm")], {
            cwd: place,
            env: { HOME: path.join(place, "home"), PATH: path.dirname(process.execPath) }
          })
        )
      for (const words of ["--version", "version", "--help"]) {
        const { code, stderr } = yield* shell(`"$0" ${words} >/dev/full`)
        assert.deepStrictEqual([code, stderr], [1, "✘ the output could not be written: ENOSPC\n"])
      }
      const gone = yield* shell('mkdir gone; cd gone; /bin/rmdir ../gone; "$0" new postgresql core x')
      assert.deepStrictEqual(
        [gone.code, gone.stderr],
        [1, "✘ the working directory does not exist any more: go to one that does\n"]
      )
    })
  )

  it.effect("is the same program under both names", () =>
    Effect.gen(function* () {
      install(...whole)
      assert.deepStrictEqual(yield* bfm("bfm-cli", "--help"), yield* bfm("bfm", "--help"))
      const { stdout } = yield* bfm("bfm-cli", "version", "--json")
      assert.strictEqual(
        `bfm version ${JSON.parse(stdout).version}\n`,
        (yield* bfm("bfm", "--version")).stdout
      )
    })
  )

  it.effect("keeps compiled code beside the program, and still works when that is damaged", () =>
    Effect.gen(function* () {
      install(...whole)
      const first = yield* bfm("bfm", "version")
      const cache = path.join(place, "bfm/dist/cache")
      const [file = ""] = below(cache)
      assert.match(file, /^cli-v.*-other-\w+\.cache$/)
      fs.writeFileSync(path.join(cache, file), "damaged")
      assert.deepStrictEqual(yield* bfm("bfm", "version"), first)
      assert.isAbove(fs.statSync(path.join(cache, file)).size, 100_000)
      assert.deepStrictEqual(yield* bfm("bfm", "version"), first)
    })
  )

  it.effect("does not take the compiled code of another build", () =>
    Effect.gen(function* () {
      install(...whole)
      assert.strictEqual((yield* bfm("bfm", "version")).code, 0)
      const bundle = path.join(place, "bfm/dist/cli.cjs")
      const text = fs.readFileSync(bundle, "latin1")
      const [, version = ""] =
        /"BfM CLI version |BfM CLI version/.exec(text) === null ? [] : ["", "BfM CLI version"]
      assert.notStrictEqual(version, "")
      fs.writeFileSync(bundle, text.replaceAll(version, "BfM CLI VERSION"), "latin1")
      fs.utimesSync(bundle, new Date(), new Date(Date.now() + 5000))
      assert.match((yield* bfm("bfm", "version")).stdout, /^BfM CLI VERSION /)
    })
  )

  it.effect("keeps compiled code in the user's cache where its own place cannot be written, or nowhere", () =>
    Effect.gen(function* () {
      install(...whole)
      // A file where the directory would be: not even root can write there.
      fs.writeFileSync(path.join(place, "bfm/dist/cache"), "")
      assert.strictEqual((yield* bfm("bfm", "version")).code, 0)
      assert.lengthOf(below(path.join(place, "home/.cache/bfm")), 1)
      fs.rmSync(path.join(place, "home"), { recursive: true, force: true })
      fs.writeFileSync(path.join(place, "home"), "")
      const { code, stderr } = yield* bfm("bfm", "version")
      assert.deepStrictEqual({ code, stderr }, { code: 0, stderr: "" })
    })
  )
})
