import { canonical, short } from "../../domain/Identity.ts"
import * as Ledger from "../../domain/Ledger.ts"
import type { DeclaredSchema, Migration } from "../../domain/Migration.ts"
import { schemaName } from "../../domain/source/SchemaName.ts"
import type * as Takeover from "../../domain/Takeover.ts"
import type { NotApplied, Question } from "../../domain/Takeover.ts"
import { timestamp } from "../execute/Reconcile.ts"
import * as Placement from "../plan/Placement.ts"
import type { Evidence, OfMigration, Place } from "./Evidence.ts"
import { type Facts, isAnswered, isSettled, resolve } from "./Facts.ts"
import * as Standing from "./Standing.ts"

/** A migration that is applied in a schema, for ledger and state. */
export interface Entry {
  readonly migration: Migration
  readonly schema: string
  /** Milliseconds since the epoch, where it is known. */
  readonly at: number | undefined
  /** Empty where it is not known. */
  readonly actor: string
  readonly method: string
}

/** As reports show it. */
export const reported = ({ migration, schema, at, actor, method }: Entry): Takeover.Entry => ({
  migration_id: canonical(migration),
  schema,
  version: migration.version,
  name: migration.name,
  connection: migration.connection,
  ...(at === undefined ? {} : { applied_at: timestamp(at) }),
  actor,
  method
})

export interface Entries {
  readonly entries: ReadonlyArray<Entry>
  readonly known: number
  readonly pending: ReadonlyArray<NotApplied>
  readonly questions: ReadonlyArray<Question>
  readonly notes: ReadonlyArray<string>
}

/** What is to be written into the ledgers, and what nobody can tell. */
export const of = (
  facts: Facts,
  evidence: Evidence,
  schemaOf: (migration: Migration) => DeclaredSchema
): Entries => {
  const found: Draft = { entries: [], known: 0, pending: [], questions: [], notes: [], homeless: new Map() }
  const settled = isSettled(facts)
  for (const of of evidence.migrations.values()) {
    if (of.doubtful.length > 0) {
      found.questions.push(...doubts(facts, of))
      continue
    }
    for (const place of Standing.places(of)) {
      if (settled(place.migration, place.schema)) found.known += 1
      else judge(facts, found, of, place)
    }
    atHome(facts, found, of, schemaOf(of.migration))
  }
  for (const [connection, count] of found.homeless) found.questions.push(unconfigured(connection, count))
  return { ...found, entries: found.entries.sort(inOrder) }
}

interface Draft {
  readonly entries: Array<Entry>
  known: number
  readonly pending: Array<NotApplied>
  readonly questions: Array<Question>
  readonly notes: Array<string>
  /** How many are applied on connections that are not configured. */
  readonly homeless: Map<string, number>
}

const judge = ({ world, since }: Facts, found: Draft, of: OfMigration, place: Place): void => {
  const { migration, schema } = place
  const id = canonical(migration)
  const standing = Standing.of(of, place)
  const ask = (reason: string) =>
    found.questions.push({
      subject: id,
      ...(schema === "" ? {} : { schema }),
      reason,
      remedy: resolve(id, schema)
    })
  if (standing._tag === "Untouched") return
  if (standing._tag === "NotApplied") {
    found.pending.push({ migration_id: id, schema, reason: standing.reason })
    return
  }
  if (!world.connections.has(migration.connection)) {
    found.homeless.set(migration.connection, (found.homeless.get(migration.connection) ?? 0) + 1)
    return
  }
  const refused = schema === "" ? undefined : schemaName(migration.backend, schema)
  if (refused !== undefined) ask(refused)
  else if (standing._tag === "Unclear") ask(standing.reason)
  else if (since.get(Ledger.key(id, schema)) === "lost") {
    ask(
      "by the old records it is applied; the ledger had it and lost it: was the database restored or made anew?"
    )
  } else {
    found.entries.push({ migration, schema, at: standing.at, actor: standing.actor, method: standing.method })
    if (standing.note !== undefined) found.notes.push(`${shown(migration, schema)}: ${standing.note}`)
  }
}

/** One question is enough, however many rows it is about. */
const doubts = (facts: Facts, { migration, doubtful }: OfMigration): ReadonlyArray<Question> => {
  const [doubt] = doubtful
  if (doubt === undefined || isAnswered(facts, migration, doubt.row.schema)) return []
  const id = canonical(migration)
  const others = doubt.others.map(canonical).join(", ")
  return [
    {
      subject: id,
      reason: `${doubt.row.id} (${doubt.row.status}) in the old records can mean it, or ${others}`,
      remedy: resolve(id, doubt.row.schema)
    }
  ]
}

const shown = (migration: Migration, schema: string): string =>
  `${short(migration)}${schema === "" ? "" : ` in ${schema}`}`

/** What ran only in other schemas than its own is pending in its own: said, because the next run applies it. */
const atHome = ({ world }: Facts, found: Draft, of: OfMigration, schema: DeclaredSchema): void => {
  const { migration } = of
  const home = Placement.home({ schema }, world.connections.get(migration.connection))
  const applied = Standing.places(of).filter(place => Standing.of(of, place)._tag === "Applied")
  if (home === undefined || applied.length === 0 || Standing.places(of).some(place => place.schema === home))
    return
  const ran = applied.map(place => place.schema || "the connection's own search path").join(", ")
  found.notes.push(
    `${short(migration)} ran in ${ran}; it belongs to ${home || "the connection's own search path"} now, and the next run applies it there`
  )
}

const unconfigured = (connection: string, count: number): Question => ({
  subject: `connection ${connection}`,
  reason: `it is not configured here, and ${count} of its migrations are applied by the old records`,
  remedy: "configure it and import again"
})

const inOrder = (a: Entry, b: Entry): number => {
  const key = ({ migration, schema }: Entry) => `${migration.version} ${canonical(migration)} ${schema}`
  return key(a) < key(b) ? -1 : 1
}
