import * as Schema from "effect/Schema"

/** What changed among the sources since they were read before; nothing is ever deleted from the state. */
export const ReindexResponse = Schema.Struct({
  added: Schema.Array(Schema.String),
  removed: Schema.Array(Schema.String),
  updated: Schema.Array(Schema.String),
  /** How many migrations there are now. */
  total: Schema.Int
}).annotations({
  identifier: "ReindexResponse",
  examples: [{ added: ["20250102093000_create_orders_postgresql_core"], removed: [], updated: [], total: 2 }]
})
export type ReindexResponse = typeof ReindexResponse.Type
