import { describe, expect, it } from "vitest"
import type { Backend } from "../../src/domain/Backend.ts"
import * as Catalog from "../../src/domain/Catalog.ts"
import { canonical } from "../../src/domain/Identity.ts"
import type { Row } from "../../src/domain/predecessor/OldState.ts"
import { fromScripts } from "../../src/domain/source/Scripts.ts"
import { matcher } from "../../src/pipeline/adoption/Matching.ts"

const version = "20250101120000"

const file = (name: string, connection = "core", backend: Backend = "postgresql") =>
  fromScripts({ backend, connection, version, name, path: `${version}_${name}.up.sql`, up: "SELECT 1;" })

const row = (id: string, part: Partial<Row> = {}): Row => ({
  generation: "v0.2",
  id,
  schema: "s",
  table: "",
  version,
  connection: "core",
  backend: "postgresql",
  status: "applied",
  ...part
})

/** What the row is taken for: `Found 2025…_a_postgresql_core in s`, and what else is known of it. */
const taken = (one: Row, ...files: ReadonlyArray<ReturnType<typeof file>>): string => {
  const found = matcher(Catalog.make(files))(one)
  switch (found._tag) {
    case "Found": {
      const more = [found.undoes ? "undoes" : "", found.named ? "named" : ""].filter(word => word !== "")
      return [`${found.migration.name} in ${found.schema}`, ...more].join(", ")
    }
    case "Ambiguous":
      return `ambiguous: ${found.migrations.map(canonical).join(" ")}`
    case "Elsewhere":
      return `elsewhere: ${found.migration.connection} ${found.migration.backend}`
    case "Unknown":
      return "unknown"
  }
}

describe("a row of the Go BfM", () => {
  it("is of the file that has its version, and of no other", () => {
    expect(taken(row(`${version}_b`), file("a"), file("b"))).toBe("b in s")
    expect(taken(row(`${version}_c`), file("a"), file("b"))).toBe("unknown")
    expect(taken(row("20250101120001_a", { version: "20250101120001" }), file("a"))).toBe("unknown")
  })

  it("is nobody's where its id fits two files", () => {
    const files = [file("a"), file(`x_${version}_a`)]
    expect(taken(row(`core_x_${version}_a`), file("a"))).toBe("unknown")
    expect(taken(row(`t_core_${version}_a`), ...files)).toBe("a in s")
    // As `a` in the schema x of table t, and as a file whose name says the same.
    const both = row(`${version}_x_t_${version}_a`, { table: "t" })
    expect(taken(both, file("a"), file(`x_t_${version}_a`))).toBe(
      `ambiguous: ${version}_a_postgresql_core ${version}_x_t_${version}_a_postgresql_core`
    )
  })

  it("is of a connection, whichever of its names the backend was called by", () => {
    const id = `${version}_a`
    expect(taken(row(id, { backend: "postgres" }), file("a"))).toBe("a in s")
    expect(taken(row(id), file("a"), file("a", "other"))).toBe("a in s")
    expect(taken(row(id, { connection: "gone" }), file("a"))).toBe("elsewhere: core postgresql")
    expect(taken(row(id, { backend: "etcd" }), file("a"))).toBe("elsewhere: core postgresql")
    expect(
      taken(row(id, { connection: "core", backend: "etcd" }), file("a"), file("a", "core", "etcd"))
    ).toBe("a in s")
  })

  it("names its schema before the table of its file, where it has one", () => {
    expect(taken(row(`shop_users_${version}_a`, { table: "users" }), file("a"))).toBe("a in shop, named")
    expect(taken(row(`shop__${version}_a`), file("a"))).toBe("unknown")
    expect(taken(row(`shop_orders_${version}_a`, { table: "users" }), file("a"))).toBe("unknown")
    expect(taken(row(`${version}_a`, { table: "users" }), file("a"))).toBe("a in s")
  })

  it.each(["rollback", "down"])(
    "tells of a way back by its end, _%s, where that is what it tells of",
    word => {
      const id = `${version}_a_${word}`
      expect(taken(row(id, { status: "rolled_back" }), file("a"))).toBe("a in s, undoes")
      expect(taken(row(id, { status: "failed" }), file("a"))).toBe("a in s, undoes")
      expect(taken(row(id, { status: "applied" }), file("a"))).toBe("unknown")
      expect(taken(row(id, { status: "pending" }), file("a"))).toBe("unknown")
      // A file whose name ends so is itself.
      expect(taken(row(id, { status: "failed" }), file(`a_${word}`))).toBe(`a_${word} in s`)
      expect(taken(row(`shop_users_${id}`, { status: "failed", table: "users" }), file("a"))).toBe(
        "a in shop, undoes, named"
      )
      expect(taken(row(`${id}_x`, { status: "rolled_back" }), file("a"))).toBe("unknown")
      expect(taken(row(`${version}_b`, { status: "rolled_back" }), file("a"))).toBe("unknown")
      expect(taken(row(`${version}_b_${word}`, { status: "rolled_back" }), file("a"))).toBe("unknown")
    }
  )
})
