import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Catalog from "../../domain/Catalog.ts"
import { ConnectionUnreachable, StateUnavailable } from "../../domain/Errors.ts"
import { canonical } from "../../domain/Identity.ts"
import type { Inspection } from "../../domain/Ledger.ts"
import type { ConnectionStatus, StatusItem } from "../../domain/Status.ts"
import { Connections } from "../../ports/Connections.ts"
import type { Lock } from "../../ports/Lock.ts"
import { Registry } from "../../ports/Registry.ts"
import { StateStore } from "../../ports/StateStore.ts"
import * as Find from "../plan/Find.ts"
import * as World from "../plan/World.ts"
import * as Refresh from "./Refresh.ts"
import * as Standing from "./Standing.ts"
import * as Status from "./Status.ts"
import * as Turns from "./Turns.ts"

/** Everything that is known, as it was seen at one moment. */
export interface View {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly catalog: Catalog.Catalog
  /** In the order of every list. */
  readonly items: ReadonlyArray<StatusItem>
  /** By canonical id. */
  readonly byMigration: ReadonlyMap<string, ReadonlyArray<StatusItem>>
  readonly index: Find.Index
  /** As far as the stores answered. */
  readonly world: World.World<Inspection>
  readonly connections: ReadonlyArray<ConnectionStatus>
  /** Why a connection did not answer, by its name. */
  readonly unanswered: ReadonlyMap<string, Status.Unanswered>
  /** Why the state did not answer. */
  readonly state: StateUnavailable | undefined
  /** Where history ended when this was seen; absent when the state did not answer. */
  readonly newest: string | undefined
  /** Connections on which a run is under way. */
  readonly busy: ReadonlySet<string>
  readonly warnings: ReadonlyArray<string>
}

/**
 * What the service answers questions from: the targets are not asked once per request, but once for all
 * requests of about a second.
 */
export class Snapshot extends Context.Tag("bfm/Snapshot")<
  Snapshot,
  {
    /** About a second old; at most some seconds, while a newer one takes long. */
    readonly current: Effect.Effect<View>
    /**
     * The same, but never older than what the state knows of one migration, by its canonical id: whoever was told
     * by another process that a run has ended sees what it did.
     */
    readonly about: (migrationId: string) => Effect.Effect<View>
    /** Reads everything again; the answer began after the question. */
    readonly fresh: Effect.Effect<View>
    /** Something has changed: what was seen before is not shown any more. */
    readonly invalidate: Effect.Effect<void>
  }
>() {}

/** Milliseconds that one store has to answer. A pool that is busy with runs must not hold up the reader. */
const patience = 3_000

type Sources = Registry | Connections | StateStore | Lock

const look: Effect.Effect<View, never, Sources> = Effect.gen(function* () {
  const { configured } = yield* Connections
  const at = yield* Clock.currentTimeMillis
  const names = [...configured.keys()]
  const memory = yield* Effect.fork(remember(names))
  const answering = yield* Effect.fork(Effect.forEach(names, ask, { concurrency: "unbounded" }))
  yield* Effect.yieldNow()
  const catalog = yield* readable
  const answers = yield* answering
  const recalled = yield* memory
  const known = Either.getOrElse(recalled, () => nothing)
  const world = Status.worldOf(catalog, configured, answers)
  const items = names.flatMap(name => itemsOf(world, name, known)).sort(Standing.byPlace)
  const view: View = {
    at,
    catalog,
    items,
    byMigration: grouped(items),
    world,
    index: Find.index(
      world,
      items.map(item => [canonical(item), item.schema])
    ),
    connections: Status.connectionsOf(
      world,
      new Map(names.map((name, index) => [name, answers[index]])),
      items,
      true
    ),
    unanswered: new Map(
      names.flatMap((name, index) => {
        const answer = answers[index]
        return answer !== undefined && Either.isLeft(answer) ? [[name, answer.left]] : []
      })
    ),
    state: Either.isLeft(recalled) ? recalled.left : undefined,
    newest: known.newest,
    busy: new Set(known.held.map(({ connection }) => connection)),
    warnings: Either.isLeft(recalled) ? [Status.withoutState(recalled.left)] : []
  }
  return view
})

/** What is remembered when the state is away. */
const nothing: Recalled = { ...Status.nothing, newest: undefined }

interface Recalled extends Standing.Memory {
  readonly newest: string | undefined
}

const itemsOf = (
  world: World.World<Inspection>,
  name: string,
  memory: Standing.Memory
): ReadonlyArray<StatusItem> => {
  const inspection = world.inspections.get(name)
  const connection = world.connections.get(name)
  if (inspection !== undefined) return Standing.itemsOf(world, inspection, memory, [])
  return connection === undefined ? [] : Standing.rememberedOf(world, connection, memory)
}

/** What is readable of the sources; what is wrong with the rest is in `Catalog.problems`. */
const readable = Effect.gen(function* () {
  const registry = yield* Registry
  return yield* Effect.catchAll(registry.load, ({ problems }) => Effect.succeed(Catalog.make([], problems)))
})

const ask = Effect.fnUntraced(function* (name: string) {
  const { configured } = yield* Connections
  const late = () =>
    new ConnectionUnreachable({
      connection: name,
      address: configured.get(name)?.address ?? "",
      reason: `did not answer within ${patience / 1000}s`
    })
  return yield* Effect.either(inTime(World.inspect(name), late))
})

const remember = Effect.fnUntraced(function* (names: ReadonlyArray<string>) {
  const { address, newest } = yield* StateStore
  const late = () =>
    new StateUnavailable({
      address,
      action: "read the executions",
      reason: `no answer within ${patience / 1000}s`
    })
  // In this order: what is recorded meanwhile is seen twice rather than never.
  const recalled = Effect.zipWith(
    newest,
    Status.remembered(names),
    (newest, memory): Recalled => ({ ...memory, newest })
  )
  return yield* Effect.either(inTime(recalled, late))
})

/** Whoever is interrupted may take its time: nobody waits for it. */
const inTime = <A, E, R, L>(effect: Effect.Effect<A, E, R>, onTimeout: () => L): Effect.Effect<A, E | L, R> =>
  Effect.timeoutFail(Effect.disconnect(effect), { duration: patience, onTimeout })

const grouped = (items: ReadonlyArray<StatusItem>): ReadonlyMap<string, ReadonlyArray<StatusItem>> => {
  const groups = new Map<string, Array<StatusItem>>()
  for (const item of items) {
    const known = groups.get(canonical(item))
    if (known === undefined) groups.set(canonical(item), [item])
    else known.push(item)
  }
  return groups
}

/** Milliseconds. */
const ages: Refresh.Ages = { fresh: 1_000, stale: 10_000, patience: 250 }

export const layer: Layer.Layer<Snapshot, never, Sources> = Layer.scoped(
  Snapshot,
  Effect.gen(function* () {
    const context = yield* Effect.context<Sources>()
    const scope = yield* Effect.scope
    const state = yield* StateStore
    const refresh = Refresh.make(Effect.provide(look, context), ages, scope)

    const upToDate = Effect.fnUntraced(function* (migrationIds: ReadonlyArray<string>) {
      const view = yield* refresh.current
      if (view.newest === undefined) return view
      const asked = Effect.timeoutOption(state.touched(view.newest, migrationIds), patience)
      // Without the state the ledgers' word has to do.
      const touched = Option.flatten(yield* Effect.option(asked))
      return Option.exists(touched, ({ size }) => size > 0) ? yield* refresh.fresh : view
    })
    return Snapshot.of({ ...refresh, about: Turns.make(upToDate, scope) })
  })
)
