import { describe, expect, it } from "vitest"
import * as Identity from "../../src/domain/Identity.ts"

const id: Identity.Identity = {
  backend: "postgresql",
  connection: "core",
  version: "20250101120000",
  name: "create_users"
}

describe("ids", () => {
  it("name the schema only away from home", () => {
    expect(Identity.rendered(id, "tenant_a", "core")).toBe(
      "tenant_a_20250101120000_create_users_postgresql_core"
    )
    for (const schema of ["", "core"])
      expect(Identity.rendered(id, schema, "core")).toBe("20250101120000_create_users_postgresql_core")
  })

  it("stand in the order of version, connection, name and backend", () => {
    const sorted: ReadonlyArray<Identity.Identity> = [
      { ...id, version: "20240101000000", connection: "z", name: "z" },
      { ...id, connection: "a", name: "z" },
      { ...id, backend: "etcd" },
      id,
      { ...id, name: "create_users2" },
      { ...id, version: "20260101000000", connection: "a", name: "a", backend: "etcd" }
    ]
    for (const [at, one] of sorted.entries()) {
      expect(sorted.map(other => Identity.compare(one, other))).toEqual(
        sorted.map((_, other) => Math.sign(at - other))
      )
    }
  })
})
