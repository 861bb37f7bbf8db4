import * as fc from "fast-check"
import { assert, describe, it } from "vitest"
import * as JsonText from "../../../src/domain/source/JsonText.ts"

const layouts = fc.constantFrom(undefined, 1, "\t", "  \n")
const texts = fc.tuple(fc.jsonValue(), layouts).map(([value, space]) => JSON.stringify(value, null, space))
const valueAt = (text: string, { start, end }: JsonText.Span): unknown => JSON.parse(text.slice(start, end))

describe("JsonText", () => {
  it("finds the elements of any list", () => {
    fc.assert(
      fc.property(fc.array(texts), items => {
        const text = ` [${items.join(" ,\n")}] `
        const found = JsonText.elements(text, JsonText.root(text)).map(span => valueAt(text, span))
        assert.deepStrictEqual(found, JSON.parse(text))
      })
    )
  })

  it("finds the fields of any object, in their order", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), texts)), fields => {
        const text = `\n{${fields.map(([name, value]) => `${JSON.stringify(name)} : ${value}`).join(", ")}}`
        const found = JsonText.members(text, JsonText.root(text))
        assert.deepStrictEqual(
          found.map(member => [member.name, valueAt(text, member)]),
          fields.map(([name, value]) => [name, JSON.parse(value)])
        )
      })
    )
  })

  it("takes the blanks out of any value and changes nothing else", () => {
    fc.assert(
      fc.property(texts, text => {
        assert.strictEqual(JsonText.compact(text, JsonText.root(text)), JSON.stringify(JSON.parse(text)))
      })
    )
    const text = '{ "b": 1.0,\n "a": 12345678901234567890, "s": "a \\" b" }'
    assert.strictEqual(
      JsonText.compact(text, JsonText.root(text)),
      '{"b":1.0,"a":12345678901234567890,"s":"a \\" b"}'
    )
  })

  it("reads a text of megabytes", () => {
    const text = JSON.stringify(['\\"'.repeat(2_000_000), 1])
    assert.lengthOf(JsonText.elements(text, JsonText.root(text)), 2)
  })
})
