/** The most that a list of migrations, and any other list, gives at once. */
export const most = { migrations: 10_000, others: 1_000 }

/** A page as it was asked for: the usual number of items when nothing was said. */
export const of = (
  { limit, cursor }: { readonly limit: number; readonly cursor: string },
  usual: number,
  atMost: number = most.others
) => ({ limit: count(limit, usual, atMost), ...(cursor === "" ? {} : { cursor }) })

/** How many items are meant. */
export const count = (limit: number, usual: number, atMost: number = most.others): number =>
  limit <= 0 ? usual : Math.min(limit, atMost)
