import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type pg from "pg"
import * as Client from "./Client.ts"
import * as Fault from "./Fault.ts"
import type { Server } from "./Settings.ts"

/** A connection for a few questions, beside every pool. */
export interface Connected extends pg.Client {
  /** The process that the client was told to be served by; pg's declarations leave it out. */
  readonly processID: number
}

/** Connects until the scope closes; whatever transaction is open ends with it. */
export const connect = (server: Server): Effect.Effect<Connected, Fault.Fault, Scope.Scope> =>
  Effect.acquireRelease(
    Client.make(server).pipe(
      Effect.mapError(({ reason }) => new Fault.Lost({ reason, code: undefined })),
      Effect.flatMap(client =>
        Effect.tryPromise({
          try: async () => {
            // Without a listener, a connection that is cut would end the process.
            client.on("error", () => undefined)
            await client.connect()
            return client as Connected
          },
          catch: cause => Fault.from(cause)
        })
      )
    ),
    client => Effect.promise(() => client.end()).pipe(Effect.interruptible, Effect.timeoutOption("1 second"))
  )

/** The rows of a message, of its last statement where it has several. `Row` is what that statement selects. */
export const query = <Row extends object>(
  client: pg.Client,
  text: string,
  values: ReadonlyArray<unknown> = []
): Effect.Effect<ReadonlyArray<Row>, Fault.Fault> =>
  Effect.tryPromise({
    try: async () => {
      // With several statements pg answers with an array, which its declarations do not say.
      const answer: unknown = await (values.length === 0
        ? client.query(text)
        : client.query(text, [...values]))
      const last: unknown = Array.isArray(answer) ? answer.at(-1) : answer
      return (last as { readonly rows: ReadonlyArray<Row> }).rows
    },
    catch: cause => Fault.from(cause, text)
  })
