import * as Schema from "effect/Schema"

/** Whether a migration is applied, and nothing else. */
export const Applied = Schema.Struct({ applied: Schema.Boolean }).annotations({
  identifier: "Applied",
  examples: [{ applied: true }]
})
