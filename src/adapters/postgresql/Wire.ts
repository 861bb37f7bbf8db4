import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import type pg from "pg"
import * as Sent from "../store/Sent.ts"
import * as Fault from "./Fault.ts"

/** The rows of one statement, by column name. */
export interface Result {
  readonly command: string
  readonly rowCount: number
  readonly rows: ReadonlyArray<Readonly<Record<string, unknown>>>
}

/** One connection that nobody else uses meanwhile. The only place, beside the pool, that talks to `pg`. */
export interface Wire {
  /** Process id of the server's backend. */
  readonly pid: number
  /** One message with any number of statements, by the simple protocol: one round trip. */
  readonly send: (text: string) => Effect.Effect<ReadonlyArray<Result>, Fault.Fault>
  /** The first column of what the last statement of a message gives, whatever the columns are called. */
  readonly column: (text: string) => Effect.Effect<ReadonlyArray<unknown>, Fault.Fault>
  /** One statement with parameters. */
  readonly ask: (
    text: string,
    values: ReadonlyArray<unknown>
  ) => Effect.Effect<ReadonlyArray<Readonly<Record<string, unknown>>>, Fault.Fault>
}

interface Cancellable extends pg.PoolClient {
  readonly processID: number
}

/** Takes a connection from the pool; a connection that was lost, or left in mid-statement, is not given back to it. */
export const acquire = (pool: pg.Pool): Effect.Effect<Wire, Fault.Lost, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(connect(pool), held =>
      Effect.sync(() => {
        held.client.removeListener("error", held.onError)
        held.client.release(held.broken)
      })
    ),
    held => ({
      pid: held.client.processID,
      send: text => Effect.map(query(held, { text }), results => results.map(toResult)),
      column: text =>
        Effect.map(query(held, { text, rowMode: "array" }), results =>
          (results.at(-1)?.rows ?? []).map((row: ReadonlyArray<unknown>) => row[0])
        ),
      ask: (text, values) =>
        Effect.map(query(held, { text, values: [...values] }), ([result]) => result?.rows ?? [])
    })
  )

interface Held {
  readonly client: Cancellable
  readonly onError: (cause: unknown) => void
  /** What the server said when it ended the session while nothing was asked. */
  farewell: Fault.Fault | undefined
  /** It was used before, and has not answered since: it may have died meanwhile. */
  rested: boolean
  broken: boolean
}

/** Clients that somebody has used and given back. */
const used = new WeakSet<pg.PoolClient>()

/** The server, its database or the user has no connection left. */
const full = "53300"
const rhythm = Schedule.jittered(Schedule.spaced("100 millis"))

const connect = (pool: pg.Pool): Effect.Effect<Held, Fault.Lost> =>
  Effect.tryPromise({
    try: () => pool.connect(),
    catch: cause => {
      const fault = Fault.from(cause)
      // A refusal while connecting (password, database) leaves no session either.
      return fault._tag === "Lost" ? fault : new Fault.Lost({ reason: fault.reason, code: fault.code })
    }
  }).pipe(
    // As long as others of this process have a connection, one of them comes free.
    Effect.retry({ while: ({ code }) => code === full && pool.totalCount > 0, schedule: rhythm }),
    Effect.map(client => {
      const held: Held = {
        // pg sets processID when the session starts; its declarations leave it out.
        client: client as Cancellable,
        onError: cause => {
          held.broken = true
          held.farewell ??= Fault.from(cause)
        },
        farewell: undefined,
        rested: used.has(client),
        broken: false
      }
      used.add(client)
      client.on("error", held.onError)
      return held
    })
  )

const query = (
  held: Held,
  config: pg.QueryConfig | pg.QueryArrayConfig
): Effect.Effect<ReadonlyArray<pg.QueryResult>, Fault.Fault> =>
  Effect.async<ReadonlyArray<pg.QueryResult>, Fault.Fault>(resume => {
    held.client.query(config).then(
      // With several statements pg answers with an array, which its declarations do not say.
      (result: pg.QueryResult | ReadonlyArray<pg.QueryResult>) => {
        held.rested = false
        resume(Effect.succeed(Array.isArray(result) ? result : [result]))
      },
      (cause: unknown) => {
        const fault = Fault.from(cause, config.text)
        if (fault._tag === "Refused") return resume(fault)
        held.broken = true
        // The client itself knows only that it cannot be used any more.
        const { reason, code } = fault.code === undefined ? (held.farewell ?? fault) : fault
        resume(new Fault.Lost({ reason, code, isStale: held.rested }))
      }
    )
    // Whoever goes away in mid-statement leaves a connection that cannot be used again.
    return Effect.sync(() => {
      held.broken = true
    })
  }).pipe(Sent.traced({ system: "postgresql", action: "query", text: config.text }))

const toResult = (result: pg.QueryResult): Result => ({
  command: result.command,
  rowCount: result.rowCount ?? 0,
  rows: result.rows
})
