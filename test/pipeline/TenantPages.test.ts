import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import type { Standing, TenantsReport } from "../../src/domain/Tenants.ts"
import * as Tenants from "../../src/pipeline/report/Tenants.ts"

/** `t1 behind`, … of one connection. */
const report = (...tenants: ReadonlyArray<string>): TenantsReport => ({
  connections: [],
  causes: [],
  warnings: [],
  total: tenants.length,
  items: tenants.map(text => {
    const [schema = "", standing] = text.split(" ")
    const known: Readonly<Record<string, Standing>> = { behind: "behind", failed: "failed" }
    return {
      connection: "core",
      schema,
      standing: known[standing ?? ""] ?? "at_head",
      version: "",
      applied: 0,
      pending: 0
    }
  })
})

/** The pages from the first to the last, as somebody reads them who follows `next`. */
const walk = (whole: TenantsReport, limit: number, standing?: string) => {
  const pages: Array<string> = []
  let cursor: string | undefined
  do {
    const page = Either.getOrThrow(Tenants.page(whole, { limit, cursor }, standing))
    pages.push(page.items.map(({ schema }) => schema).join(" "))
    cursor = page.next
  } while (cursor !== undefined)
  return pages
}

describe("a report of tenants", () => {
  it("comes in pages, each tenant once, and ends with the last of them", () => {
    const five = report("a", "b", "c", "d", "e")
    assert.deepStrictEqual(walk(five, 2), ["a b", "c d", "e"])
    assert.deepStrictEqual(walk(five, 5), ["a b c d e"])
    assert.deepStrictEqual(walk(report("a", "b", "c", "d"), 2), ["a b", "c d"])
    assert.deepStrictEqual(walk(report(), 2), [""])
  })

  it("of one standing has the pages of these, and counts them", () => {
    const mixed = report("a", "b behind", "c failed", "d behind", "e behind")
    assert.deepStrictEqual(walk(mixed, 2, "behind"), ["b d", "e"])
    const first = Either.getOrThrow(Tenants.page(mixed, { limit: 2, cursor: undefined }, "behind"))
    assert.strictEqual(first.total, 3)
    assert.deepStrictEqual(walk(mixed, 2, "at_head"), ["a"])
  })

  it("goes on only where an earlier page has ended", () => {
    const refused = Tenants.page(report("a", "b"), { limit: 1, cursor: "elsewhere" })
    assert.match(Either.getOrThrow(Either.flip(refused)).message, /cursor: it is not from an earlier page/)
  })
})
