import * as path from "node:path"
import type { Places } from "./Bfm.ts"
import * as Command from "./Command.ts"
import type { Context } from "./Context.ts"
import * as Corpus from "./Corpus.ts"
import type { Sample } from "./Rounds.ts"
import { ask, connect } from "./Server.ts"

/** Where a contestant finds its fresh databases; behind the proxy they have other URLs. */
export type Reach = (places: Places) => Places

const directly: Reach = places => places

/** Runs a contestant against fresh databases and makes sure that it did its work. */
const contest = async (
  context: Context,
  within: string,
  command: (places: Places) => Promise<Sample>
): Promise<Sample> => {
  const { server, changes } = context
  const [target, state] = [await server.fresh(), await server.fresh()]
  const places = { target: server.url(target), state: server.url(state) }
  const sample = await command(places)
  const [row] = await ask(
    places.target,
    `SELECT count(*)::int AS n FROM pg_class WHERE relkind = 'i' AND relname ~ '^t\\d+_name$' AND relnamespace = '${within}'::regnamespace`
  )
  if (row?.["n"] !== changes.length) throw new Error(`${row?.["n"]} of ${changes.length} changes were made`)
  return sample
}

export const bfm =
  (context: Context, reach = directly) =>
  () =>
    contest(context, Corpus.schema, places =>
      Command.measure(context.server, context.bfm.command(["migrate", "up"], reach(places)))
    )

export const psql =
  (context: Context, file: string, reach = directly) =>
  () =>
    contest(context, Corpus.schema, places => {
      const { target } = reach(places)
      const args = ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", target, "-f", context.files.psqlScript]
      return Command.measure(context.server, { file, args })
    })

export const dbmate = (context: Context, file: string) => () =>
  contest(context, "public", ({ target }) => {
    return Command.measure(context.server, dbmateCommand(context, file, target))
  })

export const dbmateCommand = (context: Context, file: string, url: string): Command.Command => ({
  file,
  args: [
    ...["--url", `${url}?sslmode=disable`, "-d", context.files.dbmateDirectory],
    ...["--no-dump-schema", "migrate"]
  ]
})

/** Each migration in its own transaction, as everybody else's. */
export const nodePgMigrateCommand = (context: Context, file: string, url: string): Command.Command => ({
  file: process.execPath,
  args: [file, "up", "-m", context.files.nodePgMigrateDirectory, "--no-single-transaction", "--no-verbose"],
  env: { DATABASE_URL: url }
})

export const nodePgMigrate = (context: Context, file: string) => () =>
  contest(context, "public", ({ target }) =>
    Command.measure(context.server, nodePgMigrateCommand(context, file, target))
  )

/** `folder`: its libraries. Each change set is in its own transaction, as everybody else's. */
export const liquibaseCommand = (context: Context, folder: string, url: string): Command.Command => ({
  file: "java",
  args: [
    ...["-cp", path.join(folder, "*"), "liquibase.integration.commandline.LiquibaseCommandLine"],
    ...["--search-path", context.files.liquibaseDirectory, "--changelog-file", Corpus.liquibaseChangelog],
    ...[
      "--url",
      `jdbc:${url.replace(/^\w+:\/\/[^@]*@/, "postgresql://")}`,
      "--username",
      context.server.address.username
    ],
    ...["--show-banner=false", "--log-level=off", "update"]
  ]
})

export const liquibase = (context: Context, folder: string) => () =>
  contest(context, "public", ({ target }) =>
    Command.measure(context.server, liquibaseCommand(context, folder, target))
  )

/** Only the statements themselves, each on its own, over a connection that is open already. */
export const bare = (context: Context, reach: Reach) => () =>
  contest(context, "public", async places => {
    const client = await connect(reach(places).target)
    const began = performance.now()
    for (const { table, index } of context.changes) {
      await client.query(table)
      await client.query(index)
    }
    const wall = performance.now() - began
    await client.end()
    return { wall }
  })
