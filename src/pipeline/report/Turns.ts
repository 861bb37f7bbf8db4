import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FiberId from "effect/FiberId"
import type * as Scope from "effect/Scope"

interface Turn<K, A> {
  readonly keys: Set<K>
  readonly answer: Deferred.Deferred<A>
}

/**
 * Many who ask at the same time share a question: those who come while one is out wait for the next one,
 * that asks for all of them at once. So every answer began after its question.
 */
export const make = <K, A>(
  ask: (keys: ReadonlyArray<K>) => Effect.Effect<A>,
  scope: Scope.Scope
): ((key: K) => Effect.Effect<A>) => {
  let next: Turn<K, A> | undefined
  let isOut = false

  const take = Effect.suspend(() => {
    const turn = next
    next = undefined
    return turn === undefined ? Effect.void : Effect.intoDeferred(ask([...turn.keys]), turn.answer)
  })
  /** Whether there is more to ask. Looking and leaving are one: nobody is left waiting for a worker that has gone. */
  const goesOn = () => {
    if (next !== undefined) return true
    isOut = false
    return false
  }
  const work = Effect.whileLoop({ while: goesOn, body: () => take, step: () => {} })

  return key =>
    Effect.suspend(() => {
      next ??= { keys: new Set(), answer: Deferred.unsafeMake<A>(FiberId.none) }
      next.keys.add(key)
      const wait = Deferred.await(next.answer)
      if (isOut) return wait
      isOut = true
      return Effect.zipRight(Effect.forkIn(work, scope), wait)
    })
}
