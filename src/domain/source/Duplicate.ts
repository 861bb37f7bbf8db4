import type { SourceProblem } from "../Catalog.ts"
import { canonical, type Identity, short } from "../Identity.ts"

/** The first of each migration, and a problem for every other that would be taken for it. */
export const distinct = <A extends Identity>(
  items: ReadonlyArray<A>,
  pathOf: (item: A) => string
): { readonly kept: ReadonlyArray<A>; readonly problems: ReadonlyArray<SourceProblem> } => {
  const first = new Map<string, A>()
  const problems: Array<SourceProblem> = []
  for (const item of items) {
    const id = canonical(item)
    const other = first.get(id)
    if (other === undefined) first.set(id, item)
    else problems.push({ path: pathOf(item), reason: reason(item, other, pathOf(other)) })
  }
  return { kept: [...first.values()], problems }
}

// Ids join their parts with `_`, which names and connections may contain: two migrations can meet in one id.
const reason = (item: Identity, other: Identity, path: string): string =>
  short(item) === short(other) && item.connection === other.connection && item.backend === other.backend
    ? `duplicate: ${path} is the same migration; keep one of them`
    : `duplicate: its id ${canonical(item)} is also that of ${path}; rename one of them`
