import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { ConnectionUnreachable, StoreRefused } from "../../domain/Errors.ts"
import { inspection } from "../../domain/Ledger.ts"
import type { Connection, Store, Work } from "../../ports/Connections.ts"
import type { Client } from "./Client.ts"
import * as Fault from "./Fault.ts"
import * as Ledger from "./Ledger.ts"
import * as Live from "./Live.ts"
import * as Session from "./Session.ts"
import * as Vitals from "./Vitals.ts"

/** What a store is made of. */
export interface Parts {
  readonly connection: Connection
  readonly client: Client
  /** The database of the ledger. */
  readonly ledgerSchema: string
  /** The database of migrations that name none. */
  readonly database: string
  /** How often a statement is sent again after a fault that passes. */
  readonly retries: number
}

export const make = ({ connection, client, ledgerSchema, database, retries }: Parts): Store => {
  const ledger = Ledger.make(ledgerSchema)
  const stored = new Set<string>()
  let hasLedger = false
  const refusing =
    (action: string) =>
    <A>(effect: Effect.Effect<A, Fault.Fault>) =>
      Effect.mapError(effect, fault => errorOf(connection, action, fault))
  const ensured = Effect.suspend(() =>
    hasLedger
      ? Effect.void
      : Effect.map(Live.ensureLedger(client, ledger), () => {
          hasLedger = true
        })
  )
  const one = (migrationId: string, schema: string) =>
    Effect.map(
      orAbsent(client.ask(ledger.select(connection.name, schema, migrationId)), [[]]),
      ([rows]) => Ledger.entriesOf(rows)[0]
    )

  const inspected = refusing("read the ledger")(
    Effect.map(look(client, ledger, connection.name), ({ found, inspection }) => {
      hasLedger = found
      return inspection
    })
  )

  return {
    connection,
    inspect: inspected,
    survey: inspected,
    tenants: query =>
      refusing("read the tenants")(
        Effect.map(client.ask(query), answers =>
          (answers.at(-1) ?? []).map(row => String(Object.values(row)[0] ?? ""))
        )
      ),
    vitals: refusing("ask how the server is")(Vitals.ask(client)),
    appliedText: (migrationId, schema) =>
      refusing("read the applied text")(
        Effect.gen(function* () {
          const entry = yield* one(migrationId, schema)
          if (entry === undefined) return undefined
          const [rows = []] = yield* client.ask(ledger.script(entry.sourceHash))
          const text = rows[0]?.["text"]
          return typeof text === "string" ? text : undefined
        })
      ),
    undo: () => Effect.succeed(undefined),
    preview: Effect.succeed,
    session: (schema, context) =>
      refusing("open a session")(
        Effect.gen(function* () {
          yield* ensured
          const abort = new AbortController()
          const live: Live.Live = {
            client,
            ledger,
            context,
            connection: connection.name,
            schema,
            database: schema === "" ? database : schema,
            retries,
            signal: abort.signal
          }
          const [rows] = yield* client.ask(ledger.select(connection.name, schema))
          const cancel = Effect.sync(() => abort.abort())
          const session = Session.make(live, Ledger.entriesOf(rows), cancel)
          // The texts are kept for comparing later; they are written once, and before any change.
          const keep = (work: ReadonlyArray<Work>) =>
            Effect.ignoreLogged(storeScripts(client, ledger, work, stored))
          return {
            ...session,
            run: (work: ReadonlyArray<Work>) => Stream.concat(Stream.execute(keep(work)), session.run(work))
          }
        })
      ),
    markApplied: (work, context, at) =>
      refusing("write the ledger")(
        Effect.gen(function* () {
          const now = yield* Clock.currentTimeMillis
          yield* ensured
          yield* storeScripts(client, ledger, [work], stored)
          yield* client.ask(ledger.write(Ledger.entryOf(work.step, context, "applied", at ?? now)))
        })
      ),
    markPending: (migrationId, schema) =>
      refusing("write the ledger")(
        Effect.asVoid(Effect.zipRight(ensured, client.ask(ledger.erase(migrationId, schema))))
      )
  }
}

const orAbsent = <A>(effect: Effect.Effect<A, Fault.Fault>, absent: A): Effect.Effect<A, Fault.Fault> =>
  Effect.catchIf(effect, Fault.isAbsent, () => Effect.succeed(absent))

const databases = "SELECT schema_name FROM information_schema.schemata"

/** Ledger and databases in one round trip; a server without a ledger costs a second one. */
const look = (client: Client, ledger: Ledger.Ledger, connection: string) =>
  client.ask(`${databases}; ${ledger.select(connection)}`).pipe(
    Effect.map(answers => ({ found: true, answers })),
    Effect.catchIf(Fault.isAbsent, () =>
      Effect.map(client.ask(databases), answers => ({ found: false, answers }))
    ),
    Effect.map(({ found, answers: [schemas = [], entries] }) => ({
      found,
      inspection: inspection(
        connection,
        Ledger.entriesOf(entries),
        new Set(schemas.map(row => String(row["schema_name"])))
      )
    }))
  )

/** Writes the texts that the ledger does not have yet; a text is known by its hash. */
const storeScripts = (
  client: Client,
  ledger: Ledger.Ledger,
  work: ReadonlyArray<Work>,
  stored: Set<string>
): Effect.Effect<void, Fault.Fault> =>
  Effect.suspend(() => {
    const texts = new Map(
      work
        .filter(({ step }) => step.direction === "up" && !stored.has(step.source_hash))
        .map(({ step, migration }) => [step.source_hash, migration.up.text])
    )
    if (texts.size === 0) return Effect.void
    return Effect.map(client.ask(ledger.storeScripts(texts)), () => {
      for (const hash of texts.keys()) stored.add(hash)
    })
  })

const errorOf = (
  connection: Connection,
  action: string,
  fault: Fault.Fault
): ConnectionUnreachable | StoreRefused => {
  const { code, reason } = fault
  if (fault._tag === "Lost") {
    return new ConnectionUnreachable({
      connection: connection.name,
      address: connection.address,
      reason,
      ...(code === undefined ? {} : { code })
    })
  }
  return new StoreRefused({
    connection: connection.name,
    action,
    reason,
    code: fault.code,
    ...(fault.hint === undefined ? {} : { hint: fault.hint })
  })
}
