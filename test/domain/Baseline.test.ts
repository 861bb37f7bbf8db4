import { assert, describe, it } from "vitest"
import { compare, type SchemaObject } from "../../src/domain/Baseline.ts"

const object = (kind: string, name: string, definition = "d", table = ""): SchemaObject => ({
  ...{ kind, name, definition, table }
})
const table = (name: string, definition = "t"): SchemaObject =>
  object("table", `public.${name}`, definition, name)

/** Names of what differs when only the live database has these. */
const extra = (...objects: ReadonlyArray<SchemaObject>) => compare(objects, []).map(({ name }) => name)

describe("an existing database and what the migrations make", () => {
  it("agree on the same objects, whatever their order", () => {
    const objects = [table("users"), object("column", "public.users.id", "int", "users")]
    assert.deepStrictEqual(compare(objects, objects.toReversed()), [])
  })

  it("differ in what only one of them has, and in what is defined otherwise, by name and kind", () => {
    const live = [table("z"), table("same"), object("index", "public.a", "btree"), table("b", "live")]
    const rebuilt = [table("b", "rebuilt"), object("table", "public.a", "of the same name"), table("same")]
    assert.deepStrictEqual(compare(live, rebuilt), [
      { kind: "index", name: "public.a", found: "extra", live: "btree" },
      { kind: "table", name: "public.a", found: "missing", rebuilt: "of the same name" },
      { kind: "table", name: "public.b", found: "different", rebuilt: "rebuilt", live: "live" },
      { kind: "table", name: "public.z", found: "extra", live: "t" }
    ])
    assert.deepStrictEqual(compare([table("a"), table("b")], []), compare([table("b"), table("a")], []))
  })

  it.each([
    ...["schema_migrations", "goose_db_version", "flyway_schema_history", "pgmigrations"],
    ...["databasechangelog", "databasechangeloglock", "bfm_migrations", "migrations_list"],
    ...["migrations_history", "migrations_executions", "migrations_dependencies"],
    ...["bfm_executions", "bfm_runs", "bfm_cluster_messages"]
  ])("do not differ in what a tool keeps for itself: %s", name => {
    const sequence = object("sequence", `public.${name}`)
    assert.deepStrictEqual(extra(table(name), object("index", "public.i", "btree", name), sequence), [])
    assert.deepStrictEqual(compare([], [table(name)]), [])
  })

  it.each(["my_schema_migrations", "bfm_runs_of_mine", "my_bfm_runs", "bfm_cluster", "bfm_users"])(
    "differ in a table of one's own with such a name: %s",
    name => {
      assert.deepStrictEqual(extra(table(name)), [`public.${name}`])
    }
  )
})
