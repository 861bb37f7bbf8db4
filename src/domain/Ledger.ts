import type { Direction } from "./Plan.ts"

/** The record inside the target that a step was applied, or is on its way outside a transaction. */
export interface LedgerEntry {
  /** Canonical id. */
  readonly migrationId: string
  readonly connection: string
  readonly schema: string
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
  /** Milliseconds since the epoch, by the target's clock. */
  readonly appliedAt: number
  readonly runId: string
  readonly actor: string
  readonly method: string
}

/** What one connection's store says of itself, read in one round trip. */
export interface Inspection {
  readonly connection: string
  readonly entries: ReadonlyArray<LedgerEntry>
  /** Schemas that exist; absent where none needs to be created before it is used. */
  readonly schemas: ReadonlySet<string> | undefined
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

/** The entries of a store by their places. */
export const placesOf = ({ entries }: Inspection): Places<LedgerEntry> => {
  const places = new Places<LedgerEntry>()
  for (const entry of entries) places.set(entry.migrationId, entry.schema, entry)
  return places
}
