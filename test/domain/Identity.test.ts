import { describe, expect, it } from "vitest"
import * as Catalog from "../../src/domain/Catalog.ts"
import * as Dependency from "../../src/domain/Dependency.ts"
import * as Identity from "../../src/domain/Identity.ts"
import { fromScripts } from "../../src/domain/source/Scripts.ts"

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

  it("are found under every spelling that people use", () => {
    const users = fromScripts({ ...id, path: "x.up.sql", up: "CREATE TABLE users (id int)" })
    const brief = "20250101120000_create_users"
    const anywhere = [`${brief}_postgresql_core`, brief, `core_${brief}`]
    expect(Catalog.spellings(users, [])).toEqual(anywhere)
    expect(Catalog.spellings(users, ["", "t1"])).toEqual([
      ...anywhere,
      `t1_${brief}_postgresql_core`,
      `t1_core_${brief}`,
      `t1_users_${brief}`
    ])
    expect(Catalog.spellings({ ...users, table: undefined }, ["t1"])).toHaveLength(5)
  })

  it("find their migrations, and connections the backends that they were found under", () => {
    const of = (identity: Identity.Identity) => fromScripts({ ...identity, path: "x", up: "" })
    const etcd: Identity.Identity = { ...id, backend: "etcd", version: "20240101000000" }
    const catalog = Catalog.make([of(id), of(etcd), of({ ...id, connection: "logs" })])
    expect(catalog.migrations.map(({ version }) => version)).toEqual([etcd.version, id.version, id.version])
    expect(catalog.problems).toEqual([])
    expect(catalog.byId.get(Identity.canonical(id))).toMatchObject(id)
    expect(Catalog.connections(catalog)).toEqual(
      new Map([
        ["core", new Set(["etcd", "postgresql"])],
        ["logs", new Set(["postgresql"])]
      ])
    )
  })
})

describe("what a migration needs", () => {
  it.each([
    [{ target: "create_users" }, "create_users"],
    [{ connection: "core", target: "create_users", line: 3 }, "core/create_users"],
    [{ target: "create_users", tenants: 99 }, "tenants:create_users>=99%"],
    [{ connection: "core", target: "x", tenants: 100 }, "tenants:core/x>=100%"]
  ])("is said as it is written: %j", (dependency, expected) => {
    expect(Dependency.renderDependency(dependency)).toBe(expected)
    expect(Dependency.renderRequirement({ kind: "table", name: "a.b" })).toBe("table a.b")
  })
})
