/** What stands behind the `?` of an address: every filter of every screen, so that it can be sent to somebody. */

/** An address is written by people, too: whatever it says, it gives a screen. */
type Written = Readonly<Record<string, unknown>>

export const parse = (search: string): Record<string, unknown> => {
  const found: Record<string, string | Array<string>> = {}
  for (const [key, value] of new URLSearchParams(search)) {
    const known = found[key]
    if (known === undefined) found[key] = value
    else if (typeof known === "string") found[key] = [known, value]
    else known.push(value)
  }
  return found
}

export const stringify = (search: Record<string, unknown>): string => {
  const written = new URLSearchParams()
  for (const [key, value] of Object.entries(search)) {
    for (const part of [value].flat())
      if (part !== undefined && part !== "") written.append(key, String(part))
  }
  const text = written.toString()
  return text === "" ? "" : `?${text}`
}

const text = (value: unknown): string | undefined => {
  const [first] = [value].flat()
  return typeof first === "string" && first !== "" ? first : undefined
}

const texts = (value: unknown): ReadonlyArray<string> | undefined => {
  const found = [value].flat().filter(part => typeof part === "string" && part !== "")
  return found.length === 0 ? undefined : (found as ReadonlyArray<string>)
}

const oneOf =
  <const A extends string>(...known: ReadonlyArray<A>) =>
  (value: unknown): A | undefined =>
    known.find(name => name === text(value))

type Reader = (value: unknown) => unknown
type Read<R extends Record<string, Reader>> = { readonly [K in keyof R]?: ReturnType<R[K]> | undefined }

/** Only what the screen knows, and only where it says something. */
const reader =
  <R extends Record<string, Reader>>(readers: R) =>
  (written: Written): Read<R> =>
    Object.fromEntries(
      Object.entries(readers).flatMap(([key, read]) => {
        const value = read(written[key])
        return value === undefined ? [] : [[key, value]]
      })
      // The readers say which type each key has.
    ) as Read<R>

export const everywhere = reader({ connection: text })

export const migrations = reader({
  text,
  status: texts,
  backend: text,
  schema: text,
  tag: texts
})

export const migration = reader({
  tab: oneOf("scripts", "places", "graph", "compare", "history"),
  schema: text
})

export const plan = reader({
  direction: oneOf("down"),
  id: texts,
  schema: texts,
  tag: texts,
  version: text,
  to: text,
  set: texts,
  cascade: oneOf("yes"),
  alone: oneOf("yes"),
  late: oneOf("refuse"),
  failure: oneOf("continue"),
  lanes: text,
  canary: text,
  waves: text,
  pause: oneOf("yes"),
  lost: text
})
export type PlanSearch = ReturnType<typeof plan> & ReturnType<typeof everywhere>

export const tenants = reader({ standing: oneOf("at_head", "behind", "failed"), text })

export const runs = reader({ state: text, actor: text })

export const history = reader({ event: text, actor: text })
