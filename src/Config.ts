import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { parseEnv } from "node:util"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { defaultPool, type PoolLimits } from "./adapters/postgresql/Settings.ts"
import * as Connections from "./config/Connections.ts"
import * as Dev from "./config/Dev.ts"
import * as Lock from "./config/Lock.ts"
import * as Reader from "./config/Reader.ts"
import * as Remote from "./config/Remote.ts"
import * as Server from "./config/Server.ts"
import * as State from "./config/State.ts"
import * as Variables from "./config/Variables.ts"
import * as Backend from "./domain/Backend.ts"
import { ConfigInvalid } from "./domain/Errors.ts"
import type { Identity } from "./domain/Identity.ts"
import * as Variable from "./domain/Variable.ts"

/** Everything that the environment says, decoded once. Passwords are redacted. */
export interface BfmConfig {
  readonly sfmPath: string
  readonly dataDir: string
  readonly state: State.StateConfig
  /** Where runs lock each other out. */
  readonly lock: Lock.LockConfig
  readonly connections: ReadonlyMap<string, Connections.ConnectionConfig>
  /** Nothing was said about connections: those of the sources are placed in the embedded PostgreSQL. */
  readonly connectionsByDefault: boolean
  /** Milliseconds to wait for another run to end. */
  readonly lockWait: number
  /** Template variables of every run, under lower-case names. */
  readonly variables: Readonly<Record<string, string>>
  /** What was chosen because nothing was said. */
  readonly notices: ReadonlyArray<string>
  /** What was said and has no effect. */
  readonly warnings: ReadonlyArray<string>
}

/** The same of a service. */
export type ServiceConfig = BfmConfig & { readonly server: Server.ServerConfig }

/** The same of a service that is only tried. */
export type DevConfig = Omit<Dev.Dev, "environment"> & { readonly config: ServiceConfig }

/** The same of a worker. */
export type WorkerConfig = BfmConfig & { readonly worker: Server.WorkerConfig }

/** Decodes an environment, or says everything that is wrong with it. */
export const decode = (
  environment: Reader.Environment,
  sources: Connections.Sources
): Either.Either<BfmConfig, ConfigInvalid> => decodeWith(environment, sources, () => ({}))

/** Decodes what a service needs too. */
export const decodeService = (
  environment: Reader.Environment,
  sources: Connections.Sources
): Either.Either<ServiceConfig, ConfigInvalid> =>
  decodeWith(environment, sources, reader => ({ server: Server.decode(reader) }))

/** Decodes what a worker needs too. */
export const decodeWorker = (
  environment: Reader.Environment,
  sources: Connections.Sources
): Either.Either<WorkerConfig, ConfigInvalid> =>
  decodeWith(environment, sources, reader => ({ worker: Server.decodeWorker(reader) }))

const decodeWith = <A extends object>(
  environment: Reader.Environment,
  sources: Connections.Sources,
  more: (reader: Reader.Reader) => A
): Either.Either<BfmConfig & A, ConfigInvalid> => {
  const reader = Reader.make(environment)
  const pool = decodePool(reader)
  const state = State.decode(reader, environment, pool)
  const configured = Connections.decode(reader, environment, sources, pool)
  // Beside a state that others share nobody means a database of this machine.
  const nothing = configured.size === 0 && reader.problems().length === 0 && State.isEmbedded(state)
  if (nothing) Connections.emptied(reader, environment, sources)
  const connections = nothing ? Connections.embedded(reader, sources, pool) : configured
  const config = {
    sfmPath: sfmPath(environment),
    dataDir: reader.text("BFM_DATA_DIR") ?? ".bfm",
    state,
    lock: Lock.decode(reader),
    connections,
    connectionsByDefault: nothing && connections.size > 0,
    lockWait: reader.duration("BFM_LOCK_TIMEOUT", 30_000),
    variables: Variables.templateVariables(environment)
  }
  const added = more(reader)
  // Read where they are needed before the rest is.
  reader.text("BFM_SFM_PATH")
  reader.text("BFM_ACTOR")
  const prefixes = [...sources.keys(), ...connections.keys()].map(Variable.prefixOf)
  const misspelt = Variables.misspelt(environment, new Set(prefixes))
  const meant = nothing && misspelt.some(({ variable }) => Connections.isOf(sources, variable))
  if (reader.problems().length > 0 || meant) {
    // A misspelt name is often the reason of a missing one.
    return Either.left(new ConfigInvalid({ problems: [...reader.problems(), ...misspelt] }))
  }
  return Either.right({
    ...config,
    ...added,
    notices: notices(config, nothing),
    warnings: [
      ...misspelt.map(({ variable, reason }) => `${variable} ${reason}`),
      ...Variables.unused(environment, reader, new Set(prefixes)),
      ...Connections.lookAlikes(reader, environment, sources),
      ...(connections.size === 0 ? Connections.strays(environment) : [])
    ]
  })
}

const sfmPath = (environment: Reader.Environment): string => environment.BFM_SFM_PATH?.trim() || "./sfm"

const notices = (
  { state, dataDir, connections }: Pick<BfmConfig, "state" | "dataDir" | "connections">,
  nothing: boolean
): ReadonlyArray<string> => [
  ...(state.byDefault
    ? [`no BFM_STATE_* variable is set: the state is kept in the embedded PostgreSQL, data in ${dataDir}`]
    : []),
  ...(nothing && connections.size > 0
    ? [
        `no connection is configured: ${[...connections.keys()].join(", ")} ${connections.size === 1 ? "is" : "are"} placed in the embedded PostgreSQL`
      ]
    : [])
]

const minute = 60_000

const decodePool = (reader: Reader.Reader): PoolLimits => {
  const integer = (name: string, fallback: number, atLeast = 0) =>
    reader.integer(`BFM_DB_${name}`, fallback, atLeast)
  const maxConnections = integer("MAX_OPEN_CONNS", defaultPool.maxConnections, 1)
  const idleSeconds = integer("CONN_MAX_IDLE_TIME_SECONDS", 0)
  const idleMinutes = integer("CONN_MAX_IDLE_TIME_MINUTES", defaultPool.maxIdleTime / minute)
  return {
    maxConnections,
    idleConnections: Math.min(maxConnections, integer("MAX_IDLE_CONNS", defaultPool.idleConnections)),
    maxLifetime: integer("CONN_MAX_LIFETIME_MINUTES", defaultPool.maxLifetime / minute) * minute,
    maxIdleTime: idleSeconds > 0 ? idleSeconds * 1_000 : idleMinutes * minute
  }
}

/** The real environment, over what `.env` in the working directory says. The only reader of `process.env`. */
export const processEnvironment: Effect.Effect<Reader.Environment, ConfigInvalid> = Effect.suspend(() =>
  Effect.map(dotEnv, text => merge(process.env, text))
)

const dotEnv: Effect.Effect<string, ConfigInvalid> = Effect.catchAll(
  Effect.tryPromise({ try: () => readFile(".env", "utf8"), catch: cause => Object(cause).code }),
  code =>
    code === "ENOENT"
      ? Effect.succeed("")
      : new ConfigInvalid({ problems: [{ variable: ".env", reason: `cannot be read (${code})` }] })
)

/** A variable that is really set wins over the file, also when it is empty. */
export const merge = (environment: Reader.Environment, dotEnv: string): Reader.Environment => {
  const merged: Record<string, string | undefined> = { ...parseEnv(dotEnv) }
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined) merged[name] = value
  }
  return merged
}

/** The SFM directory, for what needs nothing else of the configuration. */
export const sfmDirectory: Effect.Effect<string, ConfigInvalid> = Effect.map(processEnvironment, sfmPath)

/** The service that is to carry commands out, where one is named. */
export const remote: Effect.Effect<Remote.Named, ConfigInvalid> = Effect.map(processEnvironment, Remote.named)

/** The directories `{sfm}/{backend}/{connection}`; nothing when there is no such directory. */
export const sources = (environment: Reader.Environment): Effect.Effect<Connections.Sources> =>
  Effect.gen(function* () {
    const found = new Map<string, Set<Backend.Backend>>()
    const directories = (path: string) =>
      Effect.orElseSucceed(
        Effect.tryPromise(async () =>
          (await readdir(path, { withFileTypes: true }))
            .filter(entry => !entry.isFile() && !entry.name.startsWith("."))
            .map(entry => entry.name)
        ),
        () => []
      )
    const root = sfmPath(environment)
    for (const directory of yield* directories(root)) {
      const backend = Backend.parse(directory)
      if (backend === undefined) continue
      for (const connection of yield* directories(join(root, directory))) {
        found.set(connection, (found.get(connection) ?? new Set()).add(backend))
      }
    }
    return found
  })

/** The same for migrations that are at hand. */
export const sourcesOf = (migrations: ReadonlyArray<Identity>): Connections.Sources => {
  const found = new Map<string, Set<Backend.Backend>>()
  for (const { connection, backend } of migrations) {
    found.set(connection, (found.get(connection) ?? new Set()).add(backend))
  }
  return found
}

/** The configuration of this process: its environment, `.env` and the SFM directory's connections. */
export const load: Effect.Effect<BfmConfig, ConfigInvalid> = Effect.suspend(() => loadFrom(undefined))

/** The same with another SFM directory than the environment's, where one is named. */
export const loadFrom = (sfm: string | undefined): Effect.Effect<BfmConfig, ConfigInvalid> =>
  Effect.gen(function* () {
    const found = yield* processEnvironment
    const environment = sfm === undefined ? found : { ...found, BFM_SFM_PATH: sfm }
    return yield* decode(environment, yield* sources(environment))
  })

/** The same of a service. */
export const loadService: Effect.Effect<ServiceConfig, ConfigInvalid> = Effect.gen(function* () {
  const environment = yield* processEnvironment
  return yield* decodeService(environment, yield* sources(environment))
})

/** The same of a service that is only tried; `embedded`: without any database but the embedded one. */
export const loadDev = (kind: "configured" | "embedded"): Effect.Effect<DevConfig, ConfigInvalid> =>
  Effect.gen(function* () {
    const found = yield* processEnvironment
    const known = yield* sources(found)
    const { environment, ...dev } = kind === "embedded" ? Dev.embedded(found, known) : Dev.make(found)
    return { ...dev, config: yield* decodeService(environment, known) }
  })

/** The same of a worker. */
export const loadWorker: Effect.Effect<WorkerConfig, ConfigInvalid> = Effect.gen(function* () {
  const environment = yield* processEnvironment
  return yield* decodeWorker(environment, yield* sources(environment))
})
