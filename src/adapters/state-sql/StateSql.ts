import * as Layer from "effect/Layer"
import type { Fleet as FleetPort } from "../../ports/Fleet.ts"
import type { Lock as LockPort } from "../../ports/Lock.ts"
import type { StateStore as StateStorePort } from "../../ports/StateStore.ts"
import * as Database from "./Database.ts"
import type { Dialect } from "./Dialect.ts"
import * as Fleet from "./Fleet.ts"
import * as Lock from "./Lock.ts"
import * as Mysql from "./mysql/Dialect.ts"
import * as Postgresql from "./postgresql/Dialect.ts"
import * as StateStore from "./StateStore.ts"

/** State and locks in PostgreSQL. Building it connects to nothing: the first use does. */
export const layerPostgresql = (
  options: Postgresql.Options
): Layer.Layer<StateStorePort | LockPort | FleetPort> => layer(Postgresql.make(options))

/** The same in MySQL or MariaDB; the first use also loads the driver. */
export const layerMysql = (options: Mysql.Options): Layer.Layer<StateStorePort | LockPort | FleetPort> =>
  layer(Mysql.make(options))

const layer = (dialect: Dialect): Layer.Layer<StateStorePort | LockPort | FleetPort> =>
  Layer.provide(Layer.mergeAll(StateStore.layer, Lock.layer, Fleet.layer), Database.layer(dialect))
