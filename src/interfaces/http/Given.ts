/** What a query string says; an empty value says nothing, as it always did. */
export const all = <A extends Readonly<Record<string, string | undefined>>>(values: A): Partial<A> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== "")) as Partial<A>
