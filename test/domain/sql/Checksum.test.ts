import { createHash } from "node:crypto"
import * as fc from "fast-check"
import { assert, describe, it } from "vitest"
import * as Checksum from "../../../src/domain/sql/Checksum.ts"

const sql = (text: string): string => Checksum.of("sql", text).value

/** Tokens as they may be written; words in either case. */
const token = fc.oneof(
  fc.constantFrom(
    "select",
    "Insert",
    "NULL",
    "from",
    "a",
    "t_1",
    "x$1",
    "ünïcode",
    "ÄÖ",
    "{{.Schema}}",
    "a_{{.Vars.x}}"
  ),
  fc.constantFrom("1", "2.5", "1e3", "0x1F", "$1", "$2"),
  fc.constantFrom("+", "-", "/", "*", "@", "<=", "->>", "@-", "::", "(", ")", ",", ".", "[", "]"),
  fc.constantFrom('"A"', '"a"', '"a""b"', '"--"', 'U&"d"'),
  fc.constantFrom("$$a;b$$", "$q$ -- $q$", "$$A;B$$", "$$a; b$$")
)
const string = fc.constantFrom(
  "'a'",
  "'A'",
  "''",
  "'it''s'",
  "'--'",
  "'/*'",
  "'a b'",
  "E'\\''",
  "e'a'",
  "'\u{1F600}'",
  "'\n'"
)

/** No two strings side by side: on two lines they would be one. */
const tokens = fc
  .array(fc.tuple(token, fc.option(string)), { minLength: 1, maxLength: 12 })
  .map(pairs => pairs.flatMap(([first, second]) => (second === null ? [first] : [first, second])))

const gap = fc
  .array(
    fc.constantFrom(
      " ",
      "\t",
      "\n",
      "\r\n",
      "\f",
      "-- it's; $$ \"\n",
      "--\r\n",
      "/* ' ; \" */",
      "/* /* $$ */ */"
    ),
    {
      minLength: 1,
      maxLength: 4
    }
  )
  .map(parts => parts.join(""))

const layout = (list: ReadonlyArray<string>, gaps: ReadonlyArray<string>): string =>
  // A minus right before a comment would be part of it.
  list.map((part, index) => `${gaps[index % gaps.length]}${part}${part.endsWith("-") ? " " : ""}`).join("")

const gaps = fc.array(gap, { minLength: 1, maxLength: 13 })

/** What makes a token the same: words without their case. */
const meaning = (list: ReadonlyArray<string>): string =>
  JSON.stringify(
    list.map(part =>
      /^[a-z_{]/i.test(part) && !/^(e'|u&)/i.test(part) ? part.replace(/[A-Z]/g, c => c.toLowerCase()) : part
    )
  )

describe("Checksum of SQL", () => {
  it("does not count comments, blanks, line ends, semicolons at the ends, a byte-order mark", () => {
    fc.assert(
      fc.property(tokens, gaps, gaps, fc.constantFrom("", ";", " ;; -- x"), (list, one, other, end) => {
        const plain = sql(list.join(" "))
        assert.strictEqual(sql(layout(list, one)), plain)
        assert.strictEqual(sql(`\uFEFF;${layout(list, other)}\n${end}`), plain)
      }),
      { numRuns: 500 }
    )
  })

  it("counts every token and their order", () => {
    fc.assert(
      fc.property(tokens, tokens, gaps, (one, other, spaces) => {
        const same = meaning(one) === meaning(other)
        assert.strictEqual(sql(layout(one, spaces)) === sql(layout(other, spaces)), same)
      }),
      { numRuns: 500 }
    )
  })

  it("counts each token that is replaced, removed or put in", () => {
    fc.assert(
      fc.property(tokens, fc.nat(), token, (list, seed, other) => {
        const at = seed % list.length
        const replaced = list.with(at, other)
        if (meaning(replaced) !== meaning(list))
          assert.notStrictEqual(sql(replaced.join(" ")), sql(list.join(" ")))
        assert.notStrictEqual(sql(list.toSpliced(at, 1).join(" ")), sql(list.join(" ")))
        assert.notStrictEqual(sql(list.toSpliced(at, 0, other).join(" ")), sql(list.join(" ")))
      }),
      { numRuns: 500 }
    )
  })

  it.each([
    ["letter case of words", "SELECT a FROM T", "select A from t"],
    ["letter case of words, ASCII only", "SELECT ÄB", "select Äb"],
    ["CRLF inside quotes", "SELECT 'a\r\nb', \"c\r\nd\", $$e\r\nf$$", "SELECT 'a\nb', \"c\nd\", $$e\nf$$"],
    ["what stands between the parts of a string", "SELECT 'a'\n'b'", "SELECT 'a' -- c\r\n\r\n  'b'"],
    ["blanks in a template", "{{.Schema}}.t", "{{ .schema }}.T"],
    ["empty statements", "SELECT 1; SELECT 2", ";SELECT 1 ;; /* a */ ; SELECT 2;"],
    ["nothing at all", "", "-- only a comment\n;"]
  ])("does not count %s", (_, one, other) => {
    assert.strictEqual(sql(one), sql(other))
  })

  it.each([
    ["letter case in strings", "SELECT 'a'", "SELECT 'A'"],
    ["letter case of quoted names", 'SELECT "a"', 'SELECT "A"'],
    ["letter case of letters beyond ASCII", "SELECT ä", "SELECT Ä"],
    ["blanks in strings", "SELECT 'a b'", "SELECT 'a  b'"],
    ["comments in bodies", "DO $$ a $$", "DO $$ a -- b\n $$"],
    ["where a word ends", "SELECT ab", "SELECT a b"],
    ["where a string ends", "SELECT 'a''b'", "SELECT 'a' 'b'"],
    ["a line end that makes one string of two", "SELECT 'a'\n'b'", "SELECT 'a' 'b'"],
    ["the quote of a prefixed string", "SELECT E'a'", "SELECT E 'a'"],
    ["where a name with a template ends", "{{.Schema}}_t", "{{.Schema}} _t"],
    ["semicolons between statements", "SELECT 1; SELECT 2", "SELECT 1 SELECT 2"],
    ["quoting of a name", "SELECT a", 'SELECT "a"'],
    ["the kind of quotes", "SELECT 'a'", "SELECT $$a$$"]
  ])("counts %s", (_, one, other) => {
    assert.notStrictEqual(sql(one), sql(other))
  })

  it("stays what it is: ledgers hold it", () => {
    const digest = (tokens: ReadonlyArray<string>) =>
      createHash("sha256")
        .update(tokens.map(part => `${part}\0`).join(""))
        .digest("hex")
    assert.deepStrictEqual(Checksum.of("sql", "SELECT 'É' , É FROM t;;-- x\nselect 2;"), {
      algorithm: 1,
      value: digest(["select", "'É'", ",", "É", "from", "t", ";", "select", "2"])
    })
    // One string on several lines has its parts on lines of their own, whatever stood between them.
    const string = "SELECT e'A\\''\r\n -- ;\r\n'b\r\nc' 'd'"
    assert.strictEqual(sql(string), digest(["select", "e'A\\''\n'b\nc'", "'d'"]))
    assert.strictEqual(sql("A1$ Z @ [ ` x"), digest(["a1$", "z", "@", "[", "`", "x"]))
    const body = `$$${"é;\n".repeat(70_000)}$$`
    assert.strictEqual(sql(`DO ${body}; DO ${body}`), digest(["do", body, ";", "do", body]))
  })
})

describe("Checksum of JSON and text", () => {
  const json = (text: string) => Checksum.of("json", text).value

  it("does not count how JSON is laid out, nor the order of what an operation says", () => {
    const operation = fc.dictionary(fc.string(), fc.jsonValue())
    const header = fc.option(fc.dictionary(fc.string(), fc.string()))
    fc.assert(
      fc.property(fc.array(operation), header, (operations, bfm) => {
        const reversed = (object: object) => Object.fromEntries(Object.entries(object).reverse())
        const one = bfm === null ? operations : { bfm, operations }
        const list = operations.map(reversed)
        const other = bfm === null ? list : { operations: list, bfm: reversed(bfm) }
        const laidOut = `\uFEFF${JSON.stringify(other, null, 2).replaceAll("\n", "\r\n")}\n`
        assert.strictEqual(json(laidOut), json(JSON.stringify(one)))
      })
    )
  })

  const value = (text: string) => `[{"key": "a", "value": ${text}}]`

  it.each([
    ["a value", value("1"), value("2")],
    ["digits that a number would not keep", value("12345678901234567890"), value("12345678901234567891")],
    ["how a number is written", value("1.0"), value("1")],
    ["the order of what is stored", value('{"b":1,"a":2}'), value('{"a":2,"b":1}')],
    ["the order of a list", "[1,2]", "[2,1]"],
    ["a key", '{"a":1}', '{"b":1}'],
    ["a key that objects have anyway", '{"__proto__":{"a":1}}', '{"__proto__":{"a":2}}'],
    ["text and numbers", '["1"]', "[1]"],
    ["blanks in strings", '["a b"]', '["a  b"]'],
    ["text that is no JSON", "{a", "{b"]
  ])("counts %s", (_, one, other) => {
    assert.notStrictEqual(json(one), json(other))
  })

  it("does not count how a letter of a text is written", () => {
    assert.strictEqual(json(value('"\\u0061\\/"')), json(value('"a/"')))
  })

  it("stays what it is: ledgers hold it", () => {
    const script = `{"operations": [{ "operation": "put", "key": "k\\u0061", "value": {"b": [1.0, "x y"], "a": null} }, 1],
      "bfm": {"tags": {"b": "1"}, "schema": "s"}}`
    const same = `{"bfm":{"schema":"s","tags":{"b":"1"}},"operations":[{"key":"ka","operation":"put","value":{"b":[1.0,"x y"],"a":null}},1]}`
    assert.deepStrictEqual(Checksum.of("json", script), {
      algorithm: 2,
      value: createHash("sha256").update(same).digest("hex")
    })
  })

  it("reads text that is no JSON, or too deep, as text", () => {
    assert.strictEqual(json("{a\r\nb"), json("\uFEFF{a\nb"))
    const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`
    assert.strictEqual(json(deep), Checksum.of("text", deep).value)
  })

  it("does not count line ends and a byte-order mark in text, and counts everything else", () => {
    const text = (value: string) => Checksum.of("text", value).value
    assert.strictEqual(text("\uFEFFa\r\nb\rc"), text("a\nb\nc"))
    assert.notStrictEqual(text("a b"), text("a  b"))
    assert.strictEqual(text("a"), Checksum.sourceHash("a"))
  })

  it("hashes a source byte for byte", () => {
    assert.strictEqual(
      Checksum.sourceHash("é\r\n"),
      createHash("sha256").update(Buffer.from("é\r\n")).digest("hex")
    )
  })
})
