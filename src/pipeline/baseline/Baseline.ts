import * as Effect from "effect/Effect"
import { CurrentActor } from "../../domain/Actor.ts"
import * as Backend from "../../domain/Backend.ts"
import { type BaselineReport, compare } from "../../domain/Baseline.ts"
import { ConnectionUnknown, NotSupported, RequestInvalid } from "../../domain/Errors.ts"
import { canonical } from "../../domain/Identity.ts"
import { Connections } from "../../ports/Connections.ts"
import { Scratch } from "../../ports/Scratch.ts"
import * as Entering from "../adoption/Entering.ts"
import type { Entry } from "../adoption/Entries.ts"
import type * as Graph from "../plan/Graph.ts"
import * as Placement from "../plan/Placement.ts"
import * as World from "../plan/World.ts"
import * as Rebuild from "./Rebuild.ts"

export interface Request {
  readonly connection: string
  /** The last version that the database has; all where absent. */
  readonly to: string | undefined
  /** Template variables of the scripts. */
  readonly variables: Readonly<Record<string, string>>
}

/** What is found out before anything is written. */
export interface Verified {
  readonly entries: ReadonlyArray<Entry>
  readonly report: BaselineReport
}

/**
 * Runs the migrations in a scratch database and holds what they make against the live one. The live database is
 * only read.
 */
export const verify = Effect.fn("Baseline.verify")(function* ({ connection: name, to, variables }: Request) {
  const { configured } = yield* Connections
  const connection = configured.get(name)
  if (connection === undefined) {
    return yield* new ConnectionUnknown({ connection: name, configured: [...configured.keys()] })
  }
  if (!Backend.capabilities[connection.backend].rebuildable) {
    return yield* new NotSupported({
      connection: name,
      action: "be a baseline",
      reason: `it is ${connection.backend}: only ${Backend.able(can => can.rebuildable)} can be rebuilt and compared; say what is applied with bfm resolve`
    })
  }
  if (to !== undefined && !/^\d{14}$/.test(to)) {
    return yield* new RequestInvalid({ problems: ["--to is a version of 14 digits"] })
  }
  const world = yield* World.read([name], "up")
  const entry = World.lookup(world)
  const nodes: Array<Graph.Node> = []
  const entries: Array<Entry> = []
  const waiting: Array<string> = []
  for (const migration of world.catalog.migrations) {
    if (migration.connection !== name) continue
    const schema = Placement.home(migration, connection)
    const wanted = to === undefined || migration.version <= to
    if (schema === undefined) {
      if (wanted) waiting.push(canonical(migration))
      continue
    }
    const found = entry(migration, schema)
    if (found?.state === "running") {
      return yield* new RequestInvalid({
        problems: [`${canonical(migration)} was interrupted: end that first (bfm migrate up, or bfm resolve)`]
      })
    }
    if (wanted || found !== undefined) nodes.push({ migration, schema, rank: 0 })
    if (wanted && found === undefined) {
      entries.push({ migration, schema, at: undefined, actor: "", method: "cli" })
    }
  }
  const report: BaselineReport = {
    connection: name,
    scratch: "",
    rebuilt: 0,
    agrees: true,
    differences: [],
    waiting,
    done: false,
    trusted: false,
    entries: entries.map(({ migration, schema }) => ({
      migration_id: canonical(migration),
      schema,
      version: migration.version,
      name: migration.name,
      connection: name,
      actor: "",
      method: "cli"
    })),
    known: nodes.length - entries.length,
    run_id: ""
  }
  // Also where there is nothing to mark: whoever has imported a history wants to know whether it is true.
  if (nodes.length === 0) return { entries, report } satisfies Verified
  return {
    entries,
    report: { ...report, rebuilt: nodes.length, ...(yield* held(world, name, nodes, variables)) }
  } satisfies Verified
})

/** What the migrations make, held against what is there. */
const held = (
  world: World.World,
  name: string,
  nodes: ReadonlyArray<Graph.Node>,
  variables: Readonly<Record<string, string>>
) =>
  Effect.scoped(
    Effect.gen(function* () {
      const scratch = yield* Scratch
      const made = yield* scratch.make(name)
      const failure = yield* Rebuild.run(world, made.store, nodes, variables)
      if (failure !== undefined) return { scratch: made.address, agrees: false, differences: [], failure }
      const [live, rebuilt] = yield* Effect.all([scratch.objects(name), made.objects], { concurrency: 2 })
      const differences = compare(live, rebuilt)
      return { scratch: made.address, agrees: differences.length === 0, differences }
    })
  )

/** Marks the migrations as applied; who did so, and whether it was verified, stays in ledger and history. */
export const carryOut = Effect.fn("Baseline.carryOut")(function* ({ entries, report }: Verified) {
  const { name, method } = yield* CurrentActor
  const trusted = !report.agrees
  const how = trusted ? "baseline, trusted" : "baseline, verified"
  const runId = yield* Entering.enter(entries, { name: `${name} (${how})`, method })
  const done: BaselineReport = { ...report, done: entries.length > 0, trusted, run_id: runId }
  return done
})
