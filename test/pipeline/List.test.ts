import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as fc from "fast-check"
import type { StatusItem } from "../../src/domain/Status.ts"
import * as List from "../../src/pipeline/report/List.ts"
import * as Standing from "../../src/pipeline/report/Standing.ts"

const item = (part: Partial<StatusItem>): StatusItem => ({
  migration_id: "",
  schema: "",
  version: "20250101000000",
  name: "users",
  connection: "core",
  backend: "postgresql",
  applied: false,
  status: "pending",
  ...part
})

const items = [
  item({ name: "a", schema: "t1", status: "applied", tags: { env: "prod" } }),
  item({ name: "b", schema: "t2" }),
  item({ name: "c", connection: "logs", backend: "greptimedb", version: "20250102000000" })
]

const names = (filter: List.Filter) =>
  Either.map(
    List.filter(items, () => undefined, filter),
    found => found.map(({ name }) => name).join("")
  )

describe("lists", () => {
  it("are filtered by every part that is given, exactly", () => {
    const cases: ReadonlyArray<readonly [filter: List.Filter, names: string]> = [
      [{}, "abc"],
      [{ schema: "t1" }, "a"],
      [{ schema: "*1" }, "a"],
      [{ connection: "core" }, "ab"],
      [{ connection: "cor" }, ""],
      [{ backend: "Postgres" }, "ab"],
      [{ backend: "oracle" }, ""],
      [{ status: "success" }, "a"],
      [{ status: "pending", connection: "logs" }, "c"],
      [{ version: "20250102000000" }, "c"],
      [{ tags: ["ENV=prod"] }, "a"],
      [{ table: "users" }, ""],
      [{ permitted: ["logs"] }, "c"]
    ]
    for (const [filter, expected] of cases) assert.deepStrictEqual(names(filter), Either.right(expected))
    assert.isTrue(Either.isLeft(names({ tags: ["env"] })))
  })

  it("are paged so that every item comes once, in one order, whatever comes and goes between two pages", () => {
    const place = fc.record({
      version: fc.constantFrom("20250101000000", "20250102000000"),
      name: fc.string({ maxLength: 3 }),
      connection: fc.constantFrom("core", "logs"),
      schema: fc.string({ unit: "binary", maxLength: 3 })
    })
    const known = fc.uniqueArray(place.map(item), {
      maxLength: 30,
      comparator: (a, b) => Standing.byPlace(a, b) === 0
    })
    fc.assert(
      fc.property(known, fc.integer({ min: 1, max: 7 }), fc.nat(), (found, limit, gone) => {
        const all = [...found].sort(Standing.byPlace)
        const seen: Array<StatusItem> = []
        let cursor: string | undefined
        let rest = all
        for (;;) {
          const part = Either.getOrThrow(List.page(rest, { limit, cursor }))
          assert.isAtMost(part.items.length, limit)
          seen.push(...part.items)
          if (part.next === undefined) break
          cursor = part.next
          // What was shown already disappears.
          rest = rest.filter(other => other !== seen[gone % seen.length])
        }
        assert.deepStrictEqual(seen, all)
      })
    )
  })

  it("refuse a cursor that is none", () => {
    for (const cursor of [
      "",
      "x",
      Buffer.from("[1]").toString("base64url"),
      Buffer.from("{").toString("base64url")
    ]) {
      assert.isTrue(Either.isLeft(List.page(items, { limit: 1, cursor })))
    }
  })
})
