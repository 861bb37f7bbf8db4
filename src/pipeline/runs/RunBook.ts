import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { ulid } from "ulid"
import { CurrentActor } from "../../domain/Actor.ts"
import { type Asked, rest } from "../../domain/Asked.ts"
import { RequestInvalid, RunConflict } from "../../domain/Errors.ts"
import type { Plan } from "../../domain/Plan.ts"
import { hasEnded, type Run, type RunResult } from "../../domain/Run.ts"
import { StateStore } from "../../ports/StateStore.ts"
import * as Permission from "../execute/Permission.ts"
import * as Pulse from "../execute/Pulse.ts"
import * as Result from "../execute/Result.ts"
import type { Page, Part } from "../report/List.ts"
import type * as ActiveRun from "./ActiveRun.ts"
import * as Following from "./Following.ts"
import { Runs } from "./Runs.ts"

/** How far back lists of runs reach. */
const depth = 1_000

/** A run with what it was asked to do and its first plan, as far as these are remembered. */
export interface Detail {
  readonly run: Run
  readonly asked?: Asked
  readonly plan?: Plan
}

/** Newest first, of those that may be seen: the runs of this process as they stand now, all others as the state remembers them. */
export const list = Effect.fn("RunBook.list")(function* (page: Page, permitted: Permission.Connections) {
  const state = yield* StateStore
  const remembered = yield* heardOf(state)
  const runs = yield* Effect.serviceOption(Runs)
  const recent = yield* Option.match(runs, {
    onNone: () => Effect.succeed([]),
    onSome: ({ recent }) => recent
  })
  const own = yield* Effect.forEach(recent, handle => handle.run)
  const all = new Map(remembered.map(run => [run.id, run]))
  for (const run of own) all.set(run.id, asKnown(run, all.get(run.id)))
  const visible = [...all.values()].filter(run => Permission.covers(permitted, run))
  return yield* part(visible.sort(newestFirst).slice(0, depth), page)
})

const heardOf = Effect.fnUntraced(function* (state: StateStore["Type"]) {
  const found = yield* state.runs(depth)
  const now = yield* Clock.currentTimeMillis
  if (!found.some(run => Following.isSilent(run, now))) return found
  const given = yield* state.abandon(Pulse.silence, Pulse.gone)
  return given === 0 ? found : yield* state.runs(depth)
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

/** A run of this process, or of any other, for whoever may touch all that it reaches. */
export const find = Effect.fn("RunBook.find")(function* (id: string, permitted: Permission.Connections) {
  return yield* Permission.seen(yield* standing(id), permitted)
})

const standing = Effect.fnUntraced(function* (id: string) {
  const own = yield* ownRun(id)
  if (Option.isNone(own)) return yield* Following.standing(id)
  const run = yield* own.value.run
  if (!hasEnded(run)) return run
  // Who goes on with it, the state knows.
  const state = yield* StateStore
  const remembered = yield* Effect.orElseSucceed(state.run(id), () => undefined)
  return asKnown(run, remembered)
})

/**
 * A run of this process, with what only the state knows of it. The state hears of its end first; and one that it has
 * given up as silent goes on all the same.
 */
export const asKnown = (own: Run, remembered: Run | undefined): Run => {
  if (remembered === undefined) return own
  if (hasEnded(own) || !hasEnded(remembered)) return { ...remembered, ...own }
  if (remembered.state !== "interrupted") return remembered
  const { finished_at: _, error: __, ...rest } = remembered
  return { ...rest, ...own }
}

/** The same with all that is known of it. */
export const detail = Effect.fn("RunBook.detail")(function* (id: string, permitted: Permission.Connections) {
  const run = yield* find(id, permitted)
  const state = yield* StateStore
  const [asked, events] = yield* Effect.all(
    [state.asked(id), state.events({ runId: id, after: 0, parts: 1 })],
    { concurrency: 2 }
  )
  const [first] = events
  const plan = first?.event._tag === "Planned" ? first.event.plan : undefined
  const found: Detail = {
    run,
    ...(asked === undefined ? {} : { asked }),
    ...(plan === undefined ? {} : { plan })
  }
  return found
})

/** A run that this process has begun and still remembers. */
export const ownRun = Effect.fnUntraced(function* (id: string) {
  const runs = yield* Effect.serviceOption(Runs)
  return yield* Option.match(runs, {
    onNone: () => Effect.succeed(Option.none<ActiveRun.Handle>()),
    onSome: found => Effect.option(found.find(id))
  })
})

/**
 * Ends a run after the step in flight, whichever process carries it out; the run as it stands. `now`: its statement is
 * cancelled too, and the step fails.
 */
export const cancel = Effect.fn("RunBook.cancel")(function* (id: string, now: boolean) {
  const run = yield* standing(id)
  const ended = ({ state }: Run) => new RunConflict({ id, reason: `has ended already: it ${words[state]}` })
  if (hasEnded(run)) return yield* ended(run)
  const state = yield* StateStore
  const { name } = yield* CurrentActor
  const own = yield* ownRun(id)
  const wanted = { by: name, now }
  if (Option.isSome(own)) {
    yield* own.value.cancel(now)
    // That somebody wanted it, is remembered if it can be.
    yield* Effect.ignore(state.cancel(id, wanted))
    return yield* own.value.run
  }
  return (yield* state.cancel(id, wanted)) ?? (yield* ended(yield* standing(id)))
})

const words: Record<Run["state"], string> = {
  queued: "is queued",
  running: "is running",
  paused: "is paused",
  succeeded: "succeeded",
  failed: "failed",
  cancelled: "was cancelled",
  interrupted: "was interrupted"
}

/** What a run was asked to do, so that the rest of it can be done. */
export const orderOf = Effect.fn("RunBook.orderOf")(function* (
  id: string,
  permitted: Permission.Connections
) {
  const run = yield* find(id, permitted)
  if (!hasEnded(run)) return yield* new RunConflict({ id, reason: "is still under way" })
  if (run.state === "succeeded") {
    return yield* new RunConflict({ id, reason: "succeeded: there is nothing to resume" })
  }
  const state = yield* StateStore
  if (run.continued_by !== undefined && (yield* state.run(run.continued_by)) !== undefined) {
    return yield* new RunConflict({ id, reason: `is continued by run ${run.continued_by}` })
  }
  const asked = yield* state.asked(id)
  if (asked === undefined) {
    const reason = "is remembered without what it was asked to do: ask for that once more"
    return yield* new RunConflict({ id, reason })
  }
  const order: ActiveRun.Order = rest(asked, run.state).order
  return order
})

/** Milliseconds within which a run that goes on with another has begun, or never does: whoever began it was killed. */
const beginning = 60_000

/** Notes that the rest of the run is done by another one, which is to be begun with what this says. */
export const takeOver = Effect.fn("RunBook.takeOver")(function* (id: string, order: ActiveRun.Order) {
  const state = yield* StateStore
  const now = yield* Clock.currentTimeMillis
  const next = ulid(now)
  if (!(yield* state.goOn(id, next, ulid(now - beginning)))) {
    return yield* new RunConflict({ id, reason: "is continued by another run, begun a moment ago" })
  }
  return { ...order, instead: { of: id, id: next } }
})

/** What a run has come to so far, or altogether when it has ended; for as long as the state remembers it. */
export const resultOf = Effect.fn("RunBook.resultOf")(function* (
  id: string,
  permitted: Permission.Connections
) {
  const run = yield* find(id, permitted)
  const told = yield* Stream.runFold(Following.told(id), Result.initial, Result.step)
  const { plan: _, ...result } = told
  const { state, error, started_at, finished_at } = run
  const found: RunResult = {
    ...result,
    run_id: id,
    state,
    success: result.success && state === "succeeded",
    duration_ms: finished_at === undefined ? 0 : finished_at - started_at,
    errors: error === undefined ? result.errors : [...result.errors, error]
  }
  return found
})
