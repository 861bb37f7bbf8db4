import * as Schema from "effect/Schema"
import { DownRequest, RunOptions, UpRequest } from "../../domain/Request.ts"
import type { Order } from "../../pipeline/ActiveRun.ts"

const Up = Schema.Struct({
  direction: Schema.optionalWith(Schema.Literal("up"), { default: () => "up" as const }),
  ...UpRequest.fields,
  ...RunOptions.fields
}).annotations({
  identifier: "RunUpRequest",
  examples: [
    {
      direction: "up",
      target: { connections: ["core"], tables: [], tags: [] },
      schemas: ["tenant_a"],
      variables: {},
      ignore_dependencies: false,
      out_of_order: "allow",
      strict_schema: false,
      concurrency: 1,
      on_failure: "stop"
    }
  ]
})

const Down = Schema.Struct({
  direction: Schema.Literal("down"),
  ...DownRequest.fields,
  ...RunOptions.fields
}).annotations({
  identifier: "RunDownRequest",
  examples: [
    {
      direction: "down",
      id: "20250101120000_create_users_postgresql_core",
      schemas: ["tenant_a"],
      variables: {},
      cascade: false,
      generated: false,
      ignore_dependencies: false,
      concurrency: 1,
      on_failure: "stop"
    }
  ]
})

/** What is to be carried out, and how: `direction` says whether it is applied (`up`) or rolled back (`down`). */
export const RunRequest = Schema.Union(Up, Down).annotations({ identifier: "RunRequest" })
export type RunRequest = typeof RunRequest.Type

/** The same as an order of the pipeline. */
export const toOrder = (request: RunRequest): Order => {
  const { direction, concurrency, on_failure, plan_hash, ...rest } = request
  const options = { concurrency, on_failure, ...(plan_hash === undefined ? {} : { plan_hash }) }
  return "id" in rest ? { _tag: "Down", request: rest, options } : { _tag: "Up", request: rest, options }
}
