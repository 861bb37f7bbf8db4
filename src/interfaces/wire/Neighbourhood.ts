import * as Schema from "effect/Schema"
import { Backend } from "../../domain/Backend.ts"
import { Status } from "../../domain/Status.ts"

const Neighbour = Schema.Struct({
  /** Canonical. */
  migration_id: Schema.String,
  version: Schema.String,
  name: Schema.String,
  connection: Schema.String,
  backend: Backend,
  /** Of several schemas, that of the one that is least done. */
  status: Status
})

const id = "20250102093000_create_orders_postgresql_core"

/** What a migration depends on and what depends on it, however far, across connections. */
export const Neighbourhood = Schema.Struct({
  migration_id: Schema.String,
  nodes: Schema.Array(Neighbour),
  /** `before` has to be applied first. */
  edges: Schema.Array(Schema.Struct({ before: Schema.String, after: Schema.String })),
  /** What is written as a dependency and means nothing that there is. */
  unknown: Schema.Array(Schema.Struct({ migration_id: Schema.String, target: Schema.String })),
  /** True when there are more than are shown. */
  partial: Schema.Boolean
}).annotations({
  identifier: "Neighbourhood",
  examples: [
    {
      migration_id: id,
      nodes: [
        {
          migration_id: id,
          version: "20250102093000",
          name: "create_orders",
          connection: "core",
          backend: "postgresql",
          status: "applied"
        }
      ],
      edges: [{ before: "20250101120000_create_users_postgresql_core", after: id }],
      unknown: [],
      partial: false
    }
  ]
})
export type Neighbourhood = typeof Neighbourhood.Type
