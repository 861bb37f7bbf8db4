import * as Schema from "effect/Schema"

const strings = Schema.optionalWith(Schema.Array(Schema.String), {
  default: () => []
})
const flag = Schema.optionalWith(Schema.Boolean, { default: () => false })

/** What a script can name, and what every store can be sent. */
const unusable = (given: Readonly<Record<string, string>>): string | undefined => {
  for (const [name, value] of Object.entries(given)) {
    if (!/^[a-z_][\w-]*$/i.test(name)) {
      return `a variable is named with letters, digits, _ and -, not ${JSON.stringify(name)}`
    }
    if (/[\p{Surrogate}\0]/u.test(value)) {
      return `the value of ${name} has a character that cannot be kept: U+0000 or half of a pair`
    }
  }
  return undefined
}
/** Values for scripts, by name; every way of asking takes them by this. */
export const Variables = Schema.Record({ key: Schema.String, value: Schema.String }).pipe(
  Schema.filter(unusable)
)
const variables = Schema.optionalWith(Variables, { default: () => ({}) })

/** What the caller selects; each absent part means any, all given parts must hold. */
export const Target = Schema.Struct({
  backend: Schema.optional(Schema.String),
  schema: Schema.optional(Schema.String),
  /** Any of these. */
  tables: strings,
  /** Exactly this one. */
  version: Schema.optional(Schema.String),
  /** Any of these; none given means every configured connection. */
  connections: strings,
  /** `key=value`, all of them. */
  tags: strings,
  /** Any of these, in any accepted spelling; one that nobody knows is an error. */
  ids: Schema.optional(Schema.Array(Schema.String))
})
export type Target = typeof Target.Type

/** A request to apply. */
export const UpRequest = Schema.Struct({
  target: Schema.optionalWith(Target, {
    default: () => ({ tables: [], connections: [], tags: [] })
  }),
  /** The schemas to run in: needed by dynamic migrations, and stronger than what a migration declares. */
  schemas: strings,
  /** Up to and including this version. */
  to: Schema.optional(Schema.String),
  variables,
  ignore_dependencies: flag,
  out_of_order: Schema.optionalWith(Schema.Literal("allow", "refuse"), {
    default: () => "allow" as const
  }),
  /** Fail when a dynamic migration is selected without a schema, also in a broad run. */
  strict_schema: flag
})
export type UpRequest = typeof UpRequest.Type
export type UpRequestInput = typeof UpRequest.Encoded

/** A request to roll one migration back. */
export const DownRequest = Schema.Struct({
  /** Any accepted spelling. */
  id: Schema.String,
  schemas: strings,
  variables,
  /** Roll back first what depends on it. */
  cascade: flag,
  /** Take back what was captured when it was applied, also where there is a down script. */
  generated: flag,
  /** Roll back even though an applied migration depends on it. */
  ignore_dependencies: flag
})
export type DownRequest = typeof DownRequest.Type
export type DownRequestInput = typeof DownRequest.Encoded

/** Lanes that may run at the same time. */
export const mostLanes = 256

/** Sizes of waves: `10,100,*`. The last one holds for all that is left; `*` is all of it at once. */
export const Waves = Schema.String.pipe(Schema.pattern(/^(?:[1-9]\d{0,8},)*(?:[1-9]\d{0,8}|\*)$/))

/** How many schemas may fail: `5`, or a part of them: `1%`. */
export const MaxFailures = Schema.String.pipe(Schema.pattern(/^(?:\d{1,9}|(?:100|\d{1,2})(?:\.\d{1,4})?%)$/))

/** How a plan is carried out; nothing here changes what is in the plan. */
export const RunOptions = Schema.Struct({
  /** Lanes (one per connection and schema) that run at the same time. */
  concurrency: Schema.optionalWith(Schema.Int.pipe(Schema.between(1, mostLanes)), {
    default: () => 1
  }),
  /** Whether other schemas go on after a failure. */
  on_failure: Schema.optionalWith(Schema.Literal("stop", "continue"), {
    default: () => "stop" as const
  }),
  /** So many schemas first; when one of them fails, no other is begun. */
  canary: Schema.optional(Schema.Int.pipe(Schema.between(1, 1_000_000_000))),
  /** The others in waves, each begun when the one before has ended. */
  waves: Schema.optional(Waves),
  /** Pauses after the canary and after each wave but the last: a resume goes on with the next. */
  pause: Schema.optional(Schema.Boolean),
  /** Takes the place of `on_failure`: other schemas go on until more than these have failed. */
  max_failures: Schema.optional(MaxFailures),
  /** Run only if the plan still has this hash. */
  plan_hash: Schema.optional(Schema.String)
})
export type RunOptions = typeof RunOptions.Type
export type RunOptionsInput = typeof RunOptions.Encoded

/** What is to be carried out. */
export type Order =
  | { readonly _tag: "Up"; readonly request: UpRequest; readonly options: RunOptions }
  | { readonly _tag: "Down"; readonly request: DownRequest; readonly options: RunOptions }
