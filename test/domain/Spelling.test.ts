import { expect, it } from "vitest"
import * as Spelling from "../../src/domain/Spelling.ts"

it.each([
  ["tabel", "table"],
  ["TAGS", "tags"],
  ["transactoin", "transaction"],
  ["statement", "statement-timeout"],
  ["x", undefined],
  ["ta", undefined],
  ["owner", undefined]
])("the word that %s was meant to be is %s", (word, expected) => {
  const known = ["table", "tags", "transaction", "statement-timeout", "lock-timeout"]
  expect(Spelling.nearest(word, known)).toBe(expected)
})
