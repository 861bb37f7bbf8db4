import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { RequestInvalid } from "../../domain/Errors.ts"
import type { Plan } from "../../domain/Plan.ts"
import {
  MaxFailures,
  mostLanes,
  type Order,
  type RunOptions,
  type UpRequest,
  Variables,
  Waves
} from "../../domain/Request.ts"
import * as Tag from "../../domain/Tag.ts"
import * as Flag from "./Flag.ts"

export const json = Flag.toggle({
  name: "json",
  help: "one JSON value on standard output, everything else on standard error"
})

export const yes = Flag.toggle({ name: "yes", alias: "y", help: "do not ask" })

export const connection = Flag.list({
  name: "connection",
  alias: "c",
  value: "C",
  help: "only these connections"
})

export const schema = Flag.list({
  name: "schema",
  alias: "s",
  value: "S",
  help: "run in these schemas: names, patterns like tenant_*, or all tenants"
})

export const variables = Flag.list({ name: "var", value: "k=v", help: "value of {{.Vars.k}} in the scripts" })

export const ignoreDependencies = Flag.toggle({
  name: "ignore-dependencies",
  help: "neither include nor wait for what migrations depend on"
})

/** What is to be run. */
export const selection = {
  connections: connection,
  schemas: schema,
  version: Flag.text({ name: "target-version", value: "V", help: "exactly this version" }),
  to: Flag.text({ name: "to", value: "V", help: "up to and including this version" }),
  tables: Flag.list({ name: "table", value: "T", help: "only migrations of these tables" }),
  tags: Flag.list({ name: "tag", value: "k=v", help: "only migrations with all of these tags" }),
  variables,
  ignoreDependencies,
  outOfOrder: Flag.choice({
    name: "out-of-order",
    choices: ["allow", "refuse"],
    fallback: "allow",
    help: "what to do with a pending migration that is older than an applied one"
  })
}

export type Selection = {
  readonly [Key in keyof typeof selection]: (typeof selection)[Key] extends Flag.Flag<infer A> ? A : never
}

/** How it is run. */
export const execution = {
  concurrency: Flag.whole({
    name: "concurrency",
    value: "N",
    from: 1,
    to: mostLanes,
    fallback: 1,
    help: "schemas that are worked on at the same time"
  }),
  onFailure: Flag.choice({
    name: "on-failure",
    choices: ["stop", "continue"],
    fallback: "stop",
    help: "whether other schemas go on after a failure"
  }),
  canary: Flag.shaped({
    name: "canary",
    value: "N",
    schema: Schema.String.pipe(Schema.pattern(/^[1-9]\d{0,8}$/)),
    wanted: "a number of schemas, 1 or more",
    help: "so many schemas first; no other is begun when one of them fails"
  }),
  waves: Flag.shaped({
    name: "waves",
    value: "N,N,*",
    schema: Waves,
    wanted: "sizes like 10,100,*",
    help: "the others in waves, one after the other; * is the rest"
  }),
  pause: Flag.toggle({
    name: "pause",
    help: "pause after the canary and after each wave, until bfm runs resume"
  }),
  maxFailures: Flag.shaped({
    name: "max-failures",
    value: "N|P%",
    schema: MaxFailures,
    wanted: "a number of schemas, or a part of them like 1%",
    help: "go on until more schemas have failed (instead of --on-failure)"
  }),
  plan: Flag.text({ name: "plan", value: "HASH", help: "run only if the plan is still this one" })
}

export interface Execution {
  readonly concurrency: number
  readonly onFailure: "stop" | "continue"
  readonly canary: string | undefined
  readonly waves: string | undefined
  readonly pause: boolean
  readonly maxFailures: string | undefined
  readonly plan: string | undefined
}

export const runOptions = ({
  concurrency,
  onFailure,
  canary,
  waves,
  pause,
  maxFailures,
  plan
}: Execution): RunOptions => ({
  concurrency,
  on_failure: onFailure,
  ...(canary === undefined ? {} : { canary: Number(canary) }),
  ...(waves === undefined ? {} : { waves }),
  ...(pause ? { pause } : {}),
  ...(maxFailures === undefined ? {} : { max_failures: maxFailures }),
  ...(plan === undefined ? {} : { plan_hash: plan })
})

/** Of what is only planned: nothing of it is in a plan. */
export const defaults: RunOptions = { concurrency: 1, on_failure: "stop" }

/** The same only if the plan is still what it was, or what was said already. */
export const expecting = (order: Order, { hash }: Plan): Order => ({
  ...order,
  options: { ...order.options, plan_hash: order.options.plan_hash ?? hash }
})

/** `k=v` each; the later one of the same name wins. */
export const pairs = (
  option: string,
  texts: ReadonlyArray<string>
): Either.Either<Readonly<Record<string, string>>, RequestInvalid> => {
  const parsed = texts.map(text => [text, Tag.parse(text)] as const)
  const wrong = parsed.filter(([, pair]) => pair === undefined)
  return wrong.length > 0
    ? Either.left(
        new RequestInvalid({ problems: wrong.map(([text]) => `${option} is written k=v, not ${text}`) })
      )
    : Either.right(Object.fromEntries(parsed.flatMap(([, pair]) => (pair === undefined ? [] : [pair]))))
}

const decodeVariables = Schema.decodeEither(Variables)

/** Of `--var`: names that a script can use, and values that every store can keep. */
export const values = (
  texts: ReadonlyArray<string>
): Either.Either<Readonly<Record<string, string>>, RequestInvalid> =>
  Either.flatMap(pairs("--var", texts), given =>
    Either.mapLeft(
      decodeVariables(given),
      error =>
        new RequestInvalid({
          problems: ParseResult.ArrayFormatter.formatErrorSync(error).map(
            ({ message }) => `--var: ${message}`
          )
        })
    )
  )

export const upRequest = (selected: Selection): Either.Either<UpRequest, RequestInvalid> =>
  Either.map(Either.all([values(selected.variables), pairs("--tag", selected.tags)]), ([variables]) => ({
    target: {
      tables: selected.tables,
      connections: selected.connections,
      tags: selected.tags,
      ...(selected.version === undefined ? {} : { version: selected.version })
    },
    schemas: selected.schemas,
    ...(selected.to === undefined ? {} : { to: selected.to }),
    variables,
    ignore_dependencies: selected.ignoreDependencies,
    out_of_order: selected.outOfOrder,
    strict_schema: false
  }))

/** The words that select the same again. */
export const words = (selected: Selection): ReadonlyArray<string> => [
  ...selected.connections.flatMap(value => ["--connection", value]),
  ...selected.schemas.flatMap(value => ["--schema", value]),
  ...(selected.version === undefined ? [] : ["--target-version", selected.version]),
  ...(selected.to === undefined ? [] : ["--to", selected.to]),
  ...selected.tables.flatMap(value => ["--table", value]),
  ...selected.tags.flatMap(value => ["--tag", value]),
  ...selected.variables.flatMap(value => ["--var", value]),
  ...(selected.ignoreDependencies ? ["--ignore-dependencies"] : []),
  ...(selected.outOfOrder === "refuse" ? ["--out-of-order", "refuse"] : [])
]
