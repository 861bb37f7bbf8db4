import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { ConnectionUnreachable } from "../../domain/Errors.ts"
import type { Connection, OpenError, Store } from "../../ports/Connections.ts"
import { Settings } from "../../ports/Settings.ts"
import * as Client from "./Client.ts"
import type { GreptimedbSettings } from "./Settings.ts"
import * as GreptimedbStore from "./Store.ts"

/** One GreptimeDB connection as it is configured. */
export interface Configured {
  readonly connection: Connection
  readonly settings: GreptimedbSettings
  readonly ledgerSchema: string
}

/** Opens a connection: HTTP connections of its own, which close with the scope. */
export const open = ({
  connection,
  settings,
  ledgerSchema
}: Configured): Effect.Effect<Store, OpenError, Scope.Scope> =>
  Effect.gen(function* () {
    const { lockRetries } = yield* Settings
    const client = yield* Client.make(settings)
    return GreptimedbStore.make({
      connection,
      client,
      ledgerSchema,
      database: settings.database,
      retries: lockRetries
    })
  }).pipe(
    Effect.mapError(
      ({ reason }) =>
        new ConnectionUnreachable({ connection: connection.name, address: connection.address, reason })
    )
  )
