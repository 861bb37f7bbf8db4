import type { MigrationItem } from "bfm/client"

/** What is looked for; each absent part means any, all given parts must hold. */
export interface Filter {
  readonly connection?: string | undefined
  readonly text?: string | undefined
  /** Any of these. */
  readonly status?: ReadonlyArray<string> | undefined
  readonly backend?: string | undefined
  readonly schema?: string | undefined
  /** `key=value`, all of them. */
  readonly tag?: ReadonlyArray<string> | undefined
}

/** Everything of an item that a person may look for. */
const wording = ({ migration_id, schema, table, connection, backend, tags }: MigrationItem): string =>
  [migration_id, schema, table, connection, backend, ...(tags ?? [])].join(" ").toLowerCase()

/** An item with what can be found of it: it is written once, and looked through at each key. */
export interface Entry {
  readonly item: MigrationItem
  readonly wording: string
}

export const entry = (item: MigrationItem): Entry => ({ item, wording: wording(item) })

/** The entries that are meant, without regard to their status. */
export const within = (entries: ReadonlyArray<Entry>, filter: Filter): ReadonlyArray<Entry> => {
  const words = (filter.text ?? "").toLowerCase().split(/\s+/).filter(Boolean)
  return entries.filter(
    ({ item, wording: known }) =>
      (filter.connection === undefined || item.connection === filter.connection) &&
      (filter.backend === undefined || item.backend === filter.backend) &&
      (filter.schema === undefined || item.schema === filter.schema) &&
      (filter.tag === undefined || filter.tag.every(tag => item.tags?.includes(tag) === true)) &&
      words.every(word => known.includes(word))
  )
}

export const withStatus = (
  entries: ReadonlyArray<Entry>,
  status: ReadonlyArray<string> | undefined
): ReadonlyArray<MigrationItem> =>
  entries.filter(({ item }) => status === undefined || status.includes(item.status)).map(({ item }) => item)

/** The different values of something, in order. */
export const values = (
  entries: ReadonlyArray<Entry>,
  of: (item: MigrationItem) => string | ReadonlyArray<string> | undefined
): ReadonlyArray<string> => {
  const found = new Set<string>()
  for (const { item } of entries)
    for (const value of [of(item) ?? []].flat()) if (value !== "") found.add(value)
  return [...found].sort()
}

/** How many entries have each status. */
export const counts = (entries: ReadonlyArray<Entry>): ReadonlyMap<string, number> => {
  const found = new Map<string, number>()
  for (const { item } of entries) found.set(item.status, (found.get(item.status) ?? 0) + 1)
  return found
}

export const keyOf = ({ migration_id, schema }: MigrationItem): string => `${migration_id} ${schema}`

/** Canonical: as it is called wherever it runs. */
export const canonical = ({ version, name, backend, connection }: MigrationItem): string =>
  `${version}_${name}_${backend}_${connection}`

/** What a plan of the chosen items asks for; nothing when they cannot be asked for together. */
export const together = (
  chosen: ReadonlyArray<MigrationItem>
): { readonly id: ReadonlyArray<string>; readonly schema: ReadonlyArray<string> } | undefined => {
  // What runs elsewhere than at home has its schema in front of its id.
  const elsewhere = chosen.filter(item => item.migration_id !== canonical(item))
  if (elsewhere.length > 0 && elsewhere.length < chosen.length) return undefined
  return {
    id: [...new Set(chosen.map(canonical))],
    schema: [...new Set(elsewhere.map(({ schema }) => schema))]
  }
}
