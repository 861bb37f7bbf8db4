import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import type { Asked } from "../../domain/Asked.ts"
import { RequestInvalid } from "../../domain/Errors.ts"
import { DownRequest, RunOptions, UpRequest } from "../../domain/Request.ts"
import type { Order } from "../../pipeline/runs/ActiveRun.ts"

// As they are sent: whatever has a default may be left out.
const options = Schema.encodedSchema(RunOptions)

/** What is to be applied, and how. */
export const RunUpRequest = Schema.Struct({ direction: Schema.optional(Schema.Literal("up")) }).pipe(
  Schema.extend(Schema.encodedSchema(UpRequest)),
  Schema.extend(options),
  Schema.annotations({
    identifier: "RunUpRequest",
    examples: [{ direction: "up", target: { connections: ["core"] }, schemas: ["tenant_a"] }]
  })
)

const Down = Schema.Struct({ direction: Schema.Literal("down") }).pipe(
  Schema.extend(Schema.encodedSchema(DownRequest)),
  Schema.extend(options),
  Schema.annotations({
    identifier: "RunDownRequest",
    examples: [{ direction: "down", id: "20250101120000_create_users_postgresql_core" }]
  })
)

/** What is to be carried out, and how: `direction` says whether it is applied (`up`) or rolled back (`down`). */
export const RunRequest = Schema.Union(RunUpRequest, Down).annotations({
  identifier: "RunRequest",
  // Looked at when it becomes an order.
  parseOptions: { onExcessProperty: "preserve" }
})
export type RunRequest = typeof RunRequest.Type

// A field that nobody knows may have been meant to narrow down what runs.
const strict = { onExcessProperty: "error", errors: "all" } as const
const known = {
  up: Schema.decodeUnknownEither(RunUpRequest, strict),
  down: Schema.decodeUnknownEither(Down, strict)
}

const up = Schema.decodeEither(UpRequest)
const down = Schema.decodeEither(DownRequest)
const how = Schema.decodeEither(RunOptions)

/** An order as it can be asked for. */
export const fromOrder = ({ _tag, request, options }: Asked["order"]): RunRequest =>
  // The tag says which of the two requests it is.
  ({ direction: _tag === "Up" ? "up" : "down", ...request, ...options }) as RunRequest

/** The same as an order of the pipeline. */
export const toOrder = (request: RunRequest): Either.Either<Order, RequestInvalid> =>
  Either.gen(function* () {
    yield* known[request.direction ?? "up"](request)
    const options = yield* how(request)
    return request.direction === "down"
      ? { _tag: "Down" as const, request: yield* down(request), options }
      : { _tag: "Up" as const, request: yield* up(request), options }
  }).pipe(
    Either.mapLeft(
      error =>
        new RequestInvalid({
          problems: ParseResult.ArrayFormatter.formatErrorSync(error).map(problem)
        })
    )
  )

const problem = ({ _tag, path, message }: ParseResult.ArrayFormatterIssue): string => {
  const field = path.join(".")
  if (_tag !== "Unexpected") return `${field}: ${message}`
  return `unknown field ${field}; known: ${[...message.matchAll(/"(\w+)"/g)].map(([, name]) => name).join(", ")}`
}

/** An order as a client sends it. */
export const ordered = (order: Order) =>
  order._tag === "Up"
    ? { payload: { direction: "up" as const, ...order.request, ...order.options } }
    : { payload: { direction: "down" as const, ...order.request, ...order.options } }
