import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type { RequestInvalid } from "../../domain/Errors.ts"
import { Plan } from "../../domain/Plan.ts"
import { Run } from "../../domain/Run.ts"
import type { Detail } from "../../pipeline/runs/RunBook.ts"
import * as RunRequest from "./RunRequest.ts"

/** A run with what it was asked to do and its first plan, as far as these are remembered. */
export const RunDetail = Schema.Struct({
  ...Run.fields,
  /** As it can be asked for once more. */
  request: Schema.optional(RunRequest.RunRequest),
  plan: Schema.optional(Plan)
}).annotations({ identifier: "RunDetail" })
export type RunDetail = typeof RunDetail.Type

export const fromDetail = ({ run, asked, plan }: Detail): RunDetail => ({
  ...run,
  ...(asked === undefined ? {} : { request: RunRequest.fromOrder(asked.order) }),
  ...(plan === undefined ? {} : { plan })
})

export const toDetail = ({ request, plan, ...run }: RunDetail): Either.Either<Detail, RequestInvalid> =>
  Either.map(request === undefined ? Either.right(undefined) : RunRequest.toOrder(request), order => ({
    run,
    ...(order === undefined ? {} : { asked: { order } }),
    ...(plan === undefined ? {} : { plan })
  }))
