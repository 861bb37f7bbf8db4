import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { RequestInvalid, RunConflict, RunNotFound } from "../domain/Errors.ts"
import type { Run } from "../domain/Run.ts"
import { StateStore } from "../ports/StateStore.ts"
import type * as ActiveRun from "./ActiveRun.ts"
import type { Page, Part } from "./List.ts"
import { Runs } from "./Runs.ts"

/** How far back lists of runs reach. */
export const depth = 1_000

/** Newest first: the runs of this process as they stand now, all others as the state remembers them. */
export const list = Effect.fn("RunBook.list")(function* (page: Page) {
  const runs = yield* Runs
  const state = yield* StateStore
  const remembered = yield* state.runs(depth)
  const own = yield* Effect.forEach(yield* runs.recent, handle => handle.run)
  const all = new Map([...remembered, ...own].map(run => [run.id, run]))
  return yield* part([...all.values()].sort(newestFirst).slice(0, depth), page)
})

const newestFirst = (a: Run, b: Run): number => b.started_at - a.started_at || (a.id < b.id ? 1 : -1)

/** A page of runs; its cursor is the id of the last run that was shown. */
export const part = (
  runs: ReadonlyArray<Run>,
  { limit, cursor }: Page
): Either.Either<Part<Run>, RequestInvalid> => {
  const at = cursor === undefined ? -1 : runs.findIndex(({ id }) => id === cursor)
  if (cursor !== undefined && at === -1) {
    return Either.left(new RequestInvalid({ problems: ["cursor: it is not from an earlier page"] }))
  }
  const rest = runs.slice(at + 1)
  const items = rest.slice(0, limit)
  const last = items.at(-1)
  return Either.right({
    items,
    total: runs.length,
    ...(rest.length > items.length && last !== undefined ? { next: last.id } : {})
  })
}

/** The spelling of every run's id. */
const ULID = /^[0-9A-Z]{26}$/

/** A run of this process, or of any other. */
export const find = Effect.fn("RunBook.find")(function* (id: string) {
  const own = yield* ownRun(id)
  if (Option.isSome(own)) return yield* own.value.run
  if (!ULID.test(id)) return yield* new RunNotFound({ id })
  const state = yield* StateStore
  const remembered = yield* state.run(id)
  return remembered ?? (yield* new RunNotFound({ id }))
})

/** A run that this process has begun and still remembers. */
export const ownRun = Effect.fnUntraced(function* (id: string) {
  const runs = yield* Runs
  return yield* Effect.option(runs.find(id))
})

export const ended = ({ finished_at }: Run): boolean => finished_at !== undefined

/** Ends a run after the step in flight; the run as it stands. */
export const cancel = Effect.fn("RunBook.cancel")(function* (id: string) {
  const run = yield* find(id)
  if (ended(run)) return yield* new RunConflict({ id, reason: `has ended already: it ${run.state}` })
  const own = yield* ownRun(id)
  if (Option.isNone(own)) {
    return yield* new RunConflict({ id, reason: "is carried out by another process: cancel it there" })
  }
  yield* own.value.cancel
  return yield* own.value.run
})

/** What the run was asked to do, so that it can be asked once more. */
export const orderOf = Effect.fn("RunBook.orderOf")(function* (id: string) {
  const run = yield* find(id)
  if (!ended(run)) return yield* new RunConflict({ id, reason: "is still under way" })
  if (run.state === "succeeded") {
    return yield* new RunConflict({ id, reason: "succeeded: there is nothing to resume" })
  }
  const own = yield* ownRun(id)
  if (Option.isNone(own)) {
    const reason = "is remembered without what it was asked to do: ask for that once more"
    return yield* new RunConflict({ id, reason })
  }
  return renewed(own.value.order)
})

/** The plan has changed by what was done; whoever resumes wants the rest. */
const renewed = (order: ActiveRun.Order): ActiveRun.Order => {
  const { plan_hash: _, ...options } = order.options
  return { ...order, options }
}
