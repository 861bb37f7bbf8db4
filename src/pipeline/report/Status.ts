import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Catalog from "../../domain/Catalog.ts"
import type { StateUnavailable } from "../../domain/Errors.ts"
import type { Inspection } from "../../domain/Ledger.ts"
import type { ConnectionStatus, StatusItem, StatusReport } from "../../domain/Status.ts"
import { type Connection, Connections } from "../../ports/Connections.ts"
import { Lock } from "../../ports/Lock.ts"
import { StateStore } from "../../ports/StateStore.ts"
import * as References from "../plan/References.ts"
import * as Scope from "../plan/Scope.ts"
import * as World from "../plan/World.ts"
import * as Requested from "./Requested.ts"
import * as Standing from "./Standing.ts"

/** What is asked for; empty means everything. */
export interface Query {
  readonly connections: ReadonlyArray<string>
  /** Names, patterns, or `all` tenants, as in a run. */
  readonly schemas: ReadonlyArray<string>
}

/**
 * Every known migration in every schema in which it is at home, asked for, applied or remembered. The
 * ledgers say what is applied; the state adds what they cannot know, and may be away.
 */
export const report = Effect.fn("Status.report")(function* (query: Query) {
  const { configured } = yield* Connections
  const names = query.connections.length === 0 ? [...configured.keys()] : query.connections
  const selectors = yield* Scope.parse(query.schemas)
  const memory = yield* Effect.fork(Effect.either(remembered(names)))
  const catalog = yield* World.catalog()
  const told = yield* Effect.forEach(names, name => Effect.either(Requested.ask(name, selectors)), {
    concurrency: "unbounded"
  })
  const inspections = told.map(Either.map(({ inspection }) => inspection))
  const recalled = yield* memory
  const world = worldOf(catalog, configured, inspections, tenantsOf(told))
  const known = Either.getOrElse(recalled, () => nothing)
  const requested = yield* Requested.of(selectors, world, told.some(Either.isLeft))
  const items = [...world.inspections.values()].flatMap(inspection => {
    const schemas = requested(inspection.connection)
    // Patterns that mean nothing here mean something elsewhere.
    return schemas?.length === 0 ? [] : Standing.itemsOf(world, inspection, known, schemas ?? [])
  })
  const answers = new Map(names.map((name, index) => [name, inspections[index]]))
  const result: StatusReport = {
    items,
    total: items.length,
    connections: connectionsOf(world, answers, items, query.connections.length === 0),
    warnings: Either.isLeft(recalled) ? [withoutState(recalled.left)] : []
  }
  return result
})

/** What one store answered. */
export type Answer = Either.Either<Inspection, Unanswered>

/** Why a store did not answer. */
export type Unanswered = Effect.Effect.Error<ReturnType<typeof World.inspect>>

/** What is remembered when the state is away. */
export const nothing: Standing.Memory = { executions: [], held: [] }

export const withoutState = ({ message }: StateUnavailable): string =>
  `${message}; failures and history are not shown`

export const remembered = Effect.fnUntraced(function* (names: ReadonlyArray<string>) {
  const state = yield* StateStore
  const lock = yield* Lock
  const executions = yield* state.executions(names)
  // Who works now matters only to what is under way.
  return { executions, held: yield* lock.held } satisfies Standing.Memory
})

/** The world as far as the stores answered. */
export const worldOf = (
  catalog: Catalog.Catalog,
  connections: ReadonlyMap<string, Connection>,
  answers: ReadonlyArray<Answer>,
  tenants: ReadonlyMap<string, ReadonlyArray<string>> = new Map()
): World.World<Inspection> => ({
  catalog,
  connections,
  inspections: new Map(answers.filter(Either.isRight).map(({ right }) => [right.connection, right])),
  references: References.make(catalog),
  tenants
})

const tenantsOf = (told: ReadonlyArray<Either.Either<Requested.Told, unknown>>) =>
  new Map(
    told
      .filter(Either.isRight)
      .flatMap(({ right: { inspection, tenants } }) =>
        tenants === undefined ? [] : [[inspection.connection, tenants] as const]
      )
  )

/** The connections that were asked and, in a whole report, those that only the sources speak of. */
export const connectionsOf = (
  { catalog, connections }: World.World,
  answers: ReadonlyMap<string, Answer | undefined>,
  items: ReadonlyArray<StatusItem>,
  whole: boolean
): ReadonlyArray<ConnectionStatus> => [
  ...[...answers].map(([name, answer]) => describe(connections.get(name), name, answer, items)),
  ...(whole ? unconfigured(catalog, connections) : [])
]

const describe = (
  connection: Connection | undefined,
  name: string,
  inspection: Answer | undefined,
  items: ReadonlyArray<StatusItem>
): ConnectionStatus => {
  const counts: Record<string, number> = {}
  for (const { connection: of, status } of items) if (of === name) counts[status] = (counts[status] ?? 0) + 1
  return {
    connection: name,
    backend: connection?.backend ?? "postgresql",
    configured: connection !== undefined,
    address: connection?.address ?? "",
    ...(inspection !== undefined && Either.isLeft(inspection) ? { error: inspection.left.message } : {}),
    counts
  }
}

/** Connections that only the sources speak of. */
const unconfigured = (
  catalog: Catalog.Catalog,
  configured: ReadonlyMap<string, Connection>
): ReadonlyArray<ConnectionStatus> =>
  [...Catalog.connections(catalog)]
    .filter(([name]) => !configured.has(name))
    .flatMap(([connection, backends]) =>
      [...backends].map(backend => ({ connection, backend, configured: false, address: "", counts: {} }))
    )
