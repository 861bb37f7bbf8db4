import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type pg from "pg"
import { ConnectionUnreachable, type EmbeddedUnavailable } from "../../domain/Errors.ts"
import type { Connection, OpenError, Store } from "../../ports/Connections.ts"
import { Settings } from "../../ports/Settings.ts"
import * as Client from "./Client.ts"
import * as Fault from "./Fault.ts"
import * as Pool from "./Pool.ts"
import type { PostgresqlSettings, Server } from "./Settings.ts"
import * as PostgresqlStore from "./Store.ts"
import * as Vitals from "./Vitals.ts"

/** One PostgreSQL connection as it is configured. */
export interface Configured {
  readonly connection: Connection
  readonly settings: PostgresqlSettings
  readonly ledgerSchema: string
}

/** Turns settings into a server that can be dialled, starting the embedded one where it is meant. */
export type Locate = (settings: PostgresqlSettings) => Effect.Effect<Server, EmbeddedUnavailable, Scope.Scope>

/** Milliseconds that the end of a pool may take. */
const farewell = 2_000

/** Opens a connection: a pool of its own, which closes with the scope. */
export const open = (entry: Configured, locate: Locate): Effect.Effect<Store, OpenError, Scope.Scope> =>
  Effect.gen(function* () {
    const { lockRetries } = yield* Settings
    const server = yield* locate(entry.settings)
    const config = yield* Client.poolConfig(server)
    const pool = yield* Pool.make(config, entry.connection.name, farewell)
    return PostgresqlStore.make({
      connection: entry.connection,
      pool,
      ledgerSchema: entry.ledgerSchema,
      retries: lockRetries,
      vitals: Vitals.ask(server, { schema: entry.ledgerSchema, work: entry.connection.schema }),
      aside: use => aside(server, use)
    })
  }).pipe(
    Effect.catchTag("CertificateUnreadable", ({ reason }) =>
      Effect.fail(
        new ConnectionUnreachable({
          connection: entry.connection.name,
          address: entry.connection.address,
          reason
        })
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
