import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as Arguments from "../../../src/interfaces/cli/Arguments.ts"
import type * as Flag from "../../../src/interfaces/cli/Flag.ts"

const flags: ReadonlyArray<Flag.Shape> = [
  { name: "connection", alias: "c", value: "C", repeatable: true, help: "" },
  { name: "to", value: "V", help: "" },
  { name: "json", help: "" }
]
const up: Arguments.Known = { words: ["migrate", "up"], flags }
const down: Arguments.Known = { words: ["migrate", "down"], flags }
const status: Arguments.Known = { words: ["status"], flags }
const runs: Arguments.Known = { words: ["runs"], flags }
const watch: Arguments.Known = { words: ["runs", "watch"], flags }
const verbs = [status, up, down, watch, runs]

const means = (args: ReadonlyArray<string>, meaning: Arguments.Meaning<Arguments.Known>): void =>
  assert.deepStrictEqual(Arguments.understand(verbs, args), Either.right(meaning))

const reason = <A>(either: Either.Either<A, Arguments.Misunderstood>): string =>
  Either.isLeft(either) ? either.left.reason : "understood"

describe("Arguments.understand", () => {
  it("finds the command that the leading words name, and leaves the rest", () => {
    means(["migrate", "up", "--json"], { _tag: "Run", verb: up, rest: ["--json"] })
  })

  it("shows help wherever it is asked for, but not behind --", () => {
    for (const args of [
      ["status", "--help"],
      ["status", "--to", "-h"],
      ["help", "status"]
    ]) {
      means(args, { _tag: "Help", verb: status, more: [] })
    }
    means(["runs", "--help"], { _tag: "Help", verb: runs, more: [watch] })
    means(["status", "--", "--help"], { _tag: "Run", verb: status, rest: ["--", "--help"] })
  })

  it("shows all commands, or those of a group", () => {
    for (const args of [[], ["--help"], ["help"]]) {
      means(args, { _tag: "Overview", group: verbs })
    }
    means(["migrate", "--help"], { _tag: "Overview", group: [up, down] })
  })

  it("names the command that was probably meant", () => {
    assert.strictEqual(
      reason(Arguments.understand(verbs, ["statsu"])),
      "unknown command statsu; did you mean status?"
    )
    assert.strictEqual(
      reason(Arguments.understand(verbs, ["migrate", "dwon"])),
      "unknown command migrate dwon; did you mean migrate down?"
    )
    assert.strictEqual(reason(Arguments.understand(verbs, ["migrate"])), "bfm migrate needs one of: up, down")
    assert.strictEqual(
      reason(Arguments.understand(verbs, ["--json", "status"])),
      "--json belongs behind a command: bfm COMMAND --json"
    )
    assert.match(reason(Arguments.understand(verbs, ["--version", "--json"])), /bfm version --json$/)
  })
})

describe("Arguments.straighten", () => {
  it("parts options, each with its value, from everything else", () => {
    assert.deepStrictEqual(
      Arguments.straighten(up, ["ID", "--connection=core", "-c", "logs", "--json", "--to", "1"]),
      Either.right({
        options: ["--connection", "core", "--connection", "logs", "--json", "--to", "1"],
        operands: ["ID"]
      })
    )
  })

  it("takes what stands behind -- as it is", () => {
    assert.deepStrictEqual(
      Arguments.straighten(up, ["--", "--to", "-x"]),
      Either.right({ options: [], operands: ["--to", "-x"] })
    )
  })

  it("never takes an option for a value, and never drops one that lacks its value", () => {
    assert.strictEqual(
      reason(Arguments.straighten(up, ["--connection"])),
      "--connection needs a value: --connection C"
    )
    assert.strictEqual(
      reason(Arguments.straighten(up, ["--connection", "--json"])),
      "--connection needs a value: --connection C"
    )
    assert.strictEqual(
      reason(Arguments.straighten(up, ["--connection", ""])),
      "--connection needs a value: --connection C"
    )
    assert.deepStrictEqual(
      Arguments.straighten(up, ["--to=-1"]),
      Either.right({ options: ["--to", "-1"], operands: [] })
    )
  })

  it("refuses what it does not know, and what is said twice", () => {
    assert.strictEqual(
      reason(Arguments.straighten(up, ["--conection", "x"])),
      "unknown option --conection; did you mean --connection?"
    )
    assert.strictEqual(reason(Arguments.straighten(up, ["-x"])), "unknown option -x")
    assert.strictEqual(reason(Arguments.straighten(up, ["--to", "1", "--to", "2"])), "--to is given twice")
    assert.strictEqual(reason(Arguments.straighten(up, ["--json=yes"])), "--json takes no value")
  })
})
