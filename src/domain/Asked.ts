import * as Schema from "effect/Schema"
import { DownRequest, RunOptions, UpRequest } from "./Request.ts"
import type { RunState } from "./Run.ts"

/** What is to be carried out, as it is kept with the run. */
const Order = Schema.Union(
  Schema.TaggedStruct("Up", { request: UpRequest, options: RunOptions }),
  Schema.TaggedStruct("Down", { request: DownRequest, options: RunOptions })
)

/** What a run was asked to do, so that any process can do it, or the rest of it. */
export const Asked = Schema.Struct({
  order: Order,
  /** The only connections on which it may run; on all when absent. */
  permitted: Schema.optional(Schema.Array(Schema.String))
})
export type Asked = typeof Asked.Type

/** The same without the plan that was expected: what is done meanwhile has changed it. */
export const renewed = ({ order, ...rest }: Asked): Asked => {
  const { plan_hash: _, ...options } = order.options
  return { ...rest, order: { ...order, options } }
}

/** What is to be done in place of a run that ended in this state: after a pause, the waves that come next. */
export const rest = (asked: Asked, state: RunState): Asked => {
  const known = renewed(asked)
  if (state !== "paused") return known
  const { canary, ...options } = known.order.options
  const sizes = options.waves?.split(",") ?? []
  // The last size holds for all that is left.
  const isOver = canary === undefined && sizes.length > 1
  const left = isOver ? { ...options, waves: sizes.slice(1).join(",") } : options
  return { ...known, order: { ...known.order, options: left } }
}
