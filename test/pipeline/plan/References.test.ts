import { assert, describe, it } from "@effect/vitest"
import * as Catalog from "../../../src/domain/Catalog.ts"
import { canonical } from "../../../src/domain/Identity.ts"
import * as Ledger from "../../../src/domain/Ledger.ts"
import * as Coverage from "../../../src/pipeline/plan/Coverage.ts"
import * as References from "../../../src/pipeline/plan/References.ts"
import type { Connection } from "../../../src/ports/Connections.ts"
import { migrations } from "../../fixtures/World.ts"

const needs = (what: string): string => `-- bfm-depends-on: ${what}\nSELECT 1;`

const files = {
  "a/01_users": "SELECT 1;",
  "a/02_users": "SELECT 1;",
  "a/03_orders": needs("users"),
  "b/04_events": needs("a/orders"),
  "c/05_report": needs("b/events"),
  "d/06_alone": "SELECT 1;",
  "e/07_lost": needs("d/alon")
}
const catalog = Catalog.make(migrations({ files }), [])
const references = References.make(catalog)
const named = (name: string) => catalog.migrations.filter(migration => migration.name === name)

describe("what a dependency means", () => {
  const resolved = (from: string, target: string, connection?: string) =>
    named(from)
      .flatMap(migration =>
        References.resolve(references, migration, {
          target,
          ...(connection === undefined ? {} : { connection })
        })
      )
      .map(({ connection, version, name }) => `${connection}/${version.slice(-2)}_${name}`)

  it("is every migration of that name, version or both, on the connection that is said or its own", () => {
    assert.deepStrictEqual(resolved("orders", "users"), ["a/01_users", "a/02_users"])
    assert.deepStrictEqual(resolved("orders", "20250101000002"), ["a/02_users"])
    assert.deepStrictEqual(resolved("orders", "20250101000001_users"), ["a/01_users"])
    assert.deepStrictEqual(resolved("alone", "users", "a"), ["a/01_users", "a/02_users"])
    assert.deepStrictEqual(resolved("alone", "users"), [])
    assert.deepStrictEqual(resolved("alone", "users", "nowhere"), [])
  })

  it("is never the migration itself", () => {
    assert.deepStrictEqual(resolved("orders", "orders"), [])
    assert.deepStrictEqual(resolved("users", "users"), ["a/02_users", "a/01_users"])
  })

  it("is asked back where it is nearly one; where there is nothing, nothing is", () => {
    assert.match(References.hint(references, "d", "alon"), /did you mean alone/)
    assert.strictEqual(References.hint(references, "nowhere", "alone"), "")
  })
})

describe("the connections that can be met", () => {
  const reach = (from: ReadonlyArray<string>, direction: References.Reach) =>
    [...References.reach(catalog, references, from, direction)].sort().join(" ")

  it("upwards are those that something needs, however far", () => {
    assert.strictEqual(reach(["c"], "up"), "a b c")
    assert.strictEqual(reach(["b"], "up"), "a b")
    assert.strictEqual(reach(["a"], "up"), "a")
    assert.strictEqual(reach(["d", "b"], "up"), "a b d")
  })

  it("downwards are those that need something, however far", () => {
    assert.strictEqual(reach(["a"], "down"), "a b c")
    assert.strictEqual(reach(["c"], "down"), "c")
    assert.strictEqual(reach(["e", "d"], "down"), "d e")
  })
})

describe("what tenants have", () => {
  const known = migrations({
    files: {
      "core/01_shared": "-- bfm-schema: shop\nSELECT 1;",
      "core/02_home": "SELECT 1;",
      "core/03_orders": "-- bfm-schema: dynamic\nSELECT 1;",
      "other/04_theirs": "-- bfm-schema: dynamic\nSELECT 1;"
    }
  })
  const covered = (connection: Partial<Connection>) =>
    Coverage.migrationsOf(
      {
        name: "core",
        backend: "postgresql",
        address: "",
        schema: "public",
        schemaMode: "fixed",
        ...connection
      },
      known
    ).map(({ name }) => name)

  it("is what runs in no schema of its own; where the tenants are listed, all that says none", () => {
    assert.deepStrictEqual(covered({}), ["orders"])
    assert.deepStrictEqual(covered({ schemaMode: "dynamic" }), ["home", "orders"])
    assert.deepStrictEqual(covered({ tenants: { _tag: "List", names: ["t1"] } }), ["home", "orders"])
  })

  it("is what is applied in each of them, of what is asked about", () => {
    const entry = (name: string, schema: string, state: Ledger.LedgerEntry["state"]): Ledger.LedgerEntry => {
      const migration = known.find(one => one.name === name)
      if (migration === undefined) throw new Error(name)
      return {
        connection: "core",
        version: migration.version,
        name,
        migrationId: canonical(migration),
        schema,
        state,
        direction: "up",
        checksum: { algorithm: 1, value: "" },
        sourceHash: "",
        unitsDone: 0,
        unitBegun: false,
        appliedAt: 0,
        runId: "",
        actor: "",
        method: ""
      }
    }
    const inspection = Ledger.inspection(
      "core",
      [
        entry("orders", "t1", "applied"),
        entry("home", "t1", "applied"),
        entry("orders", "t2", "running"),
        entry("shared", "t3", "applied"),
        entry("home", "t4", "applied")
      ],
      undefined
    )
    const found = Coverage.appliedIn(
      inspection,
      known.filter(({ name }) => name !== "shared")
    )
    assert.deepStrictEqual(
      [...found].map(
        ([schema, applied]) =>
          `${schema}: ${applied
            .map(({ name }) => name)
            .sort()
            .join(" ")}`
      ),
      ["t1: home orders", "t4: home"]
    )
  })
})
