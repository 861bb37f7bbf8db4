import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { ConnectionUnknown } from "../../domain/Errors.ts"
import { type Connection, Connections, type OpenError, type Store } from "../../ports/Connections.ts"

/** A connection as it is configured, and what opens it. */
export interface Configured {
  readonly connection: Connection
  readonly open: Effect.Effect<Store, OpenError, Scope.Scope>
}

/** The configured connections of every backend: each is opened when it is first used, and stays open. */
export const layer = (configured: ReadonlyArray<Configured>): Layer.Layer<Connections> =>
  Layer.scoped(
    Connections,
    Effect.gen(function* () {
      const scope = yield* Effect.scope
      const stores = new Map<string, Opening>()
      for (const { connection, open } of configured) {
        stores.set(connection.name, yield* once(Scope.extend(open, scope)))
      }
      return Connections.of({
        configured: new Map(configured.map(({ connection }) => [connection.name, connection])),
        open: name =>
          stores.get(name) ?? new ConnectionUnknown({ connection: name, configured: [...stores.keys()] })
      })
    })
  )

type Opening = Effect.Effect<Store, OpenError>

/** Remembers a success; a failure is tried again by whoever asks next. */
const once = (opening: Opening): Effect.Effect<Opening> =>
  Effect.map(Effect.makeSemaphore(1), semaphore => {
    let store: Store | undefined
    return semaphore.withPermits(1)(
      Effect.suspend(() =>
        store === undefined
          ? Effect.map(opening, opened => {
              store = opened
              return opened
            })
          : Effect.succeed(store)
      )
    )
  })
