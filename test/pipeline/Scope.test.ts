import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import type { Backend } from "../../src/domain/Backend.ts"
import * as Scope from "../../src/pipeline/plan/Scope.ts"

interface Place {
  readonly backend?: Backend
  readonly tenants?: ReadonlyArray<string>
  readonly present?: ReadonlyArray<string>
}

const world = (places: Readonly<Record<string, Place>>) => ({
  connections: new Map(
    Object.entries(places).map(([name, { backend = "postgresql" }]) => [
      name,
      { name, backend, address: "", schema: "", schemaMode: "dynamic" as const, ledgerSchema: "bfm" }
    ])
  ),
  inspections: new Map(
    Object.entries(places).map(([connection, { present }]) => [
      connection,
      { connection, groups: [], schemas: present === undefined ? undefined : new Set(present) }
    ])
  ),
  tenants: new Map(
    Object.entries(places).flatMap(([name, { tenants }]) => (tenants === undefined ? [] : [[name, tenants]]))
  )
})

/** What each connection has of the items, or what is wrong with them. */
const expanded = (
  places: Readonly<Record<string, Place>>,
  items: ReadonlyArray<string>,
  selected: ReadonlyArray<string> = []
) =>
  Either.match(
    Either.flatMap(Scope.parse(items), selectors =>
      Scope.expand(world(places), selectors, new Set(selected))
    ),
    {
      onLeft: ({ problems }) => problems,
      onRight: scope => Object.fromEntries(Object.keys(places).map(name => [name, scope.of(name)]))
    }
  )

describe("schemas that a request means", () => {
  it("a name is itself everywhere, in the order of the request, each once", () => {
    assert.deepStrictEqual(expanded({ core: {}, logs: {} }, ["b", "a", "b"]), {
      core: ["b", "a"],
      logs: ["b", "a"]
    })
  })

  it("a pattern means tenants where they are said, and else what is there without the system's own", () => {
    const there = ["tenant_2", "pg_toast", "public", "tenant_1", "bfm", "information_schema"]
    assert.deepStrictEqual(
      expanded({ core: { tenants: ["tenant_9", "other"], present: there }, logs: { present: there } }, [
        "tenant_*"
      ]),
      { core: ["tenant_9"], logs: ["tenant_1", "tenant_2"] }
    )
    assert.deepStrictEqual(expanded({ logs: { present: there } }, ["*"]), {
      logs: ["public", "tenant_1", "tenant_2"]
    })
  })

  it("everything in a pattern but * is itself", () => {
    const tenants = ["a.b", "axb", 'a"b', "A.B", "a+b", "a\nb"]
    assert.deepStrictEqual(expanded({ core: { tenants } }, ["a.*"]), { core: ["a.b"] })
    assert.deepStrictEqual(expanded({ core: { tenants } }, ["a*b"]), {
      core: ["a.b", "axb", 'a"b', "a+b", "a\nb"]
    })
  })

  it("all means the tenants, and =all the schema of that name", () => {
    const tenants = ["t1", "t2"]
    assert.deepStrictEqual(expanded({ core: { tenants }, logs: {} }, ["all"]), { core: tenants, logs: [] })
    assert.deepStrictEqual(expanded({ core: { tenants } }, ["=all", "=a*b"]), { core: ["all", "a*b"] })
  })

  it("a connection that was not selected adds nothing", () => {
    assert.deepStrictEqual(
      expanded({ core: { tenants: ["t1"] }, logs: { tenants: ["t2"] } }, ["all"], ["core"]),
      {
        core: ["t1"],
        logs: []
      }
    )
  })

  it("what means nothing is a mistake that names the variable", () => {
    assert.deepStrictEqual(expanded({ core: { present: ["public"] } }, ["tenant_*", "all"]), [
      "schemas: no schema of core matches tenant_* (see CORE_TENANTS)",
      "schemas: all means the tenants of core, and CORE_TENANTS is not set; a schema of that name is =all"
    ])
    assert.deepStrictEqual(expanded({ core: { tenants: [] } }, ["all"]), [
      "schemas: all stands for no tenant: CORE_TENANTS gives no name"
    ])
    for (const empty of ["", "="]) {
      assert.deepStrictEqual(expanded({ core: {} }, ["a", empty]), [
        "schemas: a schema's name must not be empty"
      ])
    }
  })
})
