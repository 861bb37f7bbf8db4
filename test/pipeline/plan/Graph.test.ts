import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Graph from "../../../src/pipeline/plan/Graph.ts"
import { migrations } from "../../fixtures/World.ts"

const two = (n: number): string => String(n).padStart(2, "0")

/** So many migrations, the later ones with the lower numbers: their order is never the one in which they come. */
const some = (count: number) =>
  migrations({
    files: Object.fromEntries(
      Array.from({ length: count }, (_, n) => [`core/${two(count - n)}_m`, "SELECT 1;"])
    )
  })

const node = (migration: Graph.Node["migration"], schema = "", rank = 0): Graph.Node => ({
  migration,
  schema,
  rank
})

interface Drawn {
  readonly nodes: ReadonlyArray<Graph.Node>
  readonly before: ReadonlyMap<Graph.Node, ReadonlyArray<Graph.Node>>
}

const most = 14

/** Nodes in schemas and ranks, and arrows among them; without circles where arrows lead only one way. */
const drawn = (circles: boolean): fc.Arbitrary<Drawn> =>
  fc
    .record({
      places: fc.array(fc.record({ schema: fc.constantFrom("a", "b"), rank: fc.nat(2) }), {
        maxLength: most
      }),
      arrows: fc.array(fc.tuple(fc.nat(most - 1), fc.nat(most - 1)), { maxLength: 3 * most })
    })
    .map(({ places, arrows }) => {
      const known = some(places.length)
      const nodes = places.map(({ schema, rank }, n) =>
        node(known[n >> 1] ?? never(), `${schema}${n % 2}`, rank)
      )
      const before = new Map<Graph.Node, Array<Graph.Node>>()
      for (const [a, b] of arrows) {
        const [needed, needing] = [nodes[circles ? a : Math.min(a, b)], nodes[circles ? b : Math.max(a, b)]]
        if (needed === undefined || needing === undefined || (needed === needing && !circles)) continue
        before.set(needing, [...(before.get(needing) ?? []), needed])
      }
      return { nodes, before }
    })

const never = (): never => {
  throw new Error("there is no such migration")
}

/** What the order is to be, as plainly as it can be said: always the first of all that are free. */
const plainly = ({ nodes, before }: Drawn): ReadonlyArray<Graph.Node> => {
  const done: Array<Graph.Node> = []
  const left = [...nodes].sort(Graph.byVersion)
  for (;;) {
    const free = left.find(node => (before.get(node) ?? []).every(needed => done.includes(needed)))
    if (free === undefined) return done
    left.splice(left.indexOf(free), 1)
    done.push(free)
  }
}

describe("the order of a graph", () => {
  it("is always the first of all that are free", () => {
    fc.assert(
      fc.property(drawn(false), graph => {
        const { ordered, rest } = Graph.sort(graph)
        assert.deepStrictEqual(ordered, plainly(graph))
        assert.deepStrictEqual(rest, [])
      }),
      { numRuns: 400 }
    )
  })

  it("leaves what waits for itself, and what waits for that; each circle is one", () => {
    fc.assert(
      fc.property(drawn(true), graph => {
        const { ordered, rest } = Graph.sort(graph)
        assert.deepStrictEqual(ordered, plainly(graph))
        assert.sameMembers([...ordered, ...rest], [...graph.nodes])
        const circle = Graph.cycle(graph, rest)
        assert.strictEqual(circle.length === 0, rest.length === 0)
        for (const [n, node] of circle.entries()) {
          const next = circle[(n + 1) % circle.length] ?? never()
          assert.include(graph.before.get(node) ?? [], next)
        }
        assert.strictEqual(new Set(circle).size, circle.length)
      }),
      { numRuns: 400 }
    )
  })

  it("does not wait for what is not in it", () => {
    const [first = never(), second = never(), third = never()] = some(3).map(migration => node(migration))
    const graph = {
      nodes: [first, second],
      before: new Map([
        [second, [third]],
        [third, [first]]
      ])
    }
    assert.deepStrictEqual(Graph.sort(graph).ordered, [second, first])
    const needing = { nodes: [second, first], before: new Map([[second, [third, first]]]) }
    assert.deepStrictEqual(Graph.sort(needing).ordered, [first, second])
  })

  it("is rank, version, then the name of the schema", () => {
    const [late = never(), early = never()] = some(2)
    const nodes = [
      node(late, "a", 1),
      node(late, "b"),
      node(late, "a"),
      node(early, "z"),
      node(early, "a", 1)
    ]
    assert.deepStrictEqual(
      [...nodes]
        .sort(Graph.byVersion)
        .map(({ migration, schema, rank }) => `${rank} ${migration.version.slice(-2)} ${schema}`),
      ["0 01 z", "0 02 a", "0 02 b", "1 01 a", "1 02 a"]
    )
  })
})

describe("nodes that were met", () => {
  it("are each the one that was met first", () => {
    const [migration = never(), other = never()] = some(2)
    const nodes = new Graph.Nodes()
    const [first, again, elsewhere] = [node(migration, "a"), node(migration, "a", 3), node(migration, "b")]
    assert.isUndefined(nodes.find(migration, "a"))
    assert.isUndefined(nodes.known(first))
    assert.strictEqual(nodes.known(again), first)
    assert.strictEqual(nodes.known(again), first)
    assert.isUndefined(nodes.known(elsewhere))
    assert.strictEqual(nodes.find(migration, "a"), first)
    assert.strictEqual(nodes.find(migration, "b"), elsewhere)
    assert.isUndefined(nodes.find(other, "a"))
  })
})
