import * as Effect from "effect/Effect"
import { ConnectionUnknown, MigrationChanged, type PlanProblem, PlanRejected } from "../../domain/Errors.ts"
import { canonical } from "../../domain/Identity.ts"
import type { Plan } from "../../domain/Plan.ts"
import type { DownRequest, Order, UpRequest } from "../../domain/Request.ts"
import { Connections } from "../../ports/Connections.ts"
import * as Changed from "./Changed.ts"
import * as Choose from "./Choose.ts"
import * as Draft from "./Draft.ts"
import * as Find from "./Find.ts"
import type * as Graph from "./Graph.ts"
import * as Preview from "./Preview.ts"
import * as Problem from "./Problem.ts"
import * as Resolve from "./Resolve.ts"
import * as RollBack from "./RollBack.ts"
import * as Scope from "./Scope.ts"
import * as Select from "./Select.ts"
import * as Undo from "./Undo.ts"
import * as World from "./World.ts"

/** What applying the request would do now: nothing is changed, no lock is taken. */
export const up = Effect.fn("Planning.up")(function* (request: UpRequest) {
  const selection = yield* Select.parse(request)
  return yield* Preview.fill(yield* upIn(yield* worldOf(selection), request, selection))
})

/** What must be known for a selection. */
export const worldOf = Effect.fnUntraced(function* (selection: Select.Selection) {
  yield* configured([...selection.connections])
  const world = yield* World.read([...selection.connections], "up", Scope.isOpen(selection.schemas))
  const [first] = world.catalog.migrations
  // What can be applied nowhere is not "nothing to do": its variables did not arrive.
  return first !== undefined && world.connections.size === 0
    ? yield* new ConnectionUnknown({ connection: first.connection, configured: [] })
    : world
})

/** The same in a world that has been read already. */
export const upIn = Effect.fn("Planning.upIn")(function* (
  world: World.World,
  request: UpRequest,
  spelled: Select.Selection
) {
  const entry = World.lookup(world)
  const selection = spelled.ids.size === 0 ? spelled : { ...spelled, ids: yield* meant(world, spelled) }
  const scope = yield* Scope.expand(world, selection.schemas, selection.connections)
  const bound = request.strict_schema || selection.named
  const choice = Choose.choose(world, entry, selection, scope, bound)
  const resolution = request.ignore_dependencies
    ? Resolve.byVersion(choice)
    : Resolve.resolve(world, entry, choice, scope, bound)
  const late = request.out_of_order === "refuse" ? lateOnes(world, resolution.ordered) : []
  const changed = Changed.changed(world)
  if (changed.length > 0) return yield* new MigrationChanged({ ids: changed })
  const drafts = yield* Draft.make(
    world,
    entry,
    resolution.ordered,
    resolution.before,
    "up",
    request.variables
  )
  yield* accept([...choice.problems, ...resolution.problems, ...late, ...drafts.problems])
  return Draft.plan("up", drafts.steps, choice.skipped, [...choice.waiting, ...resolution.waiting])
})

/** The migrations that the ids of a selection mean. */
const meant = Effect.fnUntraced(function* (world: World.World, { ids, schemas }: Select.Selection) {
  const index = Find.index(world)
  const names = schemas.flatMap(schema => (schema._tag === "Name" ? [schema.name] : []))
  const found = yield* Effect.forEach(ids, id => Find.findIn(index, id, names))
  return new Set(found.map(({ migration }) => canonical(migration)))
})

/** What rolling back the request would do now. */
export const down = Effect.fn("Planning.down")(function* (request: DownRequest) {
  return yield* Preview.fill(yield* downIn(yield* worldBelow(request), request))
})

/** What must be known to roll back. */
export const worldBelow = Effect.fnUntraced(function* (request: DownRequest) {
  return yield* World.read([], "down", Scope.isOpen(yield* Scope.parse(request.schemas)))
})

/** The same in a world that has been read already. */
export const downIn = Effect.fn("Planning.downIn")(function* (world: World.World, request: DownRequest) {
  const entry = World.lookup(world)
  const found = yield* RollBack.find(world, request)
  const order = RollBack.order(world, entry, found, request)
  const captured = yield* Undo.captured(order.ordered, request.generated)
  const drafts = yield* Draft.make(
    world,
    entry,
    order.ordered,
    order.before,
    "down",
    request.variables,
    captured
  )
  yield* accept([...order.problems, ...drafts.problems])
  return Draft.plan("down", drafts.steps, order.skipped, [])
})

/** The same mistake of one file is met again in each schema in which it would run; it is told once. */
const accept = (problems: ReadonlyArray<PlanProblem>) => {
  const distinct = new Map<string, PlanProblem>()
  for (const problem of problems) {
    const same = `${problem.path}\0${problem.line}\0${problem.reason}`
    if (!distinct.has(same)) distinct.set(same, problem)
  }
  return distinct.size === 0 ? Effect.void : new PlanRejected({ problems: [...distinct.values()] })
}

/** What carrying out the order would do now. */
export const of = (order: Order): Effect.Effect<Plan, OrderError, OrderStores> =>
  order._tag === "Up" ? up(order.request) : down(order.request)

type Planned = ReturnType<typeof up> | ReturnType<typeof down>
type OrderError = Effect.Effect.Error<Planned>
type OrderStores = Effect.Effect.Context<Planned>

/** A connection that is asked for by name must be configured; nothing is selected silently from none. */
export const configured = Effect.fnUntraced(function* (names: ReadonlyArray<string>) {
  const connections = yield* Connections
  for (const connection of names) {
    if (!connections.configured.has(connection)) {
      return yield* new ConnectionUnknown({ connection, configured: [...connections.configured.keys()] })
    }
  }
})

/** Pending steps that are older than what is applied in the same schema. */
const lateOnes = (world: World.World, nodes: ReadonlyArray<Graph.Node>): ReadonlyArray<PlanProblem> => {
  const newest = new Map<string, string>()
  for (const { connection, groups } of world.inspections.values()) {
    for (const { mark, schemas } of groups) {
      for (const schema of schemas) {
        const key = `${connection} ${schema}`
        if (mark.version > (newest.get(key) ?? "")) newest.set(key, mark.version)
      }
    }
  }
  return nodes.flatMap(({ migration, schema }) => {
    const applied = newest.get(`${migration.connection} ${schema}`) ?? ""
    return migration.version < applied
      ? [Problem.outOfOrder(Problem.shownId(world, migration, schema), applied)]
      : []
  })
}
