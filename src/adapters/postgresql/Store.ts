import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type pg from "pg"
import { ConnectionUnreachable, StoreRefused } from "../../domain/Errors.ts"
import { inspection } from "../../domain/Ledger.ts"
import type { Vitals } from "../../domain/Vitals.ts"
import type { Connection, Store, Work } from "../../ports/Connections.ts"
import * as Fault from "./Fault.ts"
import * as Halt from "./Halt.ts"
import * as Ledger from "./Ledger.ts"
import * as Live from "./Live.ts"
import { literal } from "./Quote.ts"
import * as Session from "./Session.ts"
import * as Together from "./Together.ts"
import * as Wire from "./Wire.ts"

/** What a store is made of: the pool of one connection, and how it is to be used. */
export interface Parts {
  readonly connection: Connection
  readonly pool: pg.Pool
  readonly ledgerSchema: string
  /** How often a step is tried again after it could not get a lock. */
  readonly retries: number
  /** What the server says of itself, asked beside the pool. */
  readonly vitals: Effect.Effect<Vitals, Fault.Fault>
  /** A connection beside the pool, for what must not wait for it. */
  readonly aside: <A>(use: (client: pg.Client) => Promise<A>) => Effect.Effect<A, Fault.Fault>
}

export const make = (parts: Parts): Store => {
  const { connection, pool } = parts
  const ledger = Ledger.make(parts.ledgerSchema)
  const place = (schema: string) => ({
    connection: connection.name,
    schema,
    ledgerSchema: parts.ledgerSchema
  })
  const refused = (action: string) => (fault: Fault.Fault) => errorOf(connection, action, fault)
  const withWire = <A>(action: string, use: (wire: Wire.Wire) => Effect.Effect<A, Fault.Fault>) =>
    Effect.scoped(Effect.flatMap(Wire.acquire(pool), use)).pipe(
      // Nothing of this does harm when it is sent twice.
      Effect.retry({ while: Fault.isStale }),
      Effect.mapError(refused(action))
    )
  const ensured = (action: string, use: (wire: Wire.Wire) => Effect.Effect<unknown, Fault.Fault>) =>
    withWire(action, wire => Effect.zipRight(Ledger.ensure(wire, ledger), use(wire))).pipe(Effect.asVoid)
  let hasLedger = false
  const stored = new Set<string>()

  const ensure = Effect.fnUntraced(function* (wire: Wire.Wire) {
    if (!hasLedger) yield* Ledger.ensure(wire, ledger)
    hasLedger = true
  })
  /** The texts are kept for comparing later; they are written once, and before any change. */
  const keep = (wire: Wire.Wire, work: ReadonlyArray<Work>) =>
    Effect.ignoreLogged(storeScripts(wire, ledger, work, stored))

  const entriesOf = Effect.fnUntraced(function* (live: Live.Live) {
    if (!hasLedger) yield* Effect.flatMap(live.wire, ensure)
    return live.found ?? (yield* live.entries)
  })

  const session: Store["session"] = (schema, context, wait, waiting) =>
    Effect.gen(function* () {
      const live = yield* Live.make(
        pool,
        place(schema),
        ledger,
        context,
        wait,
        waiting,
        hasLedger && !context.rehearsal
      )
      const entries = yield* context.rehearsal ? Effect.succeed([]) : entriesOf(live)
      const inner = Session.make(live, entries, parts.retries, {
        halt: halt(parts, Halt.key(place(schema))),
        cancel: Effect.suspend(() =>
          Effect.zipRight(Deferred.succeed(live.cancelled, undefined), cancel(parts, live.pid()))
        )
      })
      const kept = (work: ReadonlyArray<Work>) =>
        Effect.ignoreLogged(Effect.flatMap(live.wire, wire => keep(wire, work)))
      return {
        ...inner,
        run: (work: ReadonlyArray<Work>) => Stream.concat(Stream.execute(kept(work)), inner.run(work))
      }
    }).pipe(Effect.mapError(error => (error._tag === "LockBusy" ? error : refused("open a session")(error))))

  return {
    connection,
    inspect: withWire("read the ledger", wire => look(wire, ledger.select(connection.name))).pipe(
      Effect.map(({ found, schemas, answer }) => {
        hasLedger = found
        return inspection(connection.name, Ledger.entriesOf(answer), schemas)
      })
    ),
    survey: withWire("read the ledger", wire => look(wire, ledger.survey(connection.name))).pipe(
      Effect.map(({ found, schemas, answer }) => {
        hasLedger = found
        return { connection: connection.name, groups: Ledger.groupsOf(connection.name, answer), schemas }
      })
    ),
    tenants: query =>
      Effect.map(
        withWire("read the tenants", wire => wire.column(query)),
        names => names.map(name => String(name ?? ""))
      ),
    vitals: Effect.mapError(parts.vitals, refused("ask how the server is")),
    appliedText: (migrationId, schema) =>
      withWire("read the applied text", wire => wire.ask(ledger.appliedText, [migrationId, schema])).pipe(
        Effect.map(([row]) => (typeof row?.["text"] === "string" ? row["text"] : undefined))
      ),
    undo: () => Effect.succeed(undefined),
    preview: Effect.succeed,
    session,
    together: (work, context, wait) =>
      Together.make({
        ...{ pool, ledger, context, work, place, wait },
        prepare: wire => Effect.zipRight(ensure(wire), keep(wire, work)),
        halt: key => halt(parts, key),
        cancel: pid => cancel(parts, pid)
      }),
    markApplied: (work, context, at) =>
      ensured("write the ledger", wire =>
        Effect.zipRight(
          storeScripts(wire, ledger, [work], stored),
          wire.send(
            `BEGIN;${erase(ledger, work.step.migration_id, work.step.schema)};${ledger.insertApplied(work.step, context, at)};COMMIT`
          )
        )
      ),
    markPending: (migrationId, schema) =>
      ensured("write the ledger", wire => wire.send(erase(ledger, migrationId, schema)))
  }
}

/** Ledger and schemas in one round trip; a database without a ledger costs a second one. */
const look = (wire: Wire.Wire, question: string) =>
  wire.send(`${schemasQuestion};${question}`).pipe(
    Effect.map(([schemas, answer]) => ({ found: true, schemas, answer })),
    Effect.catchIf(Ledger.isAbsent, () =>
      Effect.map(wire.send(schemasQuestion), ([schemas]) => ({ found: false, schemas, answer: undefined }))
    ),
    Effect.map(({ found, schemas, answer }) => ({ found, answer, schemas: namesOf(schemas) }))
  )

/** As JSON in one row: pg takes three times as long over a thousand rows. */
const schemasQuestion =
  "SELECT coalesce(json_agg(nspname),'[]') AS names FROM pg_catalog.pg_namespace WHERE nspname !~ '^pg_(toast_)?temp_'"

const namesOf = (result: Wire.Result | undefined): ReadonlySet<string> => {
  const names: unknown = result?.rows[0]?.["names"]
  return new Set(Array.isArray(names) ? names.map(String) : [])
}

const erase = (ledger: Ledger.Ledger, migrationId: string, schema: string): string =>
  ledger.erase(literal(migrationId), literal(schema))

/** Writes the texts that the ledger does not have yet, in one round trip; a text is known by its hash. */
const storeScripts = Effect.fnUntraced(function* (
  wire: Wire.Wire,
  ledger: Ledger.Ledger,
  work: ReadonlyArray<Work>,
  stored: Set<string>
) {
  const texts = new Map<string, string>()
  for (const { step, migration } of work) {
    if (step.direction === "up" && !stored.has(step.source_hash))
      texts.set(step.source_hash, migration.up.text)
  }
  if (texts.size === 0) return
  yield* wire.ask(ledger.storeScripts, [[...texts.keys()], [...texts.values()]])
  for (const hash of texts.keys()) stored.add(hash)
})

/** Over a connection of its own: the one that is busy cannot be told. */
const cancel = (parts: Parts, pid: number | undefined): Effect.Effect<void> =>
  pid === undefined
    ? Effect.void
    : Effect.ignore(parts.aside(client => client.query("SELECT pg_catalog.pg_cancel_backend($1)", [pid])))

const halt = (parts: Parts, key: string): Effect.Effect<void> => Effect.ignore(parts.aside(Halt.hold(key)))

/** Refusals that mean a missing right, and what to grant. */
const rights = new Set(["42501"])

const errorOf = (
  connection: Connection,
  action: string,
  fault: Fault.Fault
): ConnectionUnreachable | StoreRefused =>
  fault._tag === "Lost"
    ? new ConnectionUnreachable({
        connection: connection.name,
        address: connection.address,
        reason: fault.reason,
        ...(fault.code === undefined ? {} : { code: fault.code })
      })
    : new StoreRefused({
        connection: connection.name,
        action,
        reason: fault.reason,
        code: fault.code,
        ...(rights.has(fault.code)
          ? {
              hint: "the ledger needs a schema of its own: grant CREATE on the database, or create it and grant USAGE and CREATE"
            }
          : fault.hint === undefined
            ? {}
            : { hint: fault.hint })
      })
