import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Ref from "effect/Ref"
import { renewed } from "../../domain/Asked.ts"
import * as Backend from "../../domain/Backend.ts"
import type { BfmError } from "../../domain/Errors.ts"
import type { Failure, Run } from "../../domain/Run.ts"
import * as Engine from "../../ports/Engine.ts"
import { type Claim, Fleet } from "../../ports/Fleet.ts"
import { StateStore } from "../../ports/StateStore.ts"
import * as Pulse from "../execute/Pulse.ts"
import type { End } from "../execute/Run.ts"
import { Runs } from "./Runs.ts"
import * as Workers from "./Workers.ts"

/** How many runs this worker can begin now. */
export class Room extends Context.Tag("bfm/Room")<Room, { readonly free: Effect.Effect<number> }>() {}

/** So often a run is begun at most that could not go on for reasons that pass. */
const attempts = 8

/** What passes by itself, as codes of failed steps and of errors tell it. */
const passing = new Set([
  ...["ConnectionUnreachable", "StateUnavailable", "LockBusy"],
  ...["57P01", "57P02", "57P03", "08000", "08001", "08003", "08006", "53300"],
  ...["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "UNAVAILABLE"]
])

/** Some drivers say only so that their connection is gone. */
const cut = /connection (error|terminated|was cut|was lost|ended)/i

const passes = ({ code, reason }: Failure): boolean =>
  code === undefined ? cut.test(reason) : passing.has(code)

/** Takes runs that are brought to this worker, as many at a time as it has room for. */
export const layer = (capacity: number) =>
  Layer.effectContext(
    Effect.gen(function* () {
      const services = yield* Effect.context<Runs | Fleet | StateStore>()
      const room = yield* Effect.makeSemaphore(capacity)
      const taken = yield* Ref.make(0)
      const work = (job: Engine.Job) =>
        room.withPermits(1)(
          Effect.acquireUseRelease(
            Ref.update(taken, n => n + 1),
            () => carryOut(job),
            () => Ref.update(taken, n => n - 1)
          )
        )
      return Context.make(Engine.Workplace, {
        carryOut: job =>
          work(job).pipe(
            // The state knows that it is not done: it is handed out again.
            Effect.catchAll(({ message }) => Effect.logWarning(`run ${job.runId}: ${message}`)),
            Effect.provide(services)
          )
      }).pipe(Context.add(Room, { free: Effect.map(Ref.get(taken), n => capacity - n) }))
    })
  )

/** The state says whether there is anything to do: others may have done it, or be at it. */
const carryOut = Effect.fnUntraced(function* ({ runId }: Engine.Job) {
  const runs = yield* Runs
  const fleet = yield* Fleet
  const state = yield* StateStore
  if (yield* runs.isClosing) return
  const claim = yield* fleet.claim(runId, Pulse.owner, Workers.silence)
  if (claim === undefined) return
  const asked = yield* state.asked(runId)
  if (asked === undefined) return yield* misunderstood(claim)
  const postponed = yield* Ref.make<string | undefined>(undefined)
  const known = claim.run.plan_hash === "" ? asked : renewed(asked)
  const run: Run = { ...claim.run, owner: Pulse.owner }
  const { permitted } = known
  const handle = yield* runs.adopt(
    { ...known.order, ...(permitted === undefined ? {} : { permitted }) },
    {
      ...claim,
      run,
      goesOn: end => goesOn(runs, claim, end, postponed),
      isPostponed: error => isPostponed(claim, error, postponed)
    }
  )
  yield* handle.ended
  const closing = yield* runs.isClosing
  const notice = yield* Ref.get(postponed)
  if (closing || notice !== undefined) yield* fleet.release(runId, claim.fence, notice)
})

/** Whoever leaves gives the run to the others; what passes by itself is tried again. */
const goesOn = (
  runs: Runs["Type"],
  claim: Claim,
  { state, failures, cancelled = false }: End,
  postponed: Ref.Ref<string | undefined>
): Effect.Effect<boolean> =>
  Effect.gen(function* () {
    const leaving = (yield* runs.isClosing) && !cancelled
    if (state === "cancelled") return leaving
    const [first] = failures
    if (first === undefined || state !== "failed") return false
    if (leaving && failures.every(failure => Backend.isCalledOff(failure.code) || passes(failure)))
      return true
    return failures.every(passes) ? yield* postpone(claim, `${first.id}: ${first.reason}`, postponed) : false
  })

const isPostponed = (claim: Claim, error: BfmError, postponed: Ref.Ref<string | undefined>) =>
  passing.has(error._tag) ? postpone(claim, error.message, postponed) : Effect.succeed(false)

const postpone = (claim: Claim, reason: string, postponed: Ref.Ref<string | undefined>) =>
  Effect.gen(function* () {
    if (claim.fence >= attempts) return false
    yield* Ref.set(postponed, `attempt ${claim.fence} could not go on and is repeated: ${reason}`)
    yield* Effect.logWarning(`run ${claim.run.id}: ${reason}; it is tried again`)
    return true
  })

const misunderstood = Effect.fnUntraced(function* ({ run, fence }: Claim) {
  const state = yield* StateStore
  const error = "what it was asked to do is in words that this version of bfm does not know"
  const finished_at = yield* Clock.currentTimeMillis
  yield* state.record([{ _tag: "Run", run: { ...run, state: "failed", finished_at, error }, fence }])
})
