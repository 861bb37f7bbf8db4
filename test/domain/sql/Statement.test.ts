import * as fc from "fast-check"
import { assert, beforeAll, describe, it } from "vitest"
import * as Lexer from "../../../src/domain/sql/Lexer.ts"
import * as Statement from "../../../src/domain/sql/Statement.ts"
import { corpus } from "./Corpus.ts"
import * as Oracle from "./Oracle.ts"

beforeAll(() => Oracle.ready)

const texts = (text: string): ReadonlyArray<string> =>
  Statement.split(text).statements.map(statement => statement.text)

const expected = (text: string): ReadonlyArray<string> | undefined =>
  Oracle.statements(text)?.map(({ start, end }) => text.slice(start, end))

const tokens = (text: string): ReadonlyArray<string> =>
  Lexer.scan(text).tokens.map(({ start, end }) => text.slice(start, end))

describe("Statement.split", () => {
  for (const [name, text] of Object.entries(corpus)) {
    it(`splits where PostgreSQL does: ${name}`, () => {
      const statements = expected(text)
      assert.isDefined(statements)
      assert.deepStrictEqual(texts(text), statements)
      assert.deepStrictEqual(Statement.split(text).problems, [])
    })
  }

  it("splits any sequence of statements where PostgreSQL does, with anything between them", () => {
    const parts = Object.values(corpus).flatMap(text => expected(text) ?? [])
    const gap = fc.constantFrom(";", ";\n", "\n;\r\n-- ; '\n", "/* ; */;", ";;", " ; /* ' /* \" */ $$ */ ")
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...parts), gap), { maxLength: 8 }), list => {
        const text = list.map(([part, between]) => `${part}\n${between}`).join("")
        assert.deepStrictEqual(
          texts(text),
          list.map(([part]) => part)
        )
        assert.deepStrictEqual(texts(text), expected(`${text} `) ?? [])
      }),
      { numRuns: 300 }
    )
  })

  it("loses no token of any text", () => {
    const pieces = [
      "a",
      "'b;'",
      "(",
      ")",
      ";",
      "CREATE FUNCTION f() BEGIN ATOMIC ",
      "END",
      "CASE",
      "-- c\n",
      "$$;$$",
      "\n\\d x\n"
    ]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 25 }), list => {
        const text = list.join(" ")
        const kept = texts(text).flatMap(tokens)
        const all = tokens(text)
        assert.deepStrictEqual(
          kept.filter(token => token !== ";"),
          all.filter(token => token !== ";")
        )
      }),
      { numRuns: 1000 }
    )
  })

  it("keeps line and column of the first token, and the comments inside", () => {
    const text = "\uFEFF-- one\r\n  SELECT 1 -- in\r\n  , 2 ; -- after\r\n/* b */ SELECT 3"
    assert.deepStrictEqual(Statement.split(text).statements, [
      { text: "SELECT 1 -- in\r\n  , 2", line: 2, column: 3 },
      { text: "SELECT 3", line: 4, column: 9 }
    ])
  })

  it("lets a psql command stand alone", () => {
    assert.deepStrictEqual(texts("\\set x 'it''\nSELECT 1\n\\g\nSELECT 2;"), [
      "\\set x 'it''",
      "SELECT 1",
      "\\g",
      "SELECT 2"
    ])
  })

  it("does not read the data after COPY … FROM stdin as SQL", () => {
    const text = "COPY t (a) FROM stdin;\n1\tit's (\n\\N\t$$\n\\.\n\nSELECT 1; COPY t FROM STDIN; SELECT 2"
    assert.deepStrictEqual(texts(text), [
      "COPY t (a) FROM stdin",
      "SELECT 1",
      "COPY t FROM STDIN",
      "SELECT 2"
    ])
    assert.deepStrictEqual(Statement.split(text).problems, [])
  })

  it.each([
    ["SELECT 1;\nSELECT '\0'", 2, "a NUL character stands here, which no SQL can hold"],
    ["CREATE FUNCTION f() RETURNS int\nBEGIN ATOMIC\nSELECT (1; END", 3, "this ( is never closed with )"],
    ["SELECT 1;\nSELECT (1;\nSELECT 2;", 2, "this ( is never closed with )"],
    [
      "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC\nSELECT 1;\nSELECT 2;",
      1,
      "this BEGIN ATOMIC is never ended with END"
    ]
  ])("says what swallows the rest: %j", (text, line, reason) => {
    assert.deepStrictEqual(Statement.split(text).problems, [{ line, reason }])
  })
})
