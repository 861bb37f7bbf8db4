import { assert, describe, it } from "vitest"
import * as Ledger from "../../src/domain/Ledger.ts"

const entry = (schema: string, more: Partial<Ledger.LedgerEntry> = {}): Ledger.LedgerEntry => ({
  ...{ migrationId: "m", connection: "core", version: "20250101000000", name: "m", schema },
  ...{ state: "applied", direction: "up", checksum: { algorithm: 1, value: "c" }, sourceHash: "s" },
  ...{ unitsDone: 0, unitBegun: false, runId: "r", appliedAt: 0, actor: "ann", method: "cli" },
  ...more
})
const schemas = (...entries: ReadonlyArray<Ledger.LedgerEntry>) =>
  Ledger.grouped(entries).map(group => group.schemas)

describe("entries of a ledger", () => {
  it("that say the same of several schemas stand together", () => {
    assert.deepStrictEqual(schemas(entry("a"), entry("b", { appliedAt: 9, actor: "bob" }), entry("c")), [
      ["a", "b", "c"]
    ])
    assert.strictEqual(Ledger.grouped([entry("a")])[0]?.mark.migrationId, "m")
  })

  it.each<Partial<Ledger.LedgerEntry>>([
    { migrationId: "n" },
    { runId: "q" },
    { sourceHash: "t" },
    { checksum: { algorithm: 2, value: "c" } },
    { checksum: { algorithm: 1, value: "d" } },
    // Parts that would meet if they were only put one behind the other.
    { migrationId: "mr", runId: "" },
    { state: "running" }
  ])("that differ stand apart: %j", more => {
    assert.deepStrictEqual(schemas(entry("a"), entry("b", more), entry("c")), [["a", "c"], ["b"]])
  })

  it("of what is under way stand alone, each with its own progress", () => {
    const running = { state: "running" as const }
    assert.deepStrictEqual(schemas(entry("a", running), entry("b", running)), [["a"], ["b"]])
  })

  it("are inspected one by one and in groups", () => {
    const inspected = Ledger.inspection("core", [entry("a"), entry("b")], new Set(["a"]))
    assert.deepStrictEqual(inspected.groups, Ledger.grouped(inspected.entries))
    assert.deepStrictEqual([...(inspected.schemas ?? [])], ["a"])
  })
})

describe("places", () => {
  it("keep what is known of each migration in each schema", () => {
    const places = new Ledger.Places<number>().set("m", "a", 1).set("m", "b", 2).set("n", "a", 3)
    const known = (migration: string, schema: string) => places.get(migration, schema)
    assert.deepStrictEqual([known("m", "a"), known("m", "b"), known("n", "a")], [1, 2, 3])
    assert.deepStrictEqual([known("n", "b"), known("m", "c")], [undefined, undefined])
    assert.strictEqual(places.set("m", "a", 4).get("m", "a"), 4)
    assert.notStrictEqual(Ledger.key("m", "a"), Ledger.key("m", "b"))
  })
})
