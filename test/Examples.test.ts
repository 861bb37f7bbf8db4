import * as path from "node:path"
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Files from "../src/adapters/files/Registry.ts"
import { fixed } from "../src/domain/Migration.ts"
import * as Template from "../src/domain/source/Template.ts"

const sfm = path.resolve(import.meta.dirname, "../sfm")

it.effect("the examples load without a problem and show what they say", () =>
  Effect.gen(function* () {
    const { migrations, problems } = yield* Files.make(sfm).load
    expect(problems).toEqual([])
    expect(
      migrations.map(({ backend, connection, version, name, schema, table }) => [
        `${backend}/${connection}/${version}_${name}`,
        schema._tag === "Fixed" ? schema.name : schema._tag,
        table
      ])
    ).toEqual([
      ["greptimedb/logs/20250101000000_create_logs", "Unspecified", "app_logs"],
      ["etcd/metadata/20250101000000_feature_flags", "Unspecified", "feature_flags"],
      ["postgresql/core/20250101120000_create_users", "core", "users"],
      ["postgresql/core/20250102093000_create_orders", "core", "orders"],
      ["postgresql/core/20250103080000_index_orders", "core", "orders"],
      ["postgresql/core/20250104070000_tenant_settings", "Dynamic", "settings"],
      ["postgresql/core/20250105060000_seed_plans", "core", "plans"]
    ])
    expect(migrations.every(({ down }) => down !== undefined)).toBe(true)
    const [users, orders, index, , plans] = migrations.filter(({ connection }) => connection === "core")
    expect(users?.schema).toEqual(fixed("core"))
    expect(orders).toMatchObject({ dependsOn: [{ target: "create_users" }], requires: [{ name: "users" }] })
    expect(index?.transaction).toBe("none")
    expect(plans?.tags).toEqual({ feature: "billing", kind: "seed" })
  })
)

it.effect("the examples can be rendered for any schema", () =>
  Effect.gen(function* () {
    const { migrations } = yield* Files.make(sfm).load
    for (const { backend, connection, version, up, down } of migrations) {
      for (const text of [up.text, down?.text ?? ""]) {
        const values = { schema: "Tenant-1", connection, backend, version, variables: {} }
        expect(Either.isRight(Template.render(text, values))).toBe(true)
      }
    }
  })
)
