import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Backend from "../../domain/Backend.ts"
import { RequestInvalid } from "../../domain/Errors.ts"
import { canonical } from "../../domain/Identity.ts"
import type { Migration } from "../../domain/Migration.ts"
import * as Selector from "../../domain/SchemaSelector.ts"
import type { Status, StatusItem } from "../../domain/Status.ts"
import * as Tag from "../../domain/Tag.ts"
import type { Detail } from "./Detail.ts"
import { Snapshot } from "./Snapshot.ts"
import * as Standing from "./Standing.ts"

/** Each absent part means any; all given parts must hold. */
export interface Filter {
  /** A name, or a pattern like `tenant_*`. */
  readonly schema?: string | undefined
  readonly table?: string | undefined
  readonly connection?: string | undefined
  readonly backend?: string | undefined
  readonly status?: string | undefined
  readonly version?: string | undefined
  /** `key=value`, all of them. */
  readonly tags?: ReadonlyArray<string> | undefined
  /** The only connections that may be seen. */
  readonly permitted?: ReadonlyArray<string> | undefined
}

export interface Page {
  readonly limit: number
  /** From an earlier page. */
  readonly cursor?: string | undefined
}

/** Part of a list. */
export interface Part<A> {
  readonly items: ReadonlyArray<A>
  /** How many there are without the bounds of the page. */
  readonly total: number
  /** The cursor of the next page; absent on the last one. */
  readonly next?: string
}

/** `success` is what the first versions called `applied`. */
const statuses: Readonly<Record<string, Status>> = { success: "applied" }

/** What is known of every migration in every schema. */
export const of = Effect.fn("List.of")(function* (wanted: Filter, bounds: Page) {
  const view = yield* (yield* Snapshot).current
  const migrationOf = (item: StatusItem) => view.catalog.byId.get(canonical(item))
  const part = yield* page(yield* filter(view.items, migrationOf, wanted), bounds)
  const items = part.items.map((item): Detail => ({ item, migration: migrationOf(item) }))
  return { ...part, items, warnings: view.warnings }
})

const schemas = (wanted: string | undefined): ((schema: string) => boolean) => {
  if (wanted === undefined) return () => true
  const selector = Selector.parse(wanted)
  if (selector._tag === "Pattern") return selector.matches
  const name = selector._tag === "Name" ? selector.name : wanted
  return schema => schema === name
}

/** The items that are meant. */
export const filter = (
  items: ReadonlyArray<StatusItem>,
  migrationOf: (item: StatusItem) => Migration | undefined,
  wanted: Filter
): Either.Either<ReadonlyArray<StatusItem>, RequestInvalid> => {
  const tags: Record<string, string> = {}
  for (const text of wanted.tags ?? []) {
    const tag = Tag.parse(text)
    if (tag === undefined) {
      return Either.left(new RequestInvalid({ problems: [`tag: ${text} is not key=value`] }))
    }
    tags[tag[0]] = tag[1]
  }
  const backend = wanted.backend === undefined ? undefined : Backend.parse(wanted.backend)
  const status = wanted.status === undefined ? undefined : (statuses[wanted.status] ?? wanted.status)
  const isMeant = schemas(wanted.schema)
  // A backend that nobody knows has no migrations.
  if (wanted.backend !== undefined && backend === undefined) return Either.right([])
  return Either.right(
    items.filter(
      item =>
        (wanted.permitted === undefined || wanted.permitted.includes(item.connection)) &&
        isMeant(item.schema) &&
        (wanted.connection === undefined || item.connection === wanted.connection) &&
        (backend === undefined || item.backend === backend) &&
        (status === undefined || item.status === status) &&
        (wanted.version === undefined || item.version === wanted.version) &&
        (wanted.table === undefined || migrationOf(item)?.table === wanted.table) &&
        Tag.matches(item.tags ?? {}, tags)
    )
  )
}

/** One page of items that are in the order of every list. A cursor names a place, which need not be taken any more. */
export const page = (
  items: ReadonlyArray<StatusItem>,
  { limit, cursor }: Page
): Either.Either<Part<StatusItem>, RequestInvalid> => {
  const after = cursor === undefined ? undefined : placeAt(cursor)
  if (cursor !== undefined && after === undefined) {
    return Either.left(new RequestInvalid({ problems: ["cursor: it is not from an earlier page"] }))
  }
  const rest = after === undefined ? items : items.filter(item => Standing.byPlace(item, after) > 0)
  const shown = rest.slice(0, limit)
  const last = shown.at(-1)
  return Either.right({
    items: shown,
    total: items.length,
    ...(rest.length > shown.length && last !== undefined ? { next: cursorAt(last) } : {})
  })
}

const cursorAt = ({ version, connection, name, backend, schema }: Standing.Place): string =>
  Buffer.from(JSON.stringify([version, connection, name, backend, schema])).toString("base64url")

const placeAt = (cursor: string): Standing.Place | undefined => {
  const parts = Either.try((): unknown => JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")))
  if (Either.isLeft(parts) || !Array.isArray(parts.right)) return undefined
  const [version, connection, name, backendName, schema] = parts.right
  const texts = [version, connection, name, schema].every(part => typeof part === "string")
  const backend = typeof backendName === "string" ? Backend.parse(backendName) : undefined
  return texts && backend !== undefined ? { version, connection, name, backend, schema } : undefined
}
