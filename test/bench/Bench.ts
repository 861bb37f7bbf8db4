import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as Effect from "effect/Effect"
import * as TestServer from "../fixtures/TestServer.ts"
import * as Bfm from "./Bfm.ts"
import type { Context, Files } from "./Context.ts"
import * as Corpus from "./Corpus.ts"
import * as Apply from "./cases/Apply.ts"
import * as History from "./cases/History.ts"
import * as Latency from "./cases/Latency.ts"
import * as Nothing from "./cases/Nothing.ts"
import * as Plan from "./cases/Plan.ts"
import * as Serve from "./cases/Serve.ts"
import * as Start from "./cases/Start.ts"
import * as Tenants from "./cases/Tenants.ts"
import * as Options from "./Options.ts"
import * as Report from "./Report.ts"
import * as Rounds from "./Rounds.ts"
import * as Server from "./Server.ts"
import * as Tools from "./Tools.ts"

export interface Place {
  readonly root: string
  /** Where our own programs were built, and where what was downloaded stays. */
  readonly cache: string
  readonly args: ReadonlyArray<string>
}

const parts = {
  apply: Apply.run,
  nothing: Nothing.run,
  plan: Plan.run,
  latency: Latency.run,
  serve: Serve.run,
  start: Start.run,
  history: History.run,
  tenants: Tenants.run
}

/** Runs the benchmark and says the exit code: 0 also where a target was missed. */
export const main = async (place: Place): Promise<number> => {
  const options = Options.parse(place.args)
  if (typeof options === "string") {
    console.log(options)
    return options === Options.usage ? 1 : 0
  }
  const work = fs.mkdtempSync(path.join(os.tmpdir(), "bfm-bench-"))
  try {
    await Effect.runPromise(
      Effect.scoped(
        Effect.flatMap(TestServer.startWith([]), address =>
          Effect.promise(() => measure(place, options, work, address))
        )
      )
    )
    return 0
  } finally {
    fs.rmSync(work, { recursive: true, force: true })
  }
}

const measure = async (
  place: Place,
  options: Options.Options,
  work: string,
  address: TestServer.Address
): Promise<void> => {
  const server = await Server.make(address)
  const changes = Corpus.changes(options.migrations)
  const context: Context = {
    options,
    server,
    changes,
    bfm: Bfm.make(place.root, path.join(work, "sfm"), work),
    psql: Tools.psql(),
    dbmate: Tools.dbmate(place.cache),
    nodePgMigrate: Tools.nodePgMigrate(place.cache),
    liquibase: Tools.liquibase(place.cache),
    files: write(place, work, changes),
    tell: text => process.stderr.write(`${text}\n`)
  }
  const machine = surroundings(context, work)
  console.log(machine)
  const rows: Array<Report.Row> = []
  for (const group of Options.groups)
    if (options.groups.has(group)) rows.push(...(await parts[group](context)))
  console.log(Report.render(rows))
  console.log(Report.reading)
  if (options.write) {
    const report = path.join(place.root, "docs", "benchmarks.md")
    fs.writeFileSync(report, Report.document(machine, rows))
    // As all other documents are.
    spawnSync(path.join(place.root, "node_modules", ".bin", "biome"), ["format", "--write", report])
  }
  await server.close()
}

const write = (place: Place, work: string, changes: ReadonlyArray<Corpus.Change>): Files => {
  const files: Files = {
    psqlScript: path.join(work, "all.sql"),
    dbmateDirectory: path.join(work, "dbmate"),
    nodePgMigrateDirectory: path.join(work, "node-pg-migrate"),
    liquibaseDirectory: path.join(work, "liquibase"),
    tenants: fs.mkdtempSync(path.join(work, "tenants-")),
    planner: path.join(place.cache, "planner.cjs"),
    proxy: path.join(place.cache, "proxy.mjs"),
    load: path.join(place.cache, "load.mjs"),
    bareServer: path.join(place.cache, "bare-server.mjs"),
    memoryReport: path.join(work, "memory.cjs")
  }
  Corpus.writeSfm(path.join(work, "sfm"), changes)
  Corpus.writeDbmate(files.dbmateDirectory, changes)
  Corpus.writeNodePgMigrate(files.nodePgMigrateDirectory, changes)
  Corpus.writeLiquibase(files.liquibaseDirectory, changes)
  fs.writeFileSync(files.psqlScript, Corpus.psqlScript(changes))
  fs.writeFileSync(
    files.memoryReport,
    'process.on("exit", () => require("node:fs").writeSync(2, "RSS=" + process.resourceUsage().maxRSS))'
  )
  return files
}

/** What the figures depend on beside the programs. */
const surroundings = ({ server, psql, dbmate, nodePgMigrate, liquibase }: Context, work: string): string =>
  [
    `PostgreSQL ${server.version} of our own on loopback, fsync on (fdatasync ${fdatasync(work).toFixed(2)} ms)`,
    `Node ${process.versions.node}`,
    ...[psql, dbmate, nodePgMigrate, liquibase].map(tool => (tool._tag === "Found" ? tool.name : tool.help)),
    `${os.cpus().length} cores, load ${os.loadavg()[0]?.toFixed(1)}`
  ].join(" · ")

/** Milliseconds that the disk takes to keep a page. */
const fdatasync = (directory: string): number => {
  const file = fs.openSync(path.join(directory, "page"), "w")
  const page = Buffer.alloc(8_192)
  const times = Array.from({ length: 50 }, () => {
    const began = performance.now()
    fs.writeSync(file, page)
    fs.fdatasyncSync(file)
    return performance.now() - began
  })
  fs.closeSync(file)
  return Rounds.median(times)
}
