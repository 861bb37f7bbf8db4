import * as Schema from "effect/Schema"

/** Clients that are written in Go send `null` for what was not set: it is the same as leaving it out. */
export const text = Schema.optionalWith(Schema.String, { nullable: true, default: () => "" })
export const texts = Schema.optionalWith(Schema.Array(Schema.String), {
  nullable: true,
  default: () => []
})
export const flag = Schema.optionalWith(Schema.Boolean, { nullable: true, default: () => false })
export const variables = Schema.optionalWith(Schema.Record({ key: Schema.String, value: Schema.String }), {
  nullable: true,
  default: () => ({})
})

/** An empty text means that nothing was said. */
export const given = (value: string): string | undefined => (value === "" ? undefined : value)
