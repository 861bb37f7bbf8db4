import type { Happened } from "../../domain/predecessor/OldState.ts"
import type { Event, OfMigration, Place } from "./Evidence.ts"

/** How a migration stands in a schema by what the Go BfM wrote down. */
export type Standing =
  | {
      readonly _tag: "Applied"
      /** Milliseconds since the epoch, where it is known. */
      readonly at: number | undefined
      /** Empty where it is not known. */
      readonly actor: string
      readonly method: string
      /** What its other tables say instead. */
      readonly note: string | undefined
    }
  | { readonly _tag: "NotApplied"; readonly reason: string }
  /** Never begun. */
  | { readonly _tag: "Untouched" }
  /** Nobody can tell from the rows. */
  | { readonly _tag: "Unclear"; readonly reason: string }

/**
 * The history's latest word counts: the list keeps saying `applied` after a rollback, and the table of
 * executions says `failed` after an attempt that failed at something that is applied. Where there is no
 * history (dependencies that were included by themselves have none) the others are asked.
 */
export const of = (migration: OfMigration, place: Place): Standing => {
  const decisive = place.happened.filter(
    ({ status, undoes }) => isRolledBack(status) || (isApplied(status) && !undoes)
  )
  const last = decisive.at(-1)
  if (last === undefined) return withoutHistory(migration, place)
  if (isRolledBack(last.status)) {
    // Of what ran in another schema, without naming it: see there.
    if (place.schema === "" && decisive.every(({ status }) => isRolledBack(status)))
      return { _tag: "Untouched" }
    const lists = listsApplied(migration, place)
    return {
      _tag: "NotApplied",
      reason: `rolled back${lists ? ", although the old list still says applied" : ""}`
    }
  }
  const elsewhere = rolledBackSomewhere(migration, place, last)
  if (elsewhere !== undefined) return { _tag: "Unclear", reason: elsewhere }
  const first = decisive[decisive.findLastIndex(({ status }) => isRolledBack(status)) + 1] ?? last
  return { _tag: "Applied", ...who(first), note: contradicted(place) }
}

/** Every schema in which something is written down of a migration; the list's own where nothing else is. */
export const places = (of: OfMigration): ReadonlyArray<Place> => {
  if (of.places.size > 0) return [...of.places.values()]
  const applied = of.listed.find(({ status }) => isApplied(status))
  return applied === undefined
    ? []
    : [{ migration: of.migration, schema: applied.schema, happened: [], executed: [] }]
}

export const isApplied = (status: string): boolean => status === "applied" || status === "success"
const isRolledBack = (status: string): boolean => status === "rolled_back"

const who = ({ at, actor, method }: Happened) => ({ at, actor, method })
const nobody = { actor: "", method: "", note: undefined }

const listsApplied = ({ listed }: OfMigration, { executed }: Place): boolean =>
  listed.some(({ status }) => isApplied(status)) || executed.some(({ applied }) => applied)

const contradicted = ({ executed, happened }: Place): string | undefined =>
  executed.some(({ applied }) => !applied) && happened.at(-1)?.status === "failed"
    ? "a later attempt, or rolling it back, failed: the old table of executions says failed, it is applied"
    : undefined

/** v0.1 rolled back in no schema what had run in a named one: which of them was changed is not written down. */
const rolledBackSomewhere = (
  { places }: OfMigration,
  { schema }: Place,
  applied: Event
): string | undefined => {
  if (schema === "") return undefined
  const nameless = places.get("")
  const wasApplied = nameless?.happened.some(({ status, undoes }) => isApplied(status) && !undoes) === true
  const rolledBack =
    nameless?.happened.some(({ status, at }) => isRolledBack(status) && at >= applied.at) === true
  return rolledBack && !wasApplied
    ? "it was applied here, and later rolled back without a word of the schema"
    : undefined
}

const withoutHistory = (of: OfMigration, { schema, happened, executed }: Place): Standing => {
  const { listed } = of
  const execution = executed.find(({ applied }) => applied)
  if (execution !== undefined && isOnlyListed(of, schema)) {
    return {
      _tag: "Unclear",
      reason: "the old list says applied, but what is written down happened in another schema"
    }
  }
  if (execution !== undefined) return { _tag: "Applied", at: execution.at, ...nobody }
  const list = listed.find(({ status }) => isApplied(status))
  if (list !== undefined && list.schema === schema) {
    if (executed.length > 0) {
      return { _tag: "Unclear", reason: "the old list says applied, the old table of executions does not" }
    }
    // Since v0.2 a migration without a declared schema ran in those that requests named.
    return list.generation === "v0.2" && schema === ""
      ? { _tag: "Unclear", reason: "the old list says applied, and nothing says in which schema" }
      : { _tag: "Applied", at: list.at, ...nobody }
  }
  const last = happened.at(-1)?.status
  if (last === "pending") {
    return { _tag: "Unclear", reason: "it was begun and never ended: it may have been applied or not" }
  }
  if (last === "failed" || executed.some(({ status }) => status === "failed")) {
    return { _tag: "NotApplied", reason: "failed" }
  }
  return { _tag: "Untouched" }
}

/** The table of executions repeats what the list says for a declared schema, also of what ran only elsewhere. */
const isOnlyListed = ({ listed, places }: OfMigration, schema: string): boolean =>
  listed.some(list => list.schema === schema) &&
  [...places.values()].some(({ happened }) => happened.some(({ status }) => isApplied(status)))
