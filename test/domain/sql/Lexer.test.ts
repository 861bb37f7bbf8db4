import * as fc from "fast-check"
import { assert, beforeAll, describe, it } from "vitest"
import * as Lexer from "../../../src/domain/sql/Lexer.ts"
import { corpus } from "./Corpus.ts"
import * as Oracle from "./Oracle.ts"

beforeAll(() => Oracle.ready)

const written = (text: string) =>
  Lexer.scan(text).tokens.map(({ kind, start, end }) => [kind, text.slice(start, end)])

/** Pieces that change how the rest is read. */
const pieces = [
  ..."'\"$;()[]{}.,:+-*/<>=~!@#%^&|`?\\_ \t\n\r",
  "--",
  "/*",
  "*/",
  "$$",
  "$a$",
  "E'",
  "U&'",
  'U&"',
  "B'",
  "N'",
  "\\'",
  "''",
  '""',
  "a",
  "é",
  "😀",
  "0",
  "1",
  "1e",
  "0x",
  "{{",
  "{{.Schema}}",
  "}}",
  "BEGIN ATOMIC ",
  "CREATE FUNCTION ",
  " END ",
  "COPY t FROM stdin;",
  "\n\\."
]

const nasty = fc.array(fc.constantFrom(...pieces), { maxLength: 30 }).map(parts => parts.join(""))

describe("Lexer", () => {
  for (const [name, text] of Object.entries(corpus)) {
    it(`reads the tokens that PostgreSQL reads: ${name}`, () => {
      assert.deepStrictEqual(Lexer.scan(text).tokens, Oracle.scan(text))
      assert.deepStrictEqual(Lexer.scan(text).problems, [])
    })
  }

  it("reads the tokens that PostgreSQL reads, or PostgreSQL reads none", () => {
    // Left out: what is ours alone, and comments between the parts of a string, which the server takes (as we
    // do) and this build of its scanner does not.
    const ours = /\\|\{\{\.Schema|'\s*--/
    const postgresql = nasty.filter(text => !ours.test(text))
    let compared = 0
    fc.assert(
      fc.property(postgresql, text => {
        const tokens = Oracle.scan(text)
        if (tokens === undefined) return
        compared += 1
        assert.deepStrictEqual(Lexer.scan(text).tokens, tokens)
      }),
      { numRuns: 5000 }
    )
    assert.isAbove(compared, 500)
  })

  it("has an end for every text, with tokens in order and nothing but blanks and comments between", () => {
    fc.assert(
      fc.property(nasty, text => {
        const { tokens, problems } = Lexer.scan(text)
        let end = 0
        for (const token of tokens) {
          assert.isAtLeast(token.start, end)
          assert.isAbove(token.end, token.start)
          assert.match(text.slice(end, token.start), /^(\s|--[^\n\r]*|\/\*[\s\S]*\*\/)*$/)
          end = token.end
        }
        const rest = text.slice(end)
        if (problems.length === 0) assert.match(rest, /^(\s|--[^\n\r]*|\/\*[\s\S]*\*\/)*$/)
        else assert.isTrue(rest === "" || rest.includes("/*"))
      }),
      { numRuns: 2000 }
    )
  })

  it.each([
    ["SELECT\n'a", "this string is never closed with '", 2],
    ["SELECT 1;\r\n\r\n  E'a\\'", "this string is never closed with '", 3],
    ["SELECT 'a'\n'b", "this string is never closed with '", 1],
    ['\n\n"a""', 'this name is never closed with "', 3],
    ["DO $x$ a; $$ $y$", "this string is never closed with $x$", 1],
    ["SELECT 1 /* a\n/* b */", "this comment /* is never closed with */", 1]
  ])("says what is not closed, and where it begins: %j", (text, reason, line) => {
    assert.deepStrictEqual(Lexer.scan(text).problems, [{ line, reason }])
  })

  it("takes strings on several lines as one, comments between them too", () => {
    const text = "'a' -- b; 'c'\n--\r\n 'd;', 'e' 'f', 'g' /* \n */ 'h', E'\\''\n'\\''"
    assert.deepStrictEqual(
      written(text).filter(([kind]) => kind === "string"),
      [
        ["string", "'a' -- b; 'c'\n--\r\n 'd;'"],
        ["string", "'e'"],
        ["string", "'f'"],
        ["string", "'g'"],
        ["string", "'h'"],
        ["string", "E'\\''\n'\\''"]
      ]
    )
  })

  it("takes a template placeholder as a part of the name around it", () => {
    assert.deepStrictEqual(written("{{.Schema}}.users_{{ .Vars.x }}_a {{x}}"), [
      ["word", "{{.Schema}}"],
      ["punctuation", "."],
      ["word", "users_{{ .Vars.x }}_a"],
      ["punctuation", "{"],
      ["punctuation", "{"],
      ["word", "x"],
      ["punctuation", "}"],
      ["punctuation", "}"]
    ])
  })

  it("takes a psql command to the end of its line, whatever is in it", () => {
    assert.deepStrictEqual(written("\\echo it's\r\nSELECT 1 \\gset\n\\d"), [
      ["psql", "\\echo it's"],
      ["word", "SELECT"],
      ["number", "1"],
      ["psql", "\\gset"],
      ["psql", "\\d"]
    ])
  })

  it("passes over a byte-order mark", () => {
    assert.deepStrictEqual(written("\uFEFFSELECT"), [["word", "SELECT"]])
  })

  it("reads deeply nested comments and long runs of quotes in one pass", () => {
    const deep = 100_000
    assert.deepStrictEqual(written(`${"/*".repeat(deep)}${"*/".repeat(deep)}a`), [["word", "a"]])
    assert.lengthOf(written(`${"''".repeat(deep)}`), 1)
    assert.lengthOf(written(`'a'${"\n-- b".repeat(deep)}\n'c'`), 1)
  })
})

describe("lineColumn", () => {
  const text = "a\nbc\r\nd\re"
  it.each([
    [0, 1, 1],
    [1, 1, 2],
    [2, 2, 1],
    [3, 2, 2],
    [6, 3, 1],
    [8, 4, 1],
    [9, 4, 2]
  ])("offset %i is in line %i, column %i", (offset, line, column) => {
    assert.deepStrictEqual(Lexer.lineColumn(text, offset), { line, column })
  })

  it("gives a byte-order mark no column", () => {
    assert.deepStrictEqual(Lexer.lineColumn("\uFEFFab\ncd", 2), { line: 1, column: 2 })
    assert.deepStrictEqual(Lexer.lineColumn("\uFEFFab\ncd", 5), { line: 2, column: 2 })
  })
})
