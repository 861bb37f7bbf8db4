import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Catalog from "../../src/domain/Catalog.ts"
import { canonical } from "../../src/domain/Identity.ts"
import * as Ledger from "../../src/domain/Ledger.ts"
import { type Migration, unspecified } from "../../src/domain/Migration.ts"
import * as Choose from "../../src/pipeline/plan/Choose.ts"
import * as References from "../../src/pipeline/plan/References.ts"
import * as Resolve from "../../src/pipeline/plan/Resolve.ts"
import * as Scope from "../../src/pipeline/plan/Scope.ts"
import type * as Select from "../../src/pipeline/plan/Select.ts"
import { lookup, type World } from "../../src/pipeline/plan/World.ts"
import type { Connection } from "../../src/ports/Connections.ts"

const connections = ["core", "reports", "logs"]

/** What a random graph is made from: for each migration its connection, the earlier ones it needs, and whether it is applied. */
interface Shape {
  readonly connection: string
  readonly needs: ReadonlyArray<number>
  readonly applied: boolean
}

const shapes: fc.Arbitrary<ReadonlyArray<Shape>> = fc
  .array(
    fc.record({
      connection: fc.constantFrom(...connections),
      needs: fc.array(fc.nat(), { maxLength: 3 }),
      applied: fc.boolean()
    }),
    { minLength: 1, maxLength: 40 }
  )
  .map(list =>
    list.map((shape, n) => ({ ...shape, needs: n === 0 ? [] : shape.needs.map(need => need % n) }))
  )

/** Versions run against the dependencies, so that only these can bring about the order. */
const migrationsOf = (list: ReadonlyArray<Shape>): ReadonlyArray<Migration> => {
  const identities = list.map(({ connection }, n) => ({
    backend: "postgresql" as const,
    connection,
    version: String(20250101000000 + list.length - n),
    name: `m${n}`
  }))
  return identities.map((identity, n) => ({
    ...identity,
    schema: unspecified,
    tags: {},
    requires: [],
    transaction: "own",
    dependsOn: (list[n]?.needs ?? []).flatMap(need => {
      const target = identities[need]
      return target === undefined ? [] : [{ connection: target.connection, target: target.name }]
    }),
    up: { _tag: "Script", path: `${identity.name}.up.sql`, text: "" }
  }))
}

const entryOf = (migration: Migration): Ledger.LedgerEntry => ({
  ...migration,
  migrationId: canonical(migration),
  schema: "",
  state: "applied",
  direction: "up",
  checksum: { algorithm: 1, value: "" },
  sourceHash: "",
  unitsDone: 0,
  unitBegun: false,
  appliedAt: 0,
  runId: "",
  actor: "",
  method: ""
})

const worldOf = (migrations: ReadonlyArray<Migration>, list: ReadonlyArray<Shape>): World => {
  const catalog = Catalog.make(migrations)
  const applied = new Set(list.flatMap((shape, n) => (shape.applied ? [`m${n}`] : [])))
  return {
    catalog,
    references: References.make(catalog),
    connections: new Map(
      connections.map((name): [string, Connection] => [
        name,
        { name, backend: "postgresql", address: "", schema: "", schemaMode: "fixed" }
      ])
    ),
    inspections: new Map(
      connections.map(connection => [
        connection,
        Ledger.inspection(
          connection,
          migrations
            .filter(migration => migration.connection === connection && applied.has(migration.name))
            .map(entryOf),
          new Set<string>()
        )
      ])
    ),
    tenants: new Map()
  }
}

const selection = (part: Partial<Select.Selection> = {}): Select.Selection => ({
  backend: undefined,
  schema: undefined,
  tables: new Set(),
  version: undefined,
  to: undefined,
  connections: new Set(),
  tags: {},
  ids: new Set(),
  schemas: [],
  named: false,
  ...part
})

const resolve = (world: World, selected = selection()) => {
  const entry = lookup(world)
  const scope = Scope.exactly([])
  const choice = Choose.choose(world, entry, selected, scope, selected.named)
  return { choice, ...Resolve.resolve(world, entry, choice, scope, selected.named) }
}

const names = (nodes: ReadonlyArray<{ readonly migration: Migration }>): ReadonlyArray<string> =>
  nodes.map(({ migration }) => migration.name)

describe("resolving", () => {
  it("loses nothing and adds nothing: pending is known minus applied", () => {
    fc.assert(
      fc.property(shapes, list => {
        const { ordered, choice, problems } = resolve(worldOf(migrationsOf(list), list))
        const pending = list.flatMap((shape, n) => (shape.applied ? [] : [`m${n}`]))
        assert.deepStrictEqual(problems, [])
        assert.deepStrictEqual([...names(ordered)].sort(), pending.sort())
        assert.lengthOf(choice.skipped, list.length - pending.length)
      })
    )
  })

  it("puts every pending dependency before what needs it", () => {
    fc.assert(
      fc.property(shapes, list => {
        const place = new Map(
          names(resolve(worldOf(migrationsOf(list), list)).ordered).map((name, at) => [name, at])
        )
        for (const [n, { needs }] of list.entries()) {
          const own = place.get(`m${n}`)
          for (const need of needs) {
            const before = place.get(`m${need}`)
            if (own !== undefined && before !== undefined) assert.isBelow(before, own)
          }
        }
      })
    )
  })

  it("does not depend on the order in which files are found", () => {
    fc.assert(
      fc.property(
        shapes.chain(list =>
          fc.tuple(fc.constant(list), fc.shuffledSubarray([...list.keys()], { minLength: list.length }))
        ),
        ([list, order]) => {
          const migrations = migrationsOf(list)
          const shuffled = order.flatMap(n => migrations[n] ?? [])
          assert.deepStrictEqual(
            names(resolve(worldOf(shuffled, list)).ordered),
            names(resolve(worldOf(migrations, list)).ordered)
          )
        }
      )
    )
  })

  it("of one named migration takes its pending dependencies along, however far, and no others", () => {
    fc.assert(
      fc.property(shapes, fc.nat(), (list, pick) => {
        const migrations = migrationsOf(list)
        const n = pick % list.length
        const wanted = new Set<string>()
        const follow = (at: number): void => {
          if (list[at]?.applied !== false || wanted.has(`m${at}`)) return
          wanted.add(`m${at}`)
          for (const need of list[at]?.needs ?? []) follow(need)
        }
        follow(n)
        const version = migrations[n]?.version
        const { ordered } = resolve(worldOf(migrations, list), selection({ version, named: true }))
        assert.deepStrictEqual([...names(ordered)].sort(), [...wanted].sort())
      })
    )
  })

  it("runs what is independent in the order of versions", () => {
    const list = Array.from({ length: 20 }, () => ({ connection: "core", needs: [], applied: false }))
    const versions = resolve(worldOf(migrationsOf(list), list)).ordered.map(
      ({ migration }) => migration.version
    )
    assert.deepStrictEqual(versions, [...versions].sort())
  })

  it("names a circle, and orders nothing that is in it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 12 }), size => {
        const list = Array.from({ length: size }, (_, n) => ({
          connection: "core",
          needs: [(n + 1) % size],
          applied: false
        }))
        const { ordered, problems } = resolve(worldOf(migrationsOf(list), list))
        assert.lengthOf(ordered, 0)
        assert.strictEqual(problems[0]?.kind, "dependency_cycle")
        for (let n = 0; n < size; n++) assert.include(problems[0]?.reason, `_m${n}_postgresql_core`)
      })
    )
  })
})
