import { spawnSync } from "node:child_process"
import { assert, describe, it } from "@effect/vitest"
import * as BashCompletion from "../../../src/interfaces/cli/BashCompletion.ts"
import * as Completion from "../../../src/interfaces/cli/Completion.ts"
import * as FishCompletion from "../../../src/interfaces/cli/FishCompletion.ts"
import * as ZshCompletion from "../../../src/interfaces/cli/ZshCompletion.ts"

const up: Completion.Completable = {
  words: ["migrate", "up"],
  summary: "apply what's pending",
  operands: "",
  flags: [
    { name: "connection", alias: "c", value: "C", repeatable: true, help: "only these connections" },
    { name: "on-failure", value: "stop|continue", choices: ["stop", "continue"], help: "others go on" },
    { name: "dry-run", help: "only say" }
  ]
}
const plain = { operands: "", flags: [] }
const places = Completion.places([
  up,
  { ...plain, words: ["migrate", "plan"], summary: "look" },
  { ...plain, words: ["runs", "show"], summary: "one run" },
  { ...plain, words: ["runs"], summary: "runs, newest first", flags: [{ name: "json", help: "JSON" }] },
  { ...plain, words: ["completions"], summary: "this", operands: "bash|zsh" }
])

/** What a bash offers, asked as it asks itself when somebody presses the tab key behind the last word. */
const completed = (...words: ReadonlyArray<string>): ReadonlyArray<string> => {
  const line = [
    ...BashCompletion.script(places),
    `COMP_WORDS=(bfm ${words.map(Completion.quoted).join(" ")})`,
    `COMP_CWORD=${words.length}`,
    "_bfm",
    `printf '%s\\n' "\${COMPREPLY[@]}"`
  ].join("\n")
  const { status, stdout, stderr } = spawnSync("bash", ["--norc", "-u"], { input: line, encoding: "utf8" })
  assert.strictEqual(status, 0, stderr)
  return stdout.split("\n").filter(word => word !== "")
}

describe("bash", () => {
  it("completes commands, those of a group, and words that can stand behind", () => {
    assert.deepStrictEqual(completed(""), ["migrate", "runs", "completions"])
    assert.deepStrictEqual(completed("mi"), ["migrate"])
    assert.deepStrictEqual(completed("migrate", ""), ["up", "plan"])
    assert.deepStrictEqual(completed("runs", "s"), ["show"])
    assert.deepStrictEqual(completed("completions", ""), ["bash", "zsh"])
    assert.deepStrictEqual(completed("unheard", "mi"), ["migrate"])
  })

  it("completes the options of the command, also behind values that look like commands", () => {
    assert.deepStrictEqual(completed("migrate", "up", "--c"), ["--connection"])
    assert.deepStrictEqual(completed("migrate", "up", "--connection", "runs", "--"), [
      "--connection",
      "--on-failure",
      "--dry-run",
      "--help"
    ])
    assert.deepStrictEqual(completed("runs", "-"), ["--json", "--help", "-h"])
    assert.deepStrictEqual(completed("runs", "show", "--"), ["--help"])
    assert.include(completed("--"), "--version")
  })

  it("completes values that are known, and offers nothing for others", () => {
    assert.deepStrictEqual(completed("migrate", "up", "--on-failure", ""), ["stop", "continue"])
    assert.deepStrictEqual(completed("migrate", "up", "--on-failure", "c"), ["continue"])
    assert.deepStrictEqual(completed("migrate", "up", "-c", ""), [])
  })
})

describe("zsh and fish", () => {
  it("are told the same words, options and what they mean, quoted", () => {
    const zsh = ZshCompletion.script(places).join("\n")
    const fish = FishCompletion.script(places).join("\n")
    const summary = "apply what'\\''s pending"
    assert.include(zsh, `'up:${summary}'`)
    assert.include(zsh, "compadd -- stop continue")
    assert.include(fish, `-n '__bfm_at "migrate"' -a 'up' -d '${summary}'`)
    assert.include(fish, `-n '__bfm_at "migrate up"' -l connection -s c -x -d 'only these connections'`)
    assert.include(fish, `-l on-failure -x -a 'stop continue'`)
  })
})
