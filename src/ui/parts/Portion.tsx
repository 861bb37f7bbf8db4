import { type ReactNode, useState } from "react"
import * as Text from "./Text.ts"

/** So many are shown at first, and five times as many more whenever somebody asks. */
const portion = 100

/** The beginning of a long list, and what shows more of it; `noun` is one of them. */
export const usePortion = <Item,>(
  items: ReadonlyArray<Item>,
  noun: string
): { readonly some: ReadonlyArray<Item>; readonly more: ReactNode } => {
  const [shown, setShown] = useState(portion)
  const more =
    items.length > shown ? (
      <button type="button" className="button quiet" onClick={() => setShown(shown + portion * 5)}>
        Show more of {Text.count(items.length, noun)}
      </button>
    ) : null
  return { some: items.slice(0, shown), more }
}
