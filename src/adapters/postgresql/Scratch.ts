import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { ulid } from "ulid"
import {
  ConnectionUnknown,
  ConnectionUnreachable,
  NotSupported,
  RequestInvalid,
  StoreRefused
} from "../../domain/Errors.ts"
import type { Connection } from "../../ports/Connections.ts"
import { type Made, Scratch, type ScratchError } from "../../ports/Scratch.ts"
import * as Connections from "./Connections.ts"
import type * as Fault from "./Fault.ts"
import * as Leftover from "./Leftover.ts"
import * as Objects from "./Objects.ts"
import * as Once from "./Once.ts"
import { identifier } from "./Quote.ts"
import { address, type PostgresqlSettings, type Server } from "./Settings.ts"

export interface Options {
  readonly connections: ReadonlyArray<Connections.Configured>
  /** Those of other kinds. */
  readonly others: ReadonlyArray<Connection>
  /** Where scratch databases are made; beside the connection's own where absent. */
  readonly elsewhere?: PostgresqlSettings
  readonly locate: Connections.Locate
}

/** Scratch databases in PostgreSQL. */
export const layer = ({ connections, others, elsewhere, locate }: Options): Layer.Layer<Scratch> => {
  const find = (name: string) =>
    Effect.suspend(() => {
      const found = connections.find(({ connection }) => connection.name === name)
      if (found !== undefined) return Effect.succeed(found)
      const other = others.find(connection => connection.name === name)
      const configured = [...connections.map(({ connection }) => connection), ...others]
      return Effect.fail<ScratchError>(
        other === undefined
          ? new ConnectionUnknown({ connection: name, configured: configured.map(known => known.name) })
          : new NotSupported({
              connection: name,
              action: "be a baseline",
              reason: `it is ${other.backend}: only PostgreSQL can be rebuilt and compared`
            })
      )
    })
  return Layer.succeed(Scratch, {
    objects: Effect.fn("Scratch.objects")(function* (name) {
      const { connection, settings, ledgerSchema } = yield* find(name)
      return yield* Effect.scoped(
        Effect.flatMap(located(locate, connection, settings), server =>
          Effect.mapError(Objects.read(server, ledgerSchema), errorOf(connection, "read the catalog"))
        )
      )
    }),
    make: Effect.fn("Scratch.make")(function* (name) {
      const entry = yield* find(name)
      const { connection, settings, ledgerSchema } = entry
      const live = yield* located(locate, connection, settings)
      const host = elsewhere === undefined ? live : yield* located(locate, connection, elsewhere)
      const database = yield* created(connection, live, host)
      const server: Server = { ...host, database }
      const store = yield* Connections.open({ ...entry, settings: server }, () => Effect.succeed(server))
      const made: Made = {
        store,
        address: address(server),
        objects: Effect.mapError(Objects.read(server, ledgerSchema), errorOf(connection, "read the catalog"))
      }
      return made
    })
  })
}

const located = (locate: Connections.Locate, { name, address }: Connection, settings: PostgresqlSettings) =>
  Effect.mapError(
    locate(settings),
    ({ message }) => new ConnectionUnreachable({ connection: name, address, reason: message })
  )

/**
 * A database of no name that anybody else would choose; gone when the scope closes. What earlier owners left behind
 * because they were killed goes now.
 */
const created = (
  connection: Connection,
  live: Server,
  host: Server
): Effect.Effect<string, ScratchError, Scope.Scope> =>
  Effect.gen(function* () {
    const settings = yield* Effect.mapError(
      ofDatabase(live),
      errorOf(connection, "read the settings of the database")
    )
    const database = `${Leftover.prefix(live.database)}${ulid(yield* Clock.currentTimeMillis).toLowerCase()}`
    const quoted = identifier(database)
    const send = (...texts: ReadonlyArray<string>) =>
      Effect.scoped(
        Effect.flatMap(Once.connect(host), client =>
          Effect.forEach(texts, text => Once.query(client, text), { discard: true })
        )
      )
    const claiming = yield* Effect.mapError(Once.connect(host), errorOf(connection, "connect"))
    yield* Effect.mapError(
      Effect.zipRight(Leftover.remove(claiming, live.database), Leftover.claim(claiming, database)),
      errorOf(connection, "look for abandoned scratch databases")
    )
    yield* Effect.acquireRelease(
      Effect.mapError(send(`CREATE DATABASE ${quoted} TEMPLATE template0`), fault =>
        fault._tag === "Refused" && fault.code === "42501"
          ? new RequestInvalid({ problems: [mayNot(host)] })
          : errorOf(connection, "create the scratch database")(fault)
      ),
      () => Effect.ignoreLogged(send(`DROP DATABASE IF EXISTS ${quoted} WITH (FORCE)`))
    )
    // What the live database says of every session, such as its search path, decides where things come to stand.
    yield* Effect.mapError(
      send(...settings.map(([name, value]) => `ALTER DATABASE ${quoted} SET ${name} = ${value}`)),
      errorOf(connection, "prepare the scratch database")
    )
    return database
  })

const mayNot = (host: Server): string =>
  `${host.username} may not create a scratch database on ${host.host}:${host.port}: grant it (ALTER ROLE ${identifier(host.username)} CREATEDB), or name another server where that is allowed (--scratch-url postgres://user@host/postgres)`

/** `ALTER DATABASE … SET` of the live database: the search path, which is all that changes where things stand. */
const ofDatabase = (
  live: Server
): Effect.Effect<ReadonlyArray<readonly [name: string, value: string]>, Fault.Fault> =>
  Effect.scoped(
    Effect.flatMap(Once.connect(live), client =>
      Effect.map(
        Once.query<{ readonly setting: string }>(
          client,
          `SELECT u.setting FROM pg_catalog.pg_db_role_setting s JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase, unnest(s.setconfig) AS u(setting)
WHERE d.datname = current_database() AND s.setrole = 0 AND u.setting LIKE 'search_path=%'`
        ),
        rows => rows.map(({ setting }) => ["search_path", setting.slice("search_path=".length)] as const)
      )
    )
  )

const errorOf =
  (connection: Connection, action: string) =>
  (fault: Fault.Fault): ConnectionUnreachable | StoreRefused =>
    fault._tag === "Lost"
      ? new ConnectionUnreachable({
          connection: connection.name,
          address: connection.address,
          reason: fault.reason,
          ...(fault.code === undefined ? {} : { code: fault.code })
        })
      : new StoreRefused({ connection: connection.name, action, reason: fault.reason, code: fault.code })
