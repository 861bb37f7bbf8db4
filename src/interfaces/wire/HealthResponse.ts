import * as Schema from "effect/Schema"
import type { Report } from "../../pipeline/report/Health.ts"

/** How the service is; open to everybody, so it names no addresses. */
export const HealthResponse = Schema.Struct({
  status: Schema.Literal("healthy", "unhealthy"),
  /** `ok`, or what is wrong in one word, by component; `degraded` is no reason to be unhealthy. */
  checks: Schema.Record({ key: Schema.String, value: Schema.String })
}).annotations({
  identifier: "HealthResponse",
  examples: [
    { status: "healthy", checks: { executor: "ok", state: "ok", sources: "ok", "connection core": "ok" } }
  ]
})
export type HealthResponse = typeof HealthResponse.Type

export const fromReport = ({ healthy, ending, components }: Report, well = healthy): HealthResponse => ({
  status: well ? "healthy" : "unhealthy",
  checks: {
    executor: ending ? "ending" : healthy ? "ok" : "impaired",
    ...Object.fromEntries(components.map(({ name, ok, code }) => [name, code ?? (ok ? "ok" : "failed")]))
  }
})
