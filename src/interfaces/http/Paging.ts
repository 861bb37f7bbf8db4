import * as Schema from "effect/Schema"

/** The most that any list gives at once. */
export const most = 10_000

/** The most that lists from the state give. */
const mostRemembered = 1_000

/** Old routes take what they can make sense of, and something sensible instead of the rest. */
export const lenientLimit = (fallback: number) =>
  Schema.optional(
    Schema.String.annotations({
      description: `at most so many; ${fallback} when it is no positive number, never more than ${mostRemembered}`,
      examples: [String(fallback)]
    })
  )

export const lenient = (text: string | undefined, fallback: number): number =>
  text !== undefined && /^\d{1,9}$/.test(text) && Number(text) > 0
    ? Math.min(Number(text), mostRemembered)
    : fallback

/** New routes say what they cannot make sense of. */
export const limit = (fallback: number, atMost: number) =>
  Schema.optional(
    Schema.NumberFromString.pipe(Schema.int(), Schema.between(1, atMost)).annotations({
      description: `at most so many (1 to ${atMost}); ${fallback} when it is left out`,
      examples: [fallback],
      jsonSchema: { type: "integer", minimum: 1, maximum: atMost, default: fallback }
    })
  )

export const cursor = Schema.optional(
  Schema.String.annotations({ description: "`next` of an earlier page: go on after it" })
)

/** The page that a query string asks for. */
export const page = (
  { limit, cursor }: { readonly limit?: number | undefined; readonly cursor?: string | undefined },
  fallback: number
) => ({ limit: limit ?? fallback, ...(cursor === undefined ? {} : { cursor }) })
