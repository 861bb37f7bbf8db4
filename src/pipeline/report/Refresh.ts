import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"

/** How old a value may be, in milliseconds since it began to be computed. */
export interface Ages {
  /** Younger than this it is as good as new. */
  readonly fresh: number
  /** Younger than this it is still shown, while a newer one is computed that takes longer than `patience`. */
  readonly stale: number
  readonly patience: number
}

/** The last value of something that is costly to find out. */
export interface Refresh<A> {
  readonly current: Effect.Effect<A>
  /** Computes it again; the answer began after the question. */
  readonly fresh: Effect.Effect<A>
  /** What was computed, or began to be, before now is not shown any more. */
  readonly invalidate: Effect.Effect<void>
}

interface Computed<A> {
  readonly generation: number
  readonly began: number
  /** Milliseconds that it took. */
  readonly cost: number
  readonly value: A
}

interface Running<A> {
  readonly generation: number
  readonly outcome: Deferred.Deferred<A>
}

/** A value that is costly is computed less often: at most a fifth of the time goes into it. */
const share = 5

/** Any number of callers cause one computation, which belongs to `scope` and not to one of them. */
export const make = <A>(compute: Effect.Effect<A>, ages: Ages, scope: Scope.Scope): Refresh<A> => {
  let generation = 0
  let last: Computed<A> | undefined
  let running: Running<A> | undefined

  const begin = Effect.gen(function* () {
    const began = yield* Clock.currentTimeMillis
    const mine: Running<A> = { generation, outcome: yield* Deferred.make<A>() }
    running = mine
    const work = compute.pipe(
      Effect.tap(value =>
        Effect.map(Clock.currentTimeMillis, now => {
          if (last === undefined || last.generation <= mine.generation) {
            last = { generation: mine.generation, began, cost: now - began, value }
          }
        })
      ),
      Effect.ensuring(
        Effect.sync(() => {
          if (running === mine) running = undefined
        })
      ),
      Effect.intoDeferred(mine.outcome)
    )
    yield* Effect.forkIn(work, scope)
    return mine
  })

  /** The computation that is under way, or a new one when that began too early. */
  const ensure = Effect.suspend(() =>
    running !== undefined && running.generation === generation ? Effect.succeed(running) : begin
  )

  const current = Effect.flatMap(Clock.currentTimeMillis, now => {
    const age =
      last === undefined || last.generation < generation ? Number.POSITIVE_INFINITY : now - last.began
    if (last === undefined || age >= ages.stale) return Effect.flatMap(ensure, wait)
    const fresh = Math.max(ages.fresh, Math.min(last.cost * share, ages.stale))
    const { value } = last
    if (age < fresh) return Effect.succeed(value)
    const newer = Effect.timeoutOption(Effect.flatMap(ensure, wait), ages.patience)
    return Effect.map(
      newer,
      Option.getOrElse(() => value)
    )
  })

  const invalidate = Effect.sync(() => {
    generation++
  })
  return { current, invalidate, fresh: Effect.zipRight(invalidate, current) }
}

const wait = <A>({ outcome }: Running<A>): Effect.Effect<A> => Deferred.await(outcome)
