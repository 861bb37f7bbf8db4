import * as fs from "node:fs"
import * as path from "node:path"
import { performance } from "node:perf_hooks"
import pg from "pg"
import * as Bfm from "../Bfm.ts"
import * as Command from "../Command.ts"
import type { Context } from "../Context.ts"
import * as Report from "../Report.ts"
import * as Rounds from "../Rounds.ts"
import { ask } from "../Server.ts"

/** Schemas that are worked on at the same time, by us and by the bare client. */
const lanes = 8

const change = [
  "CREATE TABLE settings (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL)",
  "CREATE INDEX settings_name ON settings (name)",
  "INSERT INTO settings (name) VALUES ('currency')"
]

const name = (n: number): string => `tenant_${String(n).padStart(5, "0")}`

const names = (count: number): string =>
  `SELECT 'tenant_' || lpad(n::text, 5, '0') FROM generate_series(1, ${count}) n ORDER BY 1`

/** One schema for each customer: how fast, how it grows, and what it costs when there is nothing to do. */
export const run = async (context: Context): Promise<ReadonlyArray<Report.Row>> => {
  const [, many] = context.options.tenants
  const rows: Array<Report.Row> = []
  for (const count of context.options.tenants) {
    const rounds = count === many ? context.options.rounds : 1
    context.tell(`one migration in ${count} tenants, ${rounds} rounds`)
    const found = await Rounds.inTurn(rounds, {
      bfm: () => apply(context, count),
      bare: () => bare(context, count)
    })
    const [bfm, reference] = [found["bfm"] ?? [], found["bare"] ?? []]
    // Rates are compared as they were promised: ours over theirs.
    const ratio = 1 / Rounds.ratio(bfm, reference)
    rows.push({
      what: `one migration of ${change.length} statements in ${count} tenants, ${lanes} at once`,
      figure: `${rate(count, Rounds.of(bfm))}`,
      reference: `bare pg ${rate(count, Rounds.of(reference))}`,
      ratio,
      ...(count === many ? { target: "≥ 0.8 of the rate", met: ratio >= 0.8 } : {})
    })
  }
  rows.push(...(await nothing(context)), ...(await planned(context)))
  return rows
}

const rate = (count: number, milliseconds: number): string =>
  `${Math.round((count * 1_000) / milliseconds)}/s`

interface Team {
  readonly target: string
  readonly command: (...args: ReadonlyArray<string>) => Command.Command
}

/** A fresh database with so many tenants, and so many migrations for each of them. */
const team = async (context: Context, count: number, migrations: number): Promise<Team> => {
  const { server, bfm, files } = context
  const [target, state] = [server.url(await server.fresh()), server.url(await server.fresh())]
  const sfm = fs.mkdtempSync(path.join(files.tenants, "sfm-"))
  const folder = path.join(sfm, "postgresql", "core")
  fs.mkdirSync(folder, { recursive: true })
  for (let n = 0; n < migrations; n++) {
    const text = n === 0 ? `${change.join(";\n")};` : `CREATE TABLE t${n} (id bigint PRIMARY KEY);`
    fs.writeFileSync(
      path.join(folder, `${20250101000000 + n}_change_${n}.up.sql`),
      `-- bfm-schema: dynamic\n${text}\n`
    )
  }
  const places = { target, state }
  return {
    target,
    command: (...args) => ({
      ...bfm.command(args, places),
      env: {
        ...bfm.command(args, places).env,
        ...Bfm.environment(places, sfm),
        CORE_TENANTS: names(count),
        BFM_DB_MAX_OPEN_CONNS: String(lanes)
      }
    })
  }
}

const schemas = (url: string, count: number) =>
  ask(
    url,
    `DO $$ BEGIN FOR n IN 1..${count} LOOP EXECUTE 'CREATE SCHEMA tenant_' || lpad(n::text, 5, '0'); IF n % 500 = 0 THEN COMMIT; END IF; END LOOP; END $$`
  )

const everywhere = ["migrate", "up", "--schema", "all", "--concurrency", String(lanes)] as const

const apply = async (context: Context, count: number): Promise<Rounds.Sample> => {
  const { target, command } = await team(context, count, 1)
  await schemas(target, count)
  return Command.measure(context.server, command(...everywhere))
}

/** The same statements with a ledger row each, one message a tenant, over as many sessions. */
const bare = async (context: Context, count: number): Promise<Rounds.Sample> => {
  const target = context.server.url(await context.server.fresh())
  await schemas(target, count)
  await ask(
    target,
    "CREATE TABLE ledger (migration text, schema text, checksum text, PRIMARY KEY (migration, schema))"
  )
  const began = performance.now()
  let next = 0
  const work = async () => {
    const client = new pg.Client({ connectionString: target })
    await client.connect()
    for (let n = ++next; n <= count; n = ++next) {
      await client.query(
        `BEGIN; SET LOCAL search_path TO ${name(n)}, public; ${change.join("; ")}; INSERT INTO public.ledger VALUES ('20250101000000_change_0', '${name(n)}', '${"0".repeat(64)}'); COMMIT`
      )
    }
    await client.end()
  }
  await Promise.all(Array.from({ length: lanes }, work))
  return { wall: performance.now() - began }
}

const nothing = async (context: Context): Promise<ReadonlyArray<Report.Row>> => {
  const count = context.options.idleTenants
  context.tell(`nothing to do in ${count} tenants`)
  const { target, command } = await team(context, count, 1)
  await schemas(target, count)
  await Command.run(command(...everywhere))
  const samples: Array<Rounds.Sample> = []
  for (let round = 0; round < context.options.rounds; round++)
    samples.push(await Command.measure(context.server, command(...everywhere)))
  const wall = Rounds.of(samples)
  return [
    {
      ...Report.plain(`nothing to do in ${count} tenants`, Report.seconds(wall)),
      target: "< 1 s",
      met: wall < 1_000
    }
  ]
}

const planned = async (context: Context): Promise<ReadonlyArray<Report.Row>> => {
  const count = context.options.plannedTenants
  context.tell(`planning 20 migrations in ${count} tenants`)
  const { command } = await team(context, count, 20)
  const plan = command("migrate", "plan", "--schema", "all")
  const samples: Array<Rounds.Sample> = []
  for (let round = 0; round < context.options.rounds; round++)
    samples.push(await Command.measure(context.server, plan))
  const memory = await Command.peakMemory(plan, context.files.memoryReport)
  const wall = Rounds.of(samples)
  return [
    {
      ...Report.plain(`plan 20 migrations in ${count} tenants`, Report.seconds(wall)),
      target: "< 2 s",
      met: wall < 2_000
    },
    {
      ...Report.plain("  peak memory", Report.megabytes(memory)),
      target: "< 400 MB",
      met: memory < 400 * 1_024
    }
  ]
}
