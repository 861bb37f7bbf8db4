import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { ulid } from "ulid"
import { CurrentActor } from "../../domain/Actor.ts"
import { PlanRejected } from "../../domain/Errors.ts"
import { canonical } from "../../domain/Identity.ts"
import type { Step } from "../../domain/Plan.ts"
import type { Failure } from "../../domain/Run.ts"
import type { RunContext, Store, Work } from "../../ports/Connections.ts"
import { Settings } from "../../ports/Settings.ts"
import * as Draft from "../plan/Draft.ts"
import * as Graph from "../plan/Graph.ts"
import * as Problem from "../plan/Problem.ts"
import * as References from "../plan/References.ts"
import type { World } from "../plan/World.ts"

/** Runs migrations in an empty database; the failure of the first that fails. */
export const run = Effect.fn("Rebuild.run")(function* (
  world: World,
  store: Store,
  nodes: ReadonlyArray<Graph.Node>,
  variables: Readonly<Record<string, string>>
) {
  const { lockWait } = yield* Settings
  const context: RunContext = {
    runId: ulid(yield* Clock.currentTimeMillis),
    actor: yield* CurrentActor,
    rehearsal: false
  }
  const survey = yield* store.survey
  const empty: World = { ...world, inspections: new Map([[survey.connection, survey]]) }
  const ordered = yield* inOrder(world, nodes)
  const { steps, problems } = yield* Draft.make(empty, () => undefined, ordered, new Map(), "up", variables)
  if (problems.length > 0) return yield* new PlanRejected({ problems })
  for (const lane of lanes(steps)) {
    const work = lane.flatMap((step): ReadonlyArray<Work> => {
      const migration = world.catalog.byId.get(step.migration_id)
      return migration === undefined ? [] : [{ step, migration }]
    })
    const failure = yield* Effect.scoped(
      Effect.flatMap(
        store.session(lane[0]?.schema ?? "", context, lockWait, () => Effect.void),
        session =>
          Effect.map(Stream.runCollect(session.run(work)), outcomes =>
            Chunk.toReadonlyArray(outcomes).flatMap(
              (outcome): ReadonlyArray<Failure> => (outcome._tag === "Failed" ? [outcome.failure] : [])
            )
          )
      )
    )
    if (failure[0] !== undefined) return failure[0]
  }
  return undefined
})

/** By version, and after what each depends on; other connections are not rebuilt. */
const inOrder = (world: World, nodes: ReadonlyArray<Graph.Node>) => {
  const byId = new Map(nodes.map(node => [canonical(node.migration), node]))
  const before = new Map(
    nodes.map(
      node =>
        [
          node,
          node.migration.dependsOn
            .flatMap(dependency => References.resolve(world.references, node.migration, dependency))
            .flatMap(migration => byId.get(canonical(migration)) ?? [])
        ] as const
    )
  )
  const graph = { nodes, before }
  const { ordered, rest } = Graph.sort(graph)
  return rest.length === 0
    ? Effect.succeed(ordered)
    : Effect.fail(new PlanRejected({ problems: [Problem.cycle(world, Graph.cycle(graph, rest))] }))
}

/** Neighbours in the same schema, which share a session. */
const lanes = (steps: ReadonlyArray<Step>): ReadonlyArray<ReadonlyArray<Step>> => {
  const found: Array<Array<Step>> = []
  for (const step of steps) {
    const last = found.at(-1)
    if (last?.[0]?.schema === step.schema) last.push(step)
    else found.push([step])
  }
  return found
}
