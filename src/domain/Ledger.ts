import type { Direction } from "./Plan.ts"

/** The record inside the target that a step was applied, or is on its way outside a transaction. */
export interface LedgerEntry extends Mark {
  readonly schema: string
  /** Milliseconds since the epoch, by the target's clock. */
  readonly appliedAt: number
  readonly actor: string
  readonly method: string
}

/** What planning has to know of an entry; the same for every schema in which one run did the same. */
export interface Mark {
  /** Canonical id. */
  readonly migrationId: string
  readonly connection: string
  readonly version: string
  readonly name: string
  /** `running`: a journalled step that has begun and not ended. */
  readonly state: "applied" | "running"
  readonly direction: Direction
  readonly checksum: { readonly algorithm: number; readonly value: string }
  readonly sourceHash: string
  /** Journal: how many units are done. */
  readonly unitsDone: number
  /** Journal: whether the next unit was begun. */
  readonly unitBegun: boolean
  readonly runId: string
}

/** A mark, and every schema in which it stands: thousands of tenants need not be read one by one. */
export interface Group {
  readonly mark: Mark
  readonly schemas: ReadonlyArray<string>
}

/** What planning has to know of one connection's store. */
export interface Survey {
  readonly connection: string
  readonly groups: ReadonlyArray<Group>
  /** Schemas that exist; absent where none needs to be created before it is used. */
  readonly schemas: ReadonlySet<string> | undefined
}

/** What one connection's store says of itself, entry by entry. */
export interface Inspection extends Survey {
  readonly entries: ReadonlyArray<LedgerEntry>
}

/** Key of an entry within a connection. */
export const key = (migrationId: string, schema: string): string => `${schema} ${migrationId}`

/** What is known of migrations in their schemas. Of thousands it is found sooner than by a {@link key} that is put together each time. */
export class Places<A> {
  readonly #bySchema = new Map<string, Map<string, A>>()

  set(migrationId: string, schema: string, item: A): this {
    const known = this.#bySchema.get(schema)
    if (known === undefined) this.#bySchema.set(schema, new Map([[migrationId, item]]))
    else known.set(migrationId, item)
    return this
  }

  get(migrationId: string, schema: string): A | undefined {
    return this.#bySchema.get(schema)?.get(migrationId)
  }
}

/** An inspection of entries that were read one by one. */
export const inspection = (
  connection: string,
  entries: ReadonlyArray<LedgerEntry>,
  schemas: ReadonlySet<string> | undefined
): Inspection => {
  let groups: ReadonlyArray<Group> | undefined
  return {
    connection,
    entries,
    schemas,
    // Whoever wants every entry seldom wants this too.
    get groups() {
      groups ??= grouped(entries)
      return groups
    }
  }
}

/** Entries that say the same of several schemas, put together. What is under way stands alone. */
export const grouped = (entries: ReadonlyArray<LedgerEntry>): ReadonlyArray<Group> => {
  const groups = new Map<string, { readonly mark: Mark; readonly schemas: Array<string> }>()
  for (const entry of entries) {
    const { migrationId, runId, state, sourceHash, checksum } = entry
    const alone = state === "applied" ? "" : entry.schema
    const same = [migrationId, runId, sourceHash, checksum.algorithm, checksum.value, alone].join("\0")
    const known = groups.get(same)
    if (known === undefined) groups.set(same, { mark: entry, schemas: [entry.schema] })
    else known.schemas.push(entry.schema)
  }
  return [...groups.values()]
}
