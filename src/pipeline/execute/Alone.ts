import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import type * as Scope from "effect/Scope"
import type { Step } from "../../domain/Plan.ts"
import { Connections, type StoreSession, type Work } from "../../ports/Connections.ts"
import { Settings } from "../../ports/Settings.ts"
import * as Lane from "./Lane.ts"
import { contextOf, type Ongoing, obstacle, workOf } from "./Ongoing.ts"
import type { Segment } from "./Segment.ts"
import * as Waiting from "./Waiting.ts"

/** Why the rest of a run did not run that was told to end. */
export const stopped = "the run was stopped"

/** What is left of a segment, in a session of its own; tells why where something is not run. */
export const run = Effect.fnUntraced(function* (ongoing: Ongoing, segment: Segment) {
  const { tally, lanes, stopping, several, tell } = ongoing
  const left = segment.steps.filter(({ id }) => !tally.finished.has(id))
  const cut = left.findIndex(step => obstacle(ongoing, segment, step) !== undefined)
  const runnable = cut === -1 ? left : left.slice(0, cut)
  if (runnable.length > 0 && !(yield* Ref.get(stopping))) {
    const entered = Waiting.unlessStopped(lanes.enter(segment))
    yield* Effect.flatMap(
      entered,
      Option.match({
        onNone: () => Ref.set(stopping, true),
        onSome: () => Effect.scoped(inSession(ongoing, segment, runnable))
      })
    ).pipe(
      // Before anything has happened in the only schema the error is the caller's; else it is one failed step.
      Effect.catchAll(error =>
        several || tally.finished.size > 0
          ? tell(runnable.slice(0, 1).map(step => Lane.unopened(step, error)))
          : Effect.fail(error)
      )
    )
  }
  const halted = yield* Ref.get(stopping)
  for (const step of segment.steps) {
    if (tally.finished.has(step.id)) continue
    const reason = obstacle(ongoing, segment, step) ?? (halted ? stopped : undefined)
    if (reason !== undefined)
      yield* tell([{ _tag: "StepNotRun", id: step.id, position: step.position, reason }])
  }
})

const inSession = Effect.fnUntraced(function* (
  ongoing: Ongoing,
  { connection, schema }: Segment,
  steps: ReadonlyArray<Step>
): Effect.fn.Return<void, SessionError, Connections | Scope.Scope> {
  const { order, sessions, stopping, tell } = ongoing
  const { lockWait } = yield* Settings
  const store = yield* (yield* Connections).open(connection)
  const opening = store.session(schema, contextOf(ongoing), lockWait, holder =>
    tell([{ _tag: "LockWaiting", connection, schema, holder }])
  )
  const opened = yield* Waiting.unlessStopped(opening)
  if (Option.isNone(opened)) return yield* Ref.set(stopping, true)
  const session = opened.value
  yield* sessions.add(session)
  const entries = new Map(session.entries.map(entry => [entry.migrationId, entry]))
  const pending: Array<Step> = []
  for (const step of steps) {
    const entry = entries.get(step.migration_id)
    const done = order.mode === "run" ? Lane.alreadyDone(entry, step, order.runId) : undefined
    if (done === undefined) {
      pending.push(step)
      continue
    }
    if (entry !== undefined) yield* order.learn(entry)
    yield* tell([done])
  }
  yield* Lane.run(outcomes(order.mode, session, workOf(ongoing, pending)), tell, stopping)
})

const outcomes = (mode: Ongoing["order"]["mode"], session: StoreSession, work: ReadonlyArray<Work>) =>
  mode === "run" ? session.run(work) : session.rehearse(work)

type SessionError =
  | Effect.Effect.Error<ReturnType<Connections["Type"]["open"]>>
  | Effect.Effect.Error<ReturnType<Effect.Effect.Success<ReturnType<Connections["Type"]["open"]>>["session"]>>
