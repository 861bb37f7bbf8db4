import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import pg from "pg"
import { ConnectionUnknown, ConnectionUnreachable, type EmbeddedUnavailable } from "../../domain/Errors.ts"
import { type Connection, Connections, type Store } from "../../ports/Connections.ts"
import { Settings } from "../../ports/Settings.ts"
import * as Client from "./Client.ts"
import * as Fault from "./Fault.ts"
import { address, type PostgresqlSettings, type Server } from "./Settings.ts"
import * as PostgresqlStore from "./Store.ts"

/** One PostgreSQL connection as it is configured. */
export interface Configured {
  readonly name: string
  readonly settings: PostgresqlSettings
  readonly schema: string
  readonly schemaMode: Connection["schemaMode"]
  readonly ledgerSchema: string
}

/** Turns settings into a server that can be dialled, starting the embedded one where it is meant. */
export type Locate = (settings: PostgresqlSettings) => Effect.Effect<Server, EmbeddedUnavailable, Scope.Scope>

/** The configured PostgreSQL connections: each has a pool of its own, opened when it is first used. */
export const layer = (configured: ReadonlyArray<Configured>, locate: Locate): Layer.Layer<Connections> =>
  Layer.scoped(
    Connections,
    Effect.gen(function* () {
      const scope = yield* Effect.scope
      const { lockRetries } = yield* Settings
      const stores = new Map<string, Opening>()
      for (const entry of configured) {
        stores.set(entry.name, yield* once(Scope.extend(open(entry, locate, lockRetries), scope)))
      }
      return Connections.of({
        configured: new Map(configured.map(entry => [entry.name, connectionOf(entry)])),
        open: name =>
          stores.get(name) ?? new ConnectionUnknown({ connection: name, configured: [...stores.keys()] })
      })
    })
  )

type Opening = Effect.Effect<Store, ConnectionUnreachable | EmbeddedUnavailable>

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

const connectionOf = (entry: Configured): Connection => ({
  name: entry.name,
  backend: "postgresql",
  address: address(entry.settings),
  schema: entry.schema,
  schemaMode: entry.schemaMode
})

const open = (entry: Configured, locate: Locate, retries: number) =>
  Effect.gen(function* () {
    const server = yield* locate(entry.settings)
    const config = yield* Client.poolConfig(server)
    const pool = yield* Effect.acquireRelease(
      Effect.sync(() => new pg.Pool(config)),
      // Clients that still wait for an answer must not hold up the end of the process.
      pool => Effect.promise(() => pool.end()).pipe(Effect.timeoutOption("2 seconds"))
    )
    // An idle connection that breaks is simply replaced by the pool.
    pool.on("error", () => undefined)
    return PostgresqlStore.make({
      connection: connectionOf(entry),
      pool,
      ledgerSchema: entry.ledgerSchema,
      retries,
      aside: use => aside(server, use)
    })
  }).pipe(
    Effect.catchTag("CertificateUnreadable", ({ reason }) =>
      Effect.fail(
        new ConnectionUnreachable({ connection: entry.name, address: address(entry.settings), reason })
      )
    )
  )

/** One short-lived connection. */
const aside = <A>(server: Server, use: (client: pg.Client) => Promise<A>): Effect.Effect<A, Fault.Fault> =>
  Effect.acquireUseRelease(
    Effect.mapError(Client.make(server), ({ reason }) => new Fault.Lost({ reason, code: undefined })),
    client => Effect.tryPromise({ try: () => client.connect().then(() => use(client)), catch: Fault.from }),
    client => Effect.ignore(Effect.tryPromise(() => client.end()))
  )
