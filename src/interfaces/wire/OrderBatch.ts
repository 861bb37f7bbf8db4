import * as Schema from "effect/Schema"

const ids = ["20250102093000_create_orders_postgresql_core", "20250101120000_create_users_postgresql_core"]

export const OrderBatchRequest = Schema.Struct({
  /** Any accepted spellings. */
  migration_ids: Schema.Array(Schema.String).pipe(Schema.maxItems(10_000)),
  /** To which all of them must belong. */
  connection: Schema.NonEmptyString
}).annotations({
  identifier: "OrderBatchRequest",
  examples: [{ migration_ids: ids, connection: "core" }]
})

export const OrderBatchResponse = Schema.Struct({
  ordered_migration_ids: Schema.Array(Schema.String)
}).annotations({
  identifier: "OrderBatchResponse",
  examples: [{ ordered_migration_ids: [...ids].reverse() }]
})
