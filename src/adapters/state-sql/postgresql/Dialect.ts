import * as Reactivity from "@effect/experimental/Reactivity"
import { SqlError } from "@effect/sql/SqlError"
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type pg from "pg"
import type { EmbeddedUnavailable } from "../../../domain/Errors.ts"
import { poolConfig } from "../../postgresql/Client.ts"
import * as Pool from "../../postgresql/Pool.ts"
import { identifier } from "../../postgresql/Quote.ts"
import { address, type PostgresqlSettings, type Server } from "../../postgresql/Settings.ts"
import * as Vitals from "../../postgresql/Vitals.ts"
import * as Collision from "../Collision.ts"
import type { Dialect, Pool as Opened, Statement } from "../Dialect.ts"
import type { Step } from "../Tables.ts"
import * as Record from "./Record.ts"
import * as Session from "./Session.ts"
import * as Statements from "./Statements.ts"
import { steps as released } from "./Steps.ts"
import * as Upgrade from "./Upgrade.ts"
import { explain, isCollision, isCut } from "./Wording.ts"

export interface Options {
  readonly settings: PostgresqlSettings
  /** Where BfM's tables are. */
  readonly schema: string
  /** Starts the embedded server where the settings ask for it; called when the state is first used. */
  readonly resolve: (settings: PostgresqlSettings) => Effect.Effect<Server, EmbeddedUnavailable, Scope.Scope>
  readonly steps?: ReadonlyArray<Step>
}

/** Milliseconds after which a statement counts as lost; longer than the wait for another process's upgrade. */
const answerTime = 45_000

/** Milliseconds that the end of the pool may take. */
const farewell = 1_000

/** Undefined table, undefined column, missing schema. */
const outdated = new Set(["42P01", "42703", "3F000"])

export const make = ({ settings, schema, resolve, steps = released }: Options): Dialect => ({
  address: `${address(settings)}, schema ${schema}`,
  steps,
  statements: Statements.make(schema, steps),
  explain,
  isCut,
  open: Effect.map(
    Effect.flatMap(resolve(settings), server => openClient(server)),
    ({ sql, sessions }): Opened => {
      const retried = Collision.retried(isCollision)
      const glance = glancing(sessions)
      const send = <Row extends object>({ text, values }: Statement) => retried(sql.unsafe<Row>(text, values))
      return {
        capacity: sessions.options.max,
        send,
        glance: <Row extends object>(statement: Statement) => retried(glance<Row>(statement)),
        write: batch => Effect.asVoid(send(Record.record(schema, batch))),
        upgrade: Upgrade.run(sql, schema, steps)
      }
    }
  ),
  vitals: Effect.scoped(Effect.flatMap(resolve(settings), server => Vitals.ask(server, { schema }))),
  session: Effect.flatMap(resolve(settings), server => Session.open(server, schema)),
  isOutdated: code => code !== undefined && outdated.has(code)
})

/** What sessions of somebody else than the state itself are like. */
export interface Manners {
  /** Where they find their tables. */
  readonly schema: string
  /** Seconds after which one that says nothing in a transaction loses it, and its session. */
  readonly silence: number
}

export const openClient = (server: Server, name = "state", manners?: Manners) =>
  Effect.flatMap(pool(server, name, manners), sessions =>
    Effect.map(
      Effect.provideServiceEffect(
        PgClient.fromPool({ acquire: Effect.succeed(sessions) }),
        Reactivity.Reactivity,
        Reactivity.make
      ),
      sql => ({ sql, sessions })
    )
  )

/** By the driver alone: half of the cost of a short question is what surrounds it. */
const glancing =
  (sessions: pg.Pool): Opened["glance"] =>
  <Row extends object>({ text, values }: Statement) =>
    Effect.async<ReadonlyArray<Row>, SqlError>(resume =>
      sessions.query<Row>(text, [...values], (cause, found) =>
        resume(cause ? new SqlError({ cause }) : Effect.succeed(found.rows))
      )
    )

/** Connects when it is first used, never before. */
const pool = (
  server: Server,
  name: string,
  manners: Manners | undefined
): Effect.Effect<pg.Pool, SqlError, Scope.Scope> =>
  poolConfig(server).pipe(
    Effect.mapError(cause => new SqlError({ cause })),
    Effect.flatMap(config =>
      Pool.make(
        {
          ...config,
          query_timeout: answerTime,
          ...(manners === undefined ? {} : { options: settings(manners) })
        },
        name,
        farewell
      )
    )
  )

/** As libpq takes them: what separates options is marked. */
const settings = ({ schema, silence }: Manners): string =>
  [
    `-c search_path=${identifier(schema).replaceAll(/[\\ ]/g, found => `\\${found}`)}`,
    `-c idle_in_transaction_session_timeout=${silence}s`
  ].join(" ")
