import { assert, describe, it } from "@effect/vitest"
import type { Step } from "../../../src/domain/Plan.ts"
import { graph } from "../../../src/interfaces/cli/RenderGraph.ts"
import * as Style from "../../../src/interfaces/cli/Style.ts"
import * as PlanGraph from "../../../src/pipeline/plan/PlanGraph.ts"
import * as Sample from "./Sample.ts"

const at = (position: number, name: string, connection: string, after: ReadonlyArray<string>): Step => {
  const version = `2025010100000${position}`
  const made = Sample.step({ position, version, name, connection, schema: "" })
  return {
    ...made,
    after: after.map(other => Sample.step({ version: other.slice(0, 14), name: other.slice(15) }).id)
  }
}

const plan = Sample.plan([
  at(1, "users", "core", []),
  at(2, "orders", "core", ["20250101000001_users"]),
  at(3, "flags", "metadata", ["20250101000001_users"]),
  at(4, "metrics", "logs", ["20250101000002_orders", "20250101000003_flags"]),
  at(5, "alone", "core", [])
])

describe("the order of a plan, drawn", () => {
  it("hangs each step below the last one that it waits for, and names the others", () => {
    assert.deepStrictEqual(graph(Style.plain, plan), [
      "1  20250101000001 users  core (postgresql)",
      "├─ 2  20250101000002 orders  core (postgresql)",
      "└─ 3  20250101000003 flags  metadata (postgresql)",
      "   └─ 4  20250101000004 metrics  logs (postgresql), also after 2",
      "5  20250101000005 alone  core (postgresql)"
    ])
  })

  it("is a flowchart with one box per connection, whatever stands in its names", () => {
    const drawn = PlanGraph.mermaid(Sample.plan([at(1, 'a"]; b', "core", [])]))
    assert.deepStrictEqual(drawn.split("\n"), [
      "flowchart TD",
      '  subgraph c1["core (postgresql)"]',
      '    s1["1. 20250101000001 a#34;#93;#59; b"]',
      "  end",
      ""
    ])
    assert.include(PlanGraph.mermaid(plan), "  s2 --> s4\n  s3 --> s4\n")
  })
})
