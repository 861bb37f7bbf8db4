import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import type { ForeignMigration } from "../../../src/domain/foreign/Foreign.ts"
import * as Versions from "../../../src/domain/foreign/Versions.ts"

/** Migrations with these versions; an empty one has none. */
const of = (...versions: ReadonlyArray<string>): ReadonlyArray<ForeignMigration> =>
  versions.map((version, index) => ({
    key: `${index}`,
    file: `${index}.sql`,
    parts: version === "" ? [] : version.split("."),
    name: "m",
    up: "",
    outside: false
  }))

const assigned = (versions: ReadonlyArray<string>, known: Readonly<Record<string, string>> = {}) =>
  Either.merge(Versions.assign(of(...versions), new Map(Object.entries(known))))

describe("versions of imported migrations", () => {
  it("stay what they are where they have 14 digits, and are filled up where they have fewer", () => {
    assert.deepStrictEqual(assigned(["20250101120000"]), ["20250101120000"])
    assert.deepStrictEqual(assigned(["1", "002", "10"]), [
      "00000000000001",
      "00000000000002",
      "00000000000010"
    ])
    assert.deepStrictEqual(assigned(["1700000000123"]), ["01700000000123"])
  })

  it("keep the order of versions with dots, of times with dots, and of mixtures", () => {
    assert.deepStrictEqual(assigned(["1", "1.1", "1.2.3", "1.10", "2"]), [
      "00010000000000",
      "00010100000000",
      "00010203000000",
      "00011000000000",
      "00020000000000"
    ])
    assert.deepStrictEqual(assigned(["1.0.0", "1.0.1", "0", "10.0"].toSorted()), [
      "00000000000000",
      "00010000000000",
      "00010001000000",
      "00100000000000"
    ])
    assert.deepStrictEqual(assigned(["1.0", "2.00"]), ["00000000000001", "00000000000002"])
    assert.deepStrictEqual(assigned(["2013.01.15.11.35.56"]), ["20130115113556"])
    assert.deepStrictEqual(assigned(["1.100", "2"]), ["00001100000000", "00002000000000"])
    assert.deepStrictEqual(assigned(["20250101", "20250101.7"]), ["20250101000000", "20250101000007"])
  })

  it("of 17 digits lose their milliseconds where the order allows it, and only the order is kept elsewhere", () => {
    assert.deepStrictEqual(assigned(["20250101120000123", "20250101120001000"]), [
      "20250101120000",
      "20250101120001"
    ])
    const ranks = ["00000000000010", "00000000000020"]
    assert.deepStrictEqual(assigned(["20250101120000123", "20250101120000456"]), ranks)
    assert.deepStrictEqual(assigned(["1.2.3.4.5.6.7.8.9", "2"]), ranks)
    assert.deepStrictEqual(assigned(["20250101120000123.1", "20250101120001000"]), ranks)
    assert.deepStrictEqual(assigned(["202501011200001234", "202501011200010000"]), ranks)
    assert.deepStrictEqual(assigned(["1.123456789.1", "2"]), ranks)
    assert.deepStrictEqual(assigned(["123456789012345", "", "2"]), [...ranks, "00000000000030"])
  })

  it("count on for what has none", () => {
    assert.deepStrictEqual(assigned(["1.1", "", ""]), ["00010100000000", "00010100000001", "00010100000002"])
  })

  it("count on from nothing where none has a version", () => {
    assert.deepStrictEqual(assigned(["", ""]), ["00000000000001", "00000000000002"])
    const last = "99999999999999"
    assert.deepStrictEqual(assigned([last, ""]), ["00000000000010", "00000000000020"])
  })

  it("given before stay, and what has no place between them is refused", () => {
    assert.deepStrictEqual(assigned(["1", "2"], { "0.sql": "00000000000001" }), [
      "00000000000001",
      "00000000000002"
    ])
    const ranked = { "0.sql": "00000000000010", "2.sql": "00000000000011" }
    assert.strictEqual(assigned(["1.2.3.4.5.6.7", "2", "3"], ranked), "1.sql")
    const first = { "0.sql": "00000000000020" }
    assert.strictEqual(assigned(["1.2.3.4.5.6.7", "2"], first), "1.sql")
  })
})
