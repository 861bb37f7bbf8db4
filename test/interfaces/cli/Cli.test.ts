import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import type { BfmError } from "../../../src/domain/Errors.ts"
import { StateUnavailable } from "../../../src/domain/Errors.ts"
import * as Commands from "../../../src/interfaces/cli/Commands.ts"
import * as Parse from "../../../src/interfaces/cli/Parse.ts"
import * as RenderHelp from "../../../src/interfaces/cli/RenderHelp.ts"
import * as Style from "../../../src/interfaces/cli/Style.ts"
import * as Captured from "./Captured.ts"

const { run, storeless } = Captured

const refused = (args: ReadonlyArray<string>, message: string) =>
  it.effect(`bfm ${args.join(" ")}`, () =>
    Effect.gen(function* () {
      const said = yield* run(storeless, args)
      const [first, second] = said.err.split("\n")
      assert.strictEqual(first, `✘ ${message}`)
      assert.match(second ?? "", /^ {2}See: bfm .*--help +exit 1$/)
      assert.deepStrictEqual(
        { code: said.code, out: said.out, json: said.json },
        { code: 1, out: "", json: [] }
      )
    })
  )

describe("what cannot be understood: one short message, exit 1, and nothing is opened", () => {
  refused(["bogus"], "unknown command bogus")
  refused(["migrate"], "bfm migrate needs one of: plan, up, down")
  refused(["migrate", "up", "--bogus"], "unknown option --bogus")
  refused(["migrate", "up", "--concurency", "3"], "unknown option --concurency; did you mean --concurrency?")
  refused(["migrate", "up", "extra"], "unexpected argument extra")
  refused(["migrate", "up", "--connection"], "--connection needs a value: --connection C")
  refused(["migrate", "up", "--concurrency", "0"], '--concurrency is a whole number from 1 to 256, not "0"')
  refused(
    ["migrate", "up", "--concurrency", "2.5"],
    '--concurrency is a whole number from 1 to 256, not "2.5"'
  )
  refused(["migrate", "up", "--on-failure", "maybe"], '--on-failure is stop or continue, not "maybe"')
  refused(["migrate", "down"], "ID is missing")
  refused(["migrate", "down", "--yes"], "ID is missing")
  refused(["migrate", "down", "a", "b"], "unexpected argument b")
  refused(["new", "postgresql", "core"], "NAME is missing")
  refused(["history", "--limit", "many"], '--limit is a whole number from 1 to 1000, not "many"')
})

describe("help", () => {
  const commands = Commands.all(storeless)

  for (const verb of commands) {
    it.effect(`bfm ${verb.words.join(" ")} --help opens nothing, shows an example, and fits`, () =>
      Effect.gen(function* () {
        const said = yield* run(storeless, [...verb.words, "--help"])
        assert.strictEqual(said.code, 0)
        const [, examples = ""] = said.out.split(/^Examples?$/m)
        assert.include(examples, `  bfm ${verb.words.join(" ")}`)
        for (const { name } of verb.flags) assert.include(said.out, `--${name}`)
        for (const line of said.out.split("\n")) assert.isAtMost(line.length, 80, line)
      })
    )
  }

  for (const verb of commands) {
    it.effect(`every example of bfm ${verb.words.join(" ")} can be understood`, () =>
      Effect.gen(function* () {
        assert.isNotEmpty(verb.examples)
        for (const example of verb.examples) {
          const [, ...words] = (example.match(/'[^']*'|\S+/g) ?? []).map(word => word.replaceAll("'", ""))
          assert.deepStrictEqual(words.slice(0, verb.words.length), [...verb.words])
          const parsed = yield* Parse.parse(verb, words.slice(verb.words.length))
          assert.isTrue(Either.isRight(parsed), example)
        }
      })
    )
  }

  it("the overview names every command", () => {
    const text = RenderHelp.overview(Style.plain, "1.2.3", commands).join("\n")
    for (const { words } of commands) assert.include(text, `bfm ${words.join(" ")}`)
    for (const line of text.split("\n")) assert.isAtMost(line.length, 80, line)
  })

  it.effect("bfm alone is the overview", () =>
    Effect.map(run(storeless, []), ({ code, out }) => {
      assert.strictEqual(code, 0)
      assert.match(out, /^bfm 1\.2\.3: /)
    })
  )
})

describe("version", () => {
  it.effect("opens nothing", () =>
    Effect.map(run(storeless, ["version"]), ({ code, out }) => {
      assert.deepStrictEqual({ code, out }, { code: 0, out: "BfM CLI version 1.2.3" })
    })
  )
})

describe("--json: one value, whatever happens", () => {
  const unavailable: Commands.Program = {
    ...storeless,
    env: Layer.fail(
      new StateUnavailable({
        address: "db:5432/state",
        action: "connect",
        reason: "refused",
        code: "ECONNREFUSED"
      })
    ) as Layer.Layer<Commands.Env, BfmError>
  }

  it.effect("what cannot be understood", () =>
    Effect.map(run(storeless, ["status", "--json", "--bogus"]), ({ json, out }) => {
      assert.deepStrictEqual(json, [{ error: "unknown option --bogus", code: "Usage" }])
      assert.strictEqual(out, "")
    })
  )

  it.effect("an expected error, with what it knows", () =>
    Effect.map(run(unavailable, ["migrate", "up", "--json"]), ({ code, json, err }) => {
      assert.strictEqual(code, 1)
      assert.deepStrictEqual(json, [
        {
          error: "state database (db:5432/state): could not connect: refused",
          code: "StateUnavailable",
          address: "db:5432/state",
          action: "connect",
          reason: "refused",
          store_code: "ECONNREFUSED"
        }
      ])
      assert.match(err, /^✘ state database \(db:5432\/state\): could not connect: refused\n/)
    })
  )

  it.effect("a mistake of ours: its words, and no trace", () =>
    Effect.map(run(storeless, ["status", "--json"]), ({ code, json, err }) => {
      assert.strictEqual(code, 1)
      assert.deepStrictEqual(json, [{ error: "a store was opened", code: "Defect" }])
      assert.match(err, /^✘ this is a mistake in bfm itself: a store was opened\n/)
      assert.notMatch(err, /\n\s+at /)
    })
  )
})
