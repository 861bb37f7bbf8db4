import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"

/** Something that the service stands on. */
export interface Component {
  /** `state`, `sources`, `connection core`. */
  readonly name: string
  readonly ok: boolean
  /** What is wrong, for those who may know: it names addresses. */
  readonly reason?: string
  /** The same in one word, for everybody. */
  readonly code?: string
}

export interface Report {
  /** Every component is well. */
  readonly healthy: boolean
  /** The service can do its work now: it is not ending, and what it cannot do without is well. */
  readonly ready: boolean
  readonly components: ReadonlyArray<Component>
}

/** How the service is: cheap, answered from what was seen not long ago, and without touching any table's shape. */
export class Health extends Context.Tag("bfm/Health")<Health, { readonly report: Effect.Effect<Report> }>() {}
