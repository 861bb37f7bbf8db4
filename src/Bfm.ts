import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ModulesRegistry from "./adapters/modules/Registry.ts"
import * as Config from "./Config.ts"
import { ConfigInvalid } from "./domain/Errors.ts"
import type { Migration } from "./domain/Migration.ts"
import { prefixOf } from "./domain/Variable.ts"
import * as Main from "./Main.ts"

export * from "./interfaces/library/Bfm.ts"

/** Everything that `Bfm.up` and the others need. */
export type Environment = Main.Environment

/** What was chosen because nothing was said, and what has no effect, goes to the application's log. */
const said = ({ notices, warnings }: Config.BfmConfig): Effect.Effect<void> =>
  Effect.zipRight(
    Effect.forEach(notices, notice => Effect.logInfo(notice)),
    Effect.forEach(warnings, warning => Effect.logWarning(warning), { discard: true })
  )

/**
 * A trial at the terminal may run in the embedded database without being told so. An application that
 * lacks a variable must not: it would migrate a database of its own and go on with another one.
 */
const meant = (config: Config.BfmConfig): Effect.Effect<void, ConfigInvalid> =>
  config.connectionsByDefault
    ? new ConfigInvalid({
        problems: [...config.connections.keys()].map(name => {
          const variable = prefixOf(name)
          return {
            variable: `${variable}_DB_HOST`,
            reason: `is not set, nor ${variable}_DB_URL: an application names its connections (${variable}_DB_HOST=embedded for the embedded PostgreSQL)`
          }
        })
      })
    : Effect.void

/**
 * Connections, state and lock from the environment variables (and `.env`), as the command line reads them;
 * the migrations from the SFM directory.
 */
export const layer: Layer.Layer<Environment, ConfigInvalid> = Layer.unwrapEffect(
  Config.load.pipe(Effect.tap(said), Effect.tap(meant), Effect.map(Main.layer))
)

/**
 * The same for an application that carries its migrations: the registry that `bfm build` wrote. No SFM
 * directory is read. `environment` replaces the process's variables.
 */
export const layerModules = (
  migrations: ReadonlyArray<Migration>,
  environment?: Readonly<Record<string, string | undefined>>
): Layer.Layer<Environment, ConfigInvalid> =>
  Layer.unwrapEffect(
    Effect.gen(function* () {
      const variables = environment ?? (yield* Config.processEnvironment)
      const config = yield* Config.decode(variables, Config.sourcesOf(migrations))
      yield* said(config)
      yield* meant(config)
      return Layer.merge(Main.stores(config), ModulesRegistry.layerModules(migrations))
    })
  )
