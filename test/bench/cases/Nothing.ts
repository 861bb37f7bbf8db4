import * as Command from "../Command.ts"
import * as Contestants from "../Contestants.ts"
import type { Context } from "../Context.ts"
import * as Report from "../Report.ts"
import * as Rounds from "../Rounds.ts"

/** What this shell asks of every Node that it starts; certificates alone can double the time of a start. */
const shell: Readonly<Record<string, string>> = Object.fromEntries(
  ["NODE_OPTIONS", "NODE_EXTRA_CA_CERTS"].flatMap(name => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value]]
  })
)

/** What each call of a short command costs, and how much memory the long one takes. */
export const run = async (context: Context): Promise<ReadonlyArray<Report.Row>> => {
  const { server, bfm, options, changes } = context
  const [target, state] = [await server.fresh(), await server.fresh()]
  const places = { target: server.url(target), state: server.url(state) }
  const call = (...args: ReadonlyArray<string>) => bfm.command(args, places)
  const rows: Array<Report.Row> = []
  context.tell(`memory of applying ${changes.length} migrations`)
  const applying = await Command.peakMemory(call("migrate", "up"), context.files.memoryReport)
  const nothing = await Command.peakMemory(call("migrate", "up"), context.files.memoryReport)
  // The first call of each keeps the compiled code that the next ones find.
  const calls = { up: ["migrate", "up"], status: ["status"], help: ["--help"], version: ["--version"] }
  for (const args of Object.values(calls)) await Command.run(call(...args))
  const others = await elsewhere(context)
  context.tell(`short commands, ${options.shortRounds} rounds`)
  const measure = (args: ReadonlyArray<string>) => () => Command.measure(server, call(...args))
  const bare = { file: process.execPath, args: ["-e", "0"] }
  const inShell = (command: Command.Command) => () =>
    Command.measure(server, { ...command, env: { ...command.env, ...shell } })
  const found = await Rounds.inTurn(options.shortRounds, {
    node: () => Command.measure(server, bare),
    up: measure(calls.up),
    version: measure(calls.version),
    status: measure(calls.status),
    help: measure(calls.help),
    ...Object.fromEntries(
      [...others].map(([name, command]) => [name, () => Command.measure(server, command)] as const)
    ),
    ...(Object.keys(shell).length === 0
      ? {}
      : { nodeInShell: inShell(bare), upInShell: inShell(call(...calls.up)) })
  })
  const reference = ["node -e 0", found["node"] ?? []] as const
  rows.push(
    Report.against(
      `bfm migrate up, ${changes.length} applied, nothing to do`,
      found["up"] ?? [],
      reference,
      2.5
    )
  )
  for (const name of others.keys()) {
    rows.push(
      Report.against("  the same, against another tool", found["up"] ?? [], [name, found[name] ?? []])
    )
  }
  if (found["nodeInShell"] !== undefined) {
    const what = `  the same with ${Object.keys(shell).join(" and ")} of this shell`
    rows.push(Report.against(what, found["upInShell"] ?? [], ["node -e 0", found["nodeInShell"]]))
  }
  rows.push(Report.against("bfm --version", found["version"] ?? [], reference, 1.3))
  rows.push(Report.against("bfm --help", found["help"] ?? [], reference))
  rows.push(Report.against(`bfm status, ${changes.length} applied`, found["status"] ?? [], reference))
  rows.push(
    Report.against("  nothing to do, processor time", found["up"] ?? [], reference, undefined, "client")
  )
  rows.push(Report.plain(`peak memory, migrate up, ${changes.length} pending`, Report.megabytes(applying)))
  rows.push(Report.plain("peak memory, migrate up, nothing to do", Report.megabytes(nothing)))
  return rows
}

/** Other tools where they have nothing to do, each in a database of its own. */
const elsewhere = async (context: Context): Promise<ReadonlyMap<string, Command.Command>> => {
  const { server, dbmate, nodePgMigrate, liquibase } = context
  const commands = new Map<string, Command.Command>()
  if (dbmate._tag === "Found") {
    const url = server.url(await server.fresh())
    commands.set("dbmate", Contestants.dbmateCommand(context, dbmate.file, url))
  }
  if (nodePgMigrate._tag === "Found") {
    const url = server.url(await server.fresh())
    commands.set("node-pg-migrate", Contestants.nodePgMigrateCommand(context, nodePgMigrate.file, url))
  }
  if (liquibase._tag === "Found") {
    const url = server.url(await server.fresh())
    commands.set("Liquibase", Contestants.liquibaseCommand(context, liquibase.file, url))
  }
  for (const command of commands.values()) await Command.run(command)
  return commands
}
