import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Catalog from "../../domain/Catalog.ts"
import type { DoctorReport } from "../../domain/Doctor.ts"
import { ConnectionUnreachable, StateUnavailable } from "../../domain/Errors.ts"
import { type Connection, Connections } from "../../ports/Connections.ts"
import { Fleet } from "../../ports/Fleet.ts"
import { Lock } from "../../ports/Lock.ts"
import { Registry } from "../../ports/Registry.ts"
import { Remarks } from "../../ports/Remarks.ts"
import { StateStore } from "../../ports/StateStore.ts"
import * as Reconcile from "../execute/Reconcile.ts"
import * as Standing from "../report/Standing.ts"
import * as Status from "../report/Status.ts"
import * as Workers from "../runs/Workers.ts"
import * as Diagnose from "./Diagnose.ts"
import type { Answer, Facts, Memory } from "./Facts.ts"

/** Milliseconds that a server has to answer. */
const patience = 10_000

/** So many runs are looked at, newest first. */
const runsSeen = 500

/** Looks at everything and says what is wrong. Changes nothing. */
export const report = Effect.fn("Doctor.report")(function* () {
  const facts = yield* gather
  const found: DoctorReport = Diagnose.report(facts)
  return found
})

const gather = Effect.gen(function* () {
  const { configured } = yield* Connections
  const registry = yield* Registry
  const { address, vitals } = yield* StateStore
  const asked = yield* Effect.fork(
    Effect.forEach(configured.values(), answerOf, { concurrency: "unbounded" })
  )
  const state = yield* Effect.either(inTime(vitals, late(address)))
  const readable = Either.isRight(state) && state.right.tables === "current"
  const memory = readable
    ? yield* Effect.either(inTime(remember([...configured.keys()]), late(address)))
    : undefined
  const answers = yield* asked
  const catalog = yield* Effect.catchAll(registry.load, ({ problems }) =>
    Effect.succeed(Catalog.make([], problems))
  )
  const world = Status.worldOf(
    catalog,
    configured,
    answers.map(({ inspection }) => inspection)
  )
  const known = memory !== undefined && Either.isRight(memory) ? memory.right : undefined
  const now = yield* Clock.currentTimeMillis
  const facts: Facts = {
    now: now + (Either.isRight(state) ? (state.right.clock?.difference ?? 0) : 0),
    remarks: yield* Remarks,
    source: registry.source,
    problems: catalog.problems,
    unconfigured: [...Catalog.connections(catalog).keys()].filter(name => !configured.has(name)),
    answers,
    stateAddress: address,
    state,
    memory,
    items: [...world.inspections.values()].flatMap(inspection =>
      Standing.itemsOf(world, inspection, known ?? Status.nothing, [])
    ),
    differences: known === undefined ? [] : Reconcile.diff(world, known.executions, now)
  }
  return facts
})

const answerOf = Effect.fnUntraced(function* (connection: Connection) {
  const connections = yield* Connections
  const { name, address } = connection
  const opened = yield* Effect.either(inTime(connections.open(name), lost(name, address)))
  if (Either.isLeft(opened)) {
    // It is configured: it cannot be unknown.
    const error =
      opened.left._tag === "ConnectionUnknown" ? lost(name, address)(opened.left.message) : opened.left
    return { connection, vitals: Either.left(error), inspection: Either.left(error) } satisfies Answer
  }
  const [vitals, inspection] = yield* Effect.all(
    [
      Effect.either(inTime(opened.right.vitals, lost(name, address))),
      Effect.either(inTime(opened.right.inspect, lost(name, address)))
    ],
    { concurrency: 2 }
  )
  return { connection, vitals, inspection } satisfies Answer
})

const remember = Effect.fnUntraced(function* (names: ReadonlyArray<string>) {
  const state = yield* StateStore
  const { held } = yield* Lock
  const { workers } = yield* Fleet
  const memory: Memory = {
    executions: yield* state.executions(names),
    held: yield* held,
    runs: yield* state.runs(runsSeen),
    workers: yield* workers(Workers.silence)
  }
  return memory
})

const tooLate = `no answer within ${patience / 1000}s`

const lost =
  (connection: string, address: string) =>
  (reason = tooLate) =>
    new ConnectionUnreachable({ connection, address, reason })

const late =
  (address: string) =>
  (reason = tooLate) =>
    new StateUnavailable({ address, action: "ask how it is", reason })

/** Whoever is interrupted may take its time: nobody waits for it. */
const inTime = <A, E, R, L>(effect: Effect.Effect<A, E, R>, onTimeout: () => L): Effect.Effect<A, E | L, R> =>
  Effect.timeoutFail(Effect.disconnect(effect), { duration: patience, onTimeout })
