import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Embedded from "../src/adapters/embedded/Server.ts"
import * as Config from "../src/Config.ts"
import type * as Catalog from "../src/domain/Catalog.ts"
import * as Cli from "../src/interfaces/cli/Cli.ts"
import * as RenderError from "../src/interfaces/cli/RenderError.ts"
import * as Screen from "../src/interfaces/cli/Screen.ts"
import * as Text from "../src/interfaces/cli/Text.ts"
import * as Main from "../src/Main.ts"
import { Registry } from "../src/ports/Registry.ts"
import { main, program } from "./program.mts"
import { tried } from "./tried.mts"

const once = process.argv.includes("--once")

/** `sfm: 5 migrations for connection core (postgresql), 2 more for …`. */
const sources = (
  { migrations }: Catalog.Catalog,
  source: string,
  configured: ReadonlySet<string>
): string => {
  const per = new Map<string, number>()
  for (const { connection, backend } of migrations) {
    const key = configured.has(connection) ? `${connection} (${backend})` : ""
    per.set(key, (per.get(key) ?? 0) + 1)
  }
  const others = [...new Set(migrations.map(({ connection }) => connection))].filter(
    name => !configured.has(name)
  )
  const known = [...per]
    .filter(([key]) => key !== "")
    .map(([key, n]) => `${Text.count(n, "migration")} for connection ${key}`)
  const rest =
    others.length === 0
      ? []
      : [`${per.get("") ?? 0} more for connections that are not configured: ${others.join(", ")}`]
  return `${source}: ${[...known, ...rest].join(", ") || "no migrations yet"}`
}

/** One database of the embedded server, as psql takes it. */
const url = ({ host, port, username }: Embedded.Address, database: string): string =>
  `postgresql://${username}@/${database}?host=${encodeURIComponent(host)}&port=${port}`

const databasesOf = (config: Config.BfmConfig): ReadonlyArray<readonly [name: string, database: string]> =>
  [...config.connections.values()].flatMap(({ connection: { name }, ...entry }) =>
    entry.backend === "postgresql" && entry.settings._tag === "Embedded"
      ? [[name, entry.settings.database] as const]
      : []
  )

/** The first screen: what is there, what was applied, what to do next. */
const start = Effect.gen(function* () {
  const screen = yield* Screen.Screen
  const config = yield* Config.load
  const databases = databasesOf(config)
  const embedded = databases.length > 0 || config.state.settings._tag === "Embedded"
  const server = embedded ? yield* Effect.flatMap(Embedded.Embedded, ({ server }) => server) : undefined
  if (server !== undefined) {
    yield* screen.out([
      `  embedded PostgreSQL ${server.major} … ready (socket, data in ${config.dataDir})`,
      ""
    ])
  }
  const registry = yield* Registry
  const catalog = yield* registry.load
  yield* screen.out([`  ${sources(catalog, registry.source, new Set(config.connections.keys()))}`, ""])
  const code = yield* Cli.run({ ...program, env: Main.layer(config) }, ["migrate", "up"])
  const [first] = config.connections.values()
  const folder =
    first === undefined
      ? config.sfmPath
      : `${config.sfmPath.replace(/^\.\//, "")}/${first.backend}/${first.connection.name}/`
  yield* screen.out([
    "",
    "  Next:  npx bfm status",
    `         edit ${folder} and run npx bfm migrate plan`,
    '         README, "Your own database"'
  ])
  if (once) return code
  const reached =
    server === undefined
      ? []
      : ["", ...databases.map(([name, database]) => `  ${name}:  psql '${url(server, database)}'`)]
  yield* screen.out([""])
  yield* tried("configured", reached)
  return code
})

const layer = Layer.unwrapEffect(
  Effect.map(Config.load, config => Layer.merge(Embedded.layer(config.dataDir), Main.layer(config)))
)

main(
  start.pipe(
    Effect.provide(layer),
    Effect.catchAll(error =>
      Effect.gen(function* () {
        const screen = yield* Screen.Screen
        yield* screen.err(RenderError.lines(screen.style, error))
        return 1
      })
    ),
    Effect.provide(Screen.layer)
  )
)
