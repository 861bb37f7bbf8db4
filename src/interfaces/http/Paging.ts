import * as Schema from "effect/Schema"

/** The most that any list gives at once. */
export const most = 10_000

/** Old routes take what they can make sense of, and something sensible instead of the rest. */
export const lenient = (fallback: number) =>
  Schema.optionalWith(
    Schema.transform(Schema.String, Schema.Int, {
      decode: text => (/^\d{1,9}$/.test(text) && Number(text) > 0 ? Math.min(Number(text), 1_000) : fallback),
      encode: String
    }).annotations({
      description: `at most so many; ${fallback} when it is no positive number, never more than 1000`
    }),
    { default: () => fallback }
  )

/** New routes say what they cannot make sense of. */
export const limit = (fallback: number, atMost: number) =>
  Schema.optionalWith(
    Schema.NumberFromString.pipe(Schema.int(), Schema.between(1, atMost)).annotations({
      description: `at most so many (1 to ${atMost})`,
      examples: [fallback],
      jsonSchema: { type: "integer", minimum: 1, maximum: atMost, default: fallback }
    }),
    { default: () => fallback }
  )

export const cursor = Schema.optional(
  Schema.String.annotations({ description: "`next` of an earlier page: go on after it" })
)
