import * as Effect from "effect/Effect"

/** Part of a list. */
interface Page<Item> {
  readonly items: ReadonlyArray<Item>
  readonly next?: string | undefined
}

/** Asks for one page after the other: the first with the items of all. */
export const all = <Item, P extends Page<Item>, E, R>(
  ask: (cursor: string | undefined) => Effect.Effect<P & Page<Item>, E, R>
): Effect.Effect<P, E, R> =>
  Effect.gen(function* () {
    const first = yield* ask(undefined)
    const items = [...first.items]
    let next = first.next
    while (next !== undefined) {
      const page = yield* ask(next)
      for (const item of page.items) items.push(item)
      next = page.next
    }
    return { ...first, items }
  })
