import { createHash } from "node:crypto"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { PlanDiffers } from "../../domain/Errors.ts"
import type { Plan, Step } from "../../domain/Plan.ts"
import type { Order } from "../../domain/Request.ts"
import { StateStore } from "../../ports/StateStore.ts"
import * as Planning from "./Planning.ts"

/** What each step of a plan was, by its id. */
type Memory = ReadonlyMap<string, string>

/** Plans that this process has shown; the oldest are forgotten first. */
class Shown extends Context.Reference<Shown>()("bfm/PlanMemory", {
  defaultValue: () => new Map<string, Memory>()
}) {}

const most = 100

/** A plan of many steps is not remembered: who wants to know more looks at both. */
const largest = 20_000

/** Of what is sent; not of what it would change now. */
const fingerprint = ({ mode, units }: Step): string =>
  createHash("sha256")
    .update(JSON.stringify([mode, units.map(({ statements }) => statements.map(({ text }) => text))]))
    .digest("base64")

const memoryOf = (plan: Plan): Memory => new Map(plan.steps.map(step => [step.id, fingerprint(step)]))

/** Remembers a plan that somebody was shown, and may want to be carried out as it was. */
export const remember = (plan: Plan): Effect.Effect<void> =>
  Effect.map(Shown, shown => {
    if (plan.steps.length > largest) return
    shown.delete(plan.hash)
    shown.set(plan.hash, memoryOf(plan))
    const [oldest] = shown.keys()
    if (shown.size > most && oldest !== undefined) shown.delete(oldest)
  })

/** Fails when the plan is not the one that was expected, and says in what it differs, as far as that one is known. */
export const expect = Effect.fn("PlanMemory.expect")(function* (plan: Plan, expected: string | undefined) {
  if (expected === undefined || expected === plan.hash) return
  const shown = yield* Shown
  const before = shown.get(expected) ?? (yield* carriedOut(expected))
  const steps = plan.steps.map(({ id }) => id)
  const difference = before === undefined ? {} : compare(before, memoryOf(plan))
  return yield* new PlanDiffers({ expected, actual: plan.hash, steps, ...difference })
})

/** Plans now, where a plan is expected: whoever asks hears at once that it differs. */
export const ascertain = Effect.fn("PlanMemory.ascertain")(function* (order: Order) {
  if (order.options.plan_hash === undefined) return
  yield* expect(yield* Planning.of(order), order.options.plan_hash)
})

const compare = (before: Memory, after: Memory) => ({
  added: [...after.keys()].filter(id => !before.has(id)),
  removed: [...before.keys()].filter(id => !after.has(id)),
  changed: [...after].filter(([id, print]) => before.has(id) && before.get(id) !== print).map(([id]) => id)
})

/** The plan of a run, which the state has kept. */
const carriedOut = Effect.fnUntraced(function* (hash: string) {
  const state = yield* StateStore
  const run = yield* Effect.orElseSucceed(state.planned(hash), () => undefined)
  if (run === undefined) return undefined
  const events = state.events({ runId: run.id, after: 0, parts: 1 })
  const [first] = yield* Effect.orElseSucceed(events, () => [])
  const plan = first?.event._tag === "Planned" ? first.event.plan : undefined
  return plan === undefined || plan.left_out !== undefined ? undefined : memoryOf(plan)
})
