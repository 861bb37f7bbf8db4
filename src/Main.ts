import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Embedded from "./adapters/embedded/Server.ts"
import * as FilesRegistry from "./adapters/files/Registry.ts"
import * as ForeignHistory from "./adapters/foreign/History.ts"
import * as Postgresql from "./adapters/postgresql/Connections.ts"
import * as PostgresqlScratch from "./adapters/postgresql/Scratch.ts"
import type { PostgresqlSettings, Server } from "./adapters/postgresql/Settings.ts"
import * as PredecessorState from "./adapters/predecessor/State.ts"
import * as StateSql from "./adapters/state-sql/StateSql.ts"
import * as ConnectionsOf from "./adapters/store/Connections.ts"
import type { BfmConfig } from "./Config.ts"
import type { ConnectionConfig } from "./config/Connections.ts"
import type { LockConfig } from "./config/Lock.ts"
import type { Place } from "./config/Predecessor.ts"
import type { StateConfig } from "./config/State.ts"
import type { EmbeddedUnavailable } from "./domain/Errors.ts"
import type { Connections } from "./ports/Connections.ts"
import type { Fleet } from "./ports/Fleet.ts"
import type { ForeignHistory as ForeignHistoryPort } from "./ports/ForeignHistory.ts"
import type { Lock } from "./ports/Lock.ts"
import type { Predecessor } from "./ports/Predecessor.ts"
import type { Registry } from "./ports/Registry.ts"
import { Remarks } from "./ports/Remarks.ts"
import type { Scratch as ScratchPort } from "./ports/Scratch.ts"
import { Settings } from "./ports/Settings.ts"
import type { StateStore } from "./ports/StateStore.ts"

/** Everything that the pipeline needs from outside. */
export type Environment = Registry | Connections | StateStore | Lock | Fleet | Settings

type Stores = Pick<BfmConfig, "dataDir" | "state" | "lock" | "connections" | "lockWait" | "variables">

/** Connections, state, lock and limits as configured. Building it opens nothing: the first use does. */
export const stores = (config: Stores): Layer.Layer<Connections | StateStore | Lock | Fleet | Settings> =>
  Layer.unwrapEffect(
    Effect.map(Embedded.Embedded, embedded => {
      const locate = locator(embedded)
      return Layer.merge(
        ConnectionsOf.layer(
          [...config.connections.values()].map(entry => ({
            connection: entry.connection,
            open: opened(entry, locate, config.lock)
          }))
        ),
        locked(config.lock, state(config.state, locate))
      )
    })
  ).pipe(Layer.provide(Embedded.layer(config.dataDir)), Layer.provideMerge(settings(config)))

/** All of it, with the migrations of the SFM directory. */
export const layer = (config: BfmConfig): Layer.Layer<Environment> =>
  Layer.merge(stores(config), FilesRegistry.layer(config.sfmPath))

/** The same for whoever looks at the configuration too. */
export const checkup = (config: BfmConfig): Layer.Layer<Environment> =>
  Layer.merge(layer(config), Layer.succeed(Remarks, { notices: config.notices, warnings: config.warnings }))

/** The old records; nothing is connected to before they are read. */
export const predecessor = ({ dataDir }: BfmConfig, place: Place): Layer.Layer<Predecessor> =>
  Layer.unwrapEffect(
    Effect.map(Embedded.Embedded, embedded => PredecessorState.layer({ ...place, locate: locator(embedded) }))
  ).pipe(Layer.provide(Embedded.layer(dataDir)))

/** The histories of other tools; nothing is connected to before one is read. */
export const foreign = ({ dataDir, connections }: BfmConfig): Layer.Layer<ForeignHistoryPort> =>
  Layer.unwrapEffect(
    Effect.map(Embedded.Embedded, embedded =>
      ForeignHistory.layer({
        connections: [...connections.values()].map(entry => ({
          connection: entry.connection,
          ...(entry.backend === "postgresql" ? { settings: entry.settings } : {})
        })),
        locate: locator(embedded)
      })
    )
  ).pipe(Layer.provide(Embedded.layer(dataDir)))

/** Places for scratch databases; none is made before somebody wants one. */
export const scratch = (
  { dataDir, connections }: BfmConfig,
  elsewhere: PostgresqlSettings | undefined
): Layer.Layer<ScratchPort> =>
  Layer.unwrapEffect(
    Effect.map(Embedded.Embedded, embedded => {
      const all = [...connections.values()]
      return PostgresqlScratch.layer({
        connections: all.filter(entry => entry.backend === "postgresql"),
        others: all.filter(({ backend }) => backend !== "postgresql").map(({ connection }) => connection),
        ...(elsewhere === undefined ? {} : { elsewhere }),
        locate: locator(embedded)
      })
    })
  ).pipe(Layer.provide(Embedded.layer(dataDir)))

const settings = ({ lockWait, variables }: Stores): Layer.Layer<Settings> =>
  Layer.effect(
    Settings,
    Effect.map(Settings, defaults => ({ ...defaults, lockWait, variables }))
  )

const state = (config: StateConfig, resolve: Postgresql.Locate): Layer.Layer<StateStore | Lock | Fleet> => {
  switch (config._tag) {
    case "Postgresql":
      return StateSql.layerPostgresql({ settings: config.settings, schema: config.schema, resolve })
    case "Mysql":
      return StateSql.layerMysql({ settings: config.settings })
  }
}

/** The state with its own locks, or with those of an etcd. */
const locked = (
  config: LockConfig,
  layer: Layer.Layer<StateStore | Lock | Fleet>
): Layer.Layer<StateStore | Lock | Fleet> =>
  config.backend === "etcd"
    ? Layer.provideMerge(
        Layer.unwrapEffect(
          Effect.map(
            Effect.promise(() => import("./adapters/etcd/LockService.ts")),
            service => service.layer(config)
          )
        ),
        layer
      )
    : layer

/** The adapter that opens a connection of this kind; those that few need are loaded only then. */
const opened = (entry: ConnectionConfig, locate: Postgresql.Locate, lock: LockConfig) => {
  switch (entry.backend) {
    case "postgresql":
      return Postgresql.open(entry, locate)
    case "etcd":
      // A script must not take away the lock under which it runs.
      return Effect.flatMap(
        Effect.promise(() => import("./adapters/etcd/Connections.ts")),
        etcd => etcd.open(entry, lock.backend === "etcd" ? [lock.prefix] : [])
      )
    case "greptimedb":
      return Effect.flatMap(
        Effect.promise(() => import("./adapters/greptimedb/Connections.ts")),
        greptimedb => greptimedb.open(entry)
      )
  }
}

/** Where a PostgreSQL listens; the embedded one is started when somebody wants to know. */
export const locator =
  (embedded: Embedded.Embedded["Type"]) =>
  (wanted: PostgresqlSettings): Effect.Effect<Server, EmbeddedUnavailable> =>
    wanted._tag === "Server"
      ? Effect.succeed(wanted)
      : Effect.map(embedded.ensureDatabase(wanted.database), ({ host, port, username }) => ({
          _tag: "Server",
          host,
          port,
          username,
          database: wanted.database,
          tls: "disable",
          pool: wanted.pool
        }))
