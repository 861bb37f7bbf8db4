import * as Context from "effect/Context"
import * as Schema from "effect/Schema"

/** By which way a run was asked for. */
export const Method = Schema.Literal("cli", "library", "api", "grpc", "auto_migrate", "manual")
export type Method = typeof Method.Type

/** The request of a client that a run came from. */
export const RequestOrigin = Schema.Struct({
  /** `X-Request-Id`: in logs, history and errors alike. */
  id: Schema.String,
  /** `POST /api/v1/migrate`, `migration.MigrationService/Migrate`. */
  endpoint: Schema.String
})
export type RequestOrigin = typeof RequestOrigin.Type

/** Who asks, and by which way: recorded with everything that happens. */
export const Actor = Schema.Struct({
  name: Schema.String,
  method: Method,
  request: Schema.optional(RequestOrigin)
})
export type Actor = typeof Actor.Type

/** Who is asking, for everything that runs below; interfaces provide it. */
export class CurrentActor extends Context.Reference<CurrentActor>()("bfm/CurrentActor", {
  defaultValue: (): Actor => ({ name: "unknown", method: "library" })
}) {}
