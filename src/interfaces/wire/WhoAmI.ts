import * as Schema from "effect/Schema"
import { type Principal, Scope } from "../../domain/Principal.ts"

/** Whose token it is, and what it may be used for. */
export const WhoAmI = Schema.Struct({
  name: Schema.String,
  scopes: Schema.Array(Scope),
  /** The only connections that it may touch; absent means all. */
  connections: Schema.optional(Schema.Array(Schema.String))
}).annotations({
  identifier: "WhoAmI",
  examples: [{ name: "ci", scopes: ["read", "migrate"], connections: ["core"] }]
})
export type WhoAmI = typeof WhoAmI.Type

export const fromPrincipal = ({ name, scopes, connections }: Principal): WhoAmI => ({
  name,
  scopes,
  ...(connections === undefined ? {} : { connections })
})
