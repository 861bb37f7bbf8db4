import * as fc from "fast-check"
import { expect, it } from "vitest"
import * as Spelling from "../../src/domain/Spelling.ts"

it.each([
  ["tabel", "table"],
  ["TAGS", "tags"],
  ["transactoin", "transaction"],
  ["statement", "statement-timeout"],
  ["sta", "statement-timeout"],
  ["x", undefined],
  ["ta", undefined],
  ["owner", undefined]
])("the word that %s was meant to be is %s", (word, expected) => {
  const known = ["table", "tags", "transaction", "statement-timeout", "lock-timeout"]
  expect(Spelling.nearest(word, known)).toBe(expected)
})

it("the nearest word is meant, and the first of those that are equally near", () => {
  expect(Spelling.nearest("Tags", ["tag", "tags"])).toBe("tags")
  expect(Spelling.nearest("requirex", ["require", "requires", "requirez"])).toBe("require")
  expect(Spelling.nearest("database", ["dotobose", "databose"])).toBe("databose")
  expect(Spelling.hint("colour", ["color"])).toBe("; did you mean color?")
  expect(Spelling.hint("colour", [])).toBe("")
})

/** Slips of the pen between two words, as one would count them by hand. */
const slips = (a: string, b: string): number => {
  if (a === "" || b === "") return a.length + b.length
  if (a[0] === b[0]) return slips(a.slice(1), b.slice(1))
  const turned = a[0] === b[1] && a[1] === b[0] && a.length > 1 ? slips(a.slice(2), b.slice(2)) : Infinity
  return 1 + Math.min(slips(a.slice(1), b), slips(a, b.slice(1)), slips(a.slice(1), b.slice(1)), turned)
}

it("a word is meant when a third of its letters, and at least one, went wrong and no more", () => {
  const word = fc.stringMatching(/^[abc]{1,6}$/)
  fc.assert(
    fc.property(word, word, (written, meant) => {
      const begun = written.length >= 3 && meant.startsWith(written)
      const near = slips(written, meant) <= Math.max(1, Math.floor(written.length / 3))
      expect(Spelling.nearest(written, [meant])).toBe(begun || near ? meant : undefined)
    }),
    { numRuns: 400 }
  )
})
