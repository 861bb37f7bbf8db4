import type { MessageInitShape } from "@bufbuild/protobuf"
import * as Stream from "effect/Stream"
import type { NotPlanned, Plan } from "../../domain/Plan.ts"
import type { Event } from "../../domain/Run.ts"
import type { Order } from "../../pipeline/ActiveRun.ts"
import * as Carry from "./Carry.ts"
import type { MigrateProgressSchema } from "./generated/migration_pb.ts"

export type Progress = MessageInitShape<typeof MigrateProgressSchema>

/** How many migrations there are, and how many are done with. */
interface Count {
  readonly total: number
  readonly done: number
}

/** How far a run is, migration by migration; what was applied already comes first. */
export const of = (order: Order) =>
  Stream.mapConcat(
    Stream.mapAccum(Carry.events(order), { total: 0, done: 0 }, (count, { id, event }) => {
      const [next, told] = tell(count, event)
      return [next, event._tag === "Planned" ? told : told.map(item => ({ ...item, runId: id }))]
    }),
    told => told
  )

/** The same of a dry run: each migration that would run is told once, as if it had. */
export const dryly = (plan: Plan): ReadonlyArray<Progress> => {
  const [{ total, done }, told] = skipped(plan)
  return [
    ...told,
    ...plan.steps.map(({ id }, index) =>
      progress({ total, done: done + index + 1 }, id, "success", "dry run")
    )
  ]
}

/** What an event adds, and what is said of it. */
export const tell = (count: Count, event: Event): readonly [Count, ReadonlyArray<Progress>] => {
  const ended = { ...count, done: count.done + 1 }
  switch (event._tag) {
    case "Planned":
      return skipped(event.plan)
    case "StepStarted":
      return [count, [progress(count, event.id, "running", "")]]
    case "StepSucceeded":
      return [ended, [progress(ended, event.id, "success", "")]]
    case "StepSkipped":
      return [ended, [progress(ended, event.id, "skipped", event.reason)]]
    case "StepFailed":
      return [ended, [progress(ended, event.id, "failed", event.failure.reason)]]
    case "StepNotRun":
      return [ended, [progress(ended, event.id, "failed", `not run: ${event.reason}`)]]
    default:
      return [count, []]
  }
}

const progress = (
  { total, done }: Count,
  migrationId: string,
  status: string,
  message: string
): Progress => ({
  migrationId,
  status,
  message,
  progress: Math.floor((done * 100) / Math.max(total, 1))
})

const skipped = ({ skipped: items, steps }: Plan): readonly [Count, ReadonlyArray<Progress>] => {
  const total = items.length + steps.length
  const told = items.map(({ id, reason }: NotPlanned, index) =>
    progress({ total, done: index + 1 }, id, "skipped", reason)
  )
  return [{ total, done: items.length }, told]
}
