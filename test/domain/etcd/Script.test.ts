import { assert, describe, it } from "vitest"
import * as Chunk from "../../../src/domain/etcd/Chunk.ts"
import type * as Operation from "../../../src/domain/etcd/Operation.ts"
import * as Script from "../../../src/domain/etcd/Script.ts"

const problems = (text: string) =>
  Script.analyse(text).problems.map(({ line, reason }) => `${line ?? "?"}: ${reason}`)
const one = (operation: string) => problems(`[${operation}]`).join("\n")
const texts = (text: string) =>
  Script.analyse(text).units.map(({ statements }) => statements.map(statement => statement.text))
const put = (key: string, value = "v") => ({ operation: "put", key, value })
const remove = (key: string, prefix = false) => ({ operation: "delete", key, ...(prefix ? { prefix } : {}) })
const sizes = (operations: ReadonlyArray<unknown>) =>
  texts(JSON.stringify(operations)).map(unit => unit.length)

describe("Script.analyse of etcd", () => {
  it.each(["[]", '{"operations": []}', '{"bfm": {"table": "t"}, "operations": [\n]}'])(
    "makes one unit of nothing: %s",
    text => {
      assert.deepStrictEqual(Script.analyse(text), {
        mode: "transaction",
        units: [{ atomic: true, statements: [] }],
        unwrapped: false,
        problems: [],
        warnings: [],
        destructive: false
      })
    }
  )

  it("makes one statement of each operation, where it stands", () => {
    const text = `{
  "bfm": { "tags": { "operations": "[1]" } },
  "operations": [
    { "key": "flags/x", "value": "on" }, { "operation": "put", "value": { "b": 1.0, "a": [ null ] }, "key": "y" },
    {
      "operation": "delete", "key": "old/", "prefix": true }
  ]
}`
    assert.deepStrictEqual(Script.analyse(text).units, [
      {
        atomic: true,
        statements: [
          { text: '{"operation":"put","key":"flags/x","value":"on"}', line: 4, column: 5 },
          {
            text: '{"operation":"put","key":"y","value":"{\\"b\\":1.0,\\"a\\":[null]}"}',
            line: 4,
            column: 42
          },
          { text: '{"operation":"delete","key":"old/","prefix":true}', line: 5, column: 5 }
        ]
      }
    ])
    assert.isTrue(Script.analyse(text).destructive)
  })

  it.each([
    ["12345678901234567890", "12345678901234567890"],
    ["null", "null"],
    ["false", "false"],
    [' [ 1 , "a  b" ] ', '[1,"a  b"]'],
    ['""', ""]
  ])("stores %s as it is written", (value, stored) => {
    assert.deepStrictEqual(texts(`[{"key": "k", "value": ${value}}]`), [
      [JSON.stringify({ operation: "put", key: "k", value: stored })]
    ])
  })

  it("takes bytes that are no text in base64, and writes them so", () => {
    const binary = '{"operation":"put","keyBase64":"/w==","valueBase64":"gAA="}'
    assert.deepStrictEqual(texts(`[${binary}]`), [[binary]])
    assert.deepStrictEqual(texts('[{"key":"k","valueBase64":"b24="}]'), [
      ['{"operation":"put","key":"k","value":"on"}']
    ])
  })

  it("says of everything that is wrong which operation it is, and where", () => {
    const text = '[\n{"key": "a", "value": 1},\n{"key": ""},\n{"operation": "puts", "key": "a"},\n7]'
    assert.deepStrictEqual(problems(text), [
      "3: operation 2: key must not be empty",
      "4: operation 3: unknown operation puts; known: put, delete; did you mean put?",
      '5: operation 4: must be an object: {"operation": "put", "key": …, "value": …}'
    ])
  })

  it.each([
    ['{"value": "v"}', "needs a key"],
    ['{"key": 7, "value": "v"}', "key must be a text"],
    ['{"key": "k"}', "needs a value"],
    ['{"key": "k", "value": "v", "valu": 1}', "unknown field valu; did you mean value?"],
    ['{"key": "k", "key": "l", "value": "v"}', "key is given twice"],
    ['{"key": "k", "value": "v", "prefix": true}', "prefix is for delete only"],
    ['{"operation": "delete", "key": "k", "prefix": "yes"}', "prefix must be true or false"],
    ['{"operation": "delete", "key": "k", "value": "v"}', "a delete has no value"],
    ['{"operation": "delete", "key": ""}', "key must not be empty"],
    ['{"key": "k", "value": "\\ud800"}', "value is not valid Unicode"],
    ['{"key": "k", "valueBase64": "?"}', "valueBase64 is not valid base64"],
    ['{"key": "k", "value": "v", "valueBase64": "b24="}', "has both value and valueBase64"],
    ['{"key": "k", "keyBase64": "aw==", "value": "v"}', "has both key and keyBase64"],
    ['{"keyBase64": 7, "value": "v"}', "keyBase64 is not valid base64"],
    ['{"keyBase64": "?", "value": "v"}', "keyBase64 is not valid base64"],
    ['{"operation": 7, "key": "k"}', "unknown operation 7; known: put, delete"],
    [
      '{"key": "k", "value": "v", "lease": 1}',
      'unknown field lease; expected {"operation": "put", "key": …, "value": …}'
    ]
  ])("refuses %s", (operation, reason) => {
    assert.strictEqual(one(operation), `1: operation 1: ${reason}`)
  })

  it("refuses more than etcd takes", () => {
    const large = `{"key": "k", "value": "${"x".repeat(1_600_000)}"}`
    assert.match(one(large), /^.*has 1600065 bytes; etcd takes no more than/)
  })

  it("calls destructive what deletes, and only that", () => {
    const destructive = (...operations: ReadonlyArray<unknown>) =>
      Script.analyse(JSON.stringify(operations)).destructive
    assert.deepStrictEqual([destructive(put("a")), destructive(put("a"), remove("b"))], [false, true])
  })

  it("tells where the text is no JSON, and what else it is", () => {
    assert.match(one("{'key': 1}"), /^1: not valid JSON: /)
    assert.deepStrictEqual(problems('{"operations": {}}'), ["?: must be a list of operations"])
    assert.deepStrictEqual(problems('"a=b"'), ["?: must be a list of operations"])
    assert.deepStrictEqual(problems('{"operation": [{}]}'), ["?: must be a list of operations"])
  })

  it("warns of a key that begins with a slash", () => {
    assert.match(
      Script.analyse('[\n{"key": "/a", "value": ""}]').warnings[0] ?? "",
      /^key \/a \(line 2\) begins/
    )
    const binary = Script.analyse('[{"keyBase64": "L/8=", "value": ""}]')
    assert.match(binary.warnings.join(), /^key base64:L\/8= \(line 1\) begins/)
  })
})

describe("transactions", () => {
  it.each([
    [127, [127]],
    [128, [127, 1]],
    [129, [127, 2]],
    [300, [127, 127, 46]],
    [1801, [...Array.from({ length: 14 }, () => 127), 23]]
  ])("%d operations", (count, expected) => {
    const text = JSON.stringify(Array.from({ length: count }, (_, n) => put(`k${n}`)))
    const { mode, units, warnings } = Script.analyse(text)
    assert.strictEqual(mode, count > Chunk.most ? "journal" : "transaction")
    assert.deepStrictEqual(
      units.map(unit => unit.statements.length),
      expected
    )
    assert.lengthOf(warnings, count > Chunk.most ? 1 : 0)
    if (count > Chunk.most)
      assert.match(warnings[0] ?? "", /^not atomic: \d+ operations take \d+ transactions/)
  })

  it("begin anew before what was changed in them already", () => {
    assert.deepStrictEqual(sizes([put("a"), put("b"), put("a"), put("c")]), [2, 2])
    assert.deepStrictEqual(sizes([put("a"), remove("a"), remove("a")]), [1, 1, 1])
    assert.deepStrictEqual(sizes([put("a/1"), put("b"), remove("a/", true), put("a/2"), put("c")]), [2, 1, 2])
    assert.deepStrictEqual(sizes([remove("a/", true), remove("a/b/", true), remove("a", true)]), [1, 1, 1])
    assert.deepStrictEqual(sizes([put("a"), remove("b/", true), put("c"), remove("d/", true)]), [4])
    assert.deepStrictEqual(sizes([put("a"), remove("", true), put("a")]), [1, 1, 1])
  })

  it("begin anew before they are too large", () => {
    const large = "x".repeat(400_000)
    assert.deepStrictEqual(sizes([put("a", large), put("b", large), put("c", large), put("d")]), [2, 2])
    assert.deepStrictEqual(sizes([put("a", "x".repeat(1_200_000)), put("b")]), [1, 1])
  })

  it("hold the operations in their order, whatever the bytes are", () => {
    const operations: ReadonlyArray<Operation.Operation> = Array.from({ length: 400 }, (_, n) => ({
      operation: "put",
      key: new Uint8Array([0xff, n % 151]),
      value: new Uint8Array([n % 256])
    }))
    const chunks = Chunk.cut(operations)
    assert.deepStrictEqual(chunks.flat(), operations)
    assert.deepStrictEqual(
      chunks.map(chunk => chunk.length),
      [127, 127, 127, 19]
    )
  })
})
