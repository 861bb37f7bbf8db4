import * as Schema from "effect/Schema"
import { Variables } from "../../domain/Request.ts"

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optional(Schema.NullOr(schema))

/** Clients that are written in Go send `null` for what was not set: it is the same as leaving it out. */
export const text = optional(Schema.String)
export const texts = optional(Schema.Array(Schema.String))
export const flag = optional(Schema.Boolean)
export const variables = optional(Variables)

/** What may be left out. */
export type Maybe<A> = A | null | undefined

/** Of a list that may be left out, what says something: the old clients name no schema by an empty one too. */
export const named = (values: Maybe<ReadonlyArray<string>>): ReadonlyArray<string> =>
  (values ?? []).filter(value => value !== "")

/** An empty text means that nothing was said. */
export const given = (value: Maybe<string>): string | undefined =>
  value === null || value === "" ? undefined : value
