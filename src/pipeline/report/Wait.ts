import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type { UpRequest } from "../../domain/Request.ts"
import { Pipeline } from "../Pipeline.ts"
import * as Sight from "./Sight.ts"

export interface Options {
  readonly goal: Sight.Goal
  readonly request: UpRequest
  /** Milliseconds; 0 looks once. */
  readonly timeout: number
}

/** The last look. When it is neither `Reached` nor `Failed`, the time was up. */
export interface Outcome {
  readonly sight: Sight.Sight
  /** Milliseconds. */
  readonly waited: number
}

/** Milliseconds between two looks. */
const interval = 1_000

/** Milliseconds that a look may take, also where less of the time is left. */
const patience = 10_000

/** So much of what happened last is looked at for failures. */
const depth = 500

/**
 * Looks again and again until the goal is reached, a step fails, or the time is up. It changes nothing, not even the
 * state's own tables. What no waiting can mend is an error at once. `told` hears of each look that is not the last.
 */
export const until = Effect.fn("Wait.until")(function* <R>(
  { goal, request, timeout }: Options,
  told: (outcome: Outcome) => Effect.Effect<void, never, R>
) {
  const begun = yield* Clock.currentTimeMillis
  let old: ReadonlySet<string> | undefined
  while (true) {
    const before = (yield* Clock.currentTimeMillis) - begun
    const answers = yield* Effect.timeoutOption(
      Effect.disconnect(ask(request)),
      Math.max(timeout - before, patience)
    )
    const sight: Sight.Sight = Option.isNone(answers)
      ? { _tag: "Silent" }
      : yield* Sight.judge(goal, { ...answers.value, old })
    if (Option.isSome(answers) && Either.isRight(answers.value.recent))
      old ??= new Set(answers.value.recent.right.map(Sight.nameOf))
    const outcome: Outcome = { sight, waited: (yield* Clock.currentTimeMillis) - begun }
    const ended = sight._tag === "Reached" || sight._tag === "Failed" || outcome.waited >= timeout
    if (ended) return outcome
    yield* told(outcome)
    yield* Effect.sleep(Math.min(interval, timeout - outcome.waited))
  }
})

/** The state last: a failure that it tells of is not older than the plan. */
const ask = Effect.fnUntraced(function* (request: UpRequest) {
  const pipeline = yield* Pipeline
  const plan = yield* Effect.either(
    pipeline.plan({ _tag: "Up", request, options: { concurrency: 1, on_failure: "stop" } })
  )
  const recent = yield* Effect.either(pipeline.recent(depth))
  return { plan, recent }
})
