import * as Effect from "effect/Effect"
import type { Step } from "../../domain/Plan.ts"
import type { RunContext } from "../../ports/Connections.ts"
import type { Entry } from "../store/Journal.ts"
import type { Client } from "./Client.ts"
import type * as Fault from "./Fault.ts"
import * as Ledger from "./Ledger.ts"
import { literal } from "./Quote.ts"

/** One run's work in one database. Nothing here keeps other sessions out: the lock does, and the ledger's row. */
export interface Live {
  readonly client: Client
  readonly ledger: Ledger.Ledger
  readonly context: RunContext
  readonly connection: string
  /** The schema under which the ledger knows it; empty for the connection's own database. */
  readonly schema: string
  readonly database: string
  /** How often a statement is sent again, where that may be. */
  readonly retries: number
  /** Ends the statement in flight. */
  readonly signal: AbortSignal
}

/** The ledger's entry of a step as it stands. */
export const entry = (
  { client, ledger, connection }: Live,
  step: Step
): Effect.Effect<Entry | undefined, Fault.Fault> =>
  Effect.map(
    client.ask(ledger.select(connection, step.schema, step.migration_id)),
    ([rows]) => Ledger.entriesOf(rows)[0]
  )

/** Creates the ledger where it is missing. */
export const ensureLedger = (client: Client, ledger: Ledger.Ledger): Effect.Effect<void, Fault.Fault> =>
  Effect.forEach(ledger.create, sql => client.ask(sql), { discard: true })

/** Whether there is a database of this name. */
export const hasDatabase = (client: Client, name: string): Effect.Effect<boolean, Fault.Fault> =>
  Effect.map(
    client.ask(`SELECT schema_name FROM information_schema.schemata WHERE schema_name = ${literal(name)}`),
    ([rows = []]) => rows.length > 0
  )
