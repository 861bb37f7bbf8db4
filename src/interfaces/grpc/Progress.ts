import type { MessageInitShape } from "@bufbuild/protobuf"
import * as Stream from "effect/Stream"
import type { NotPlanned, Plan } from "../../domain/Plan.ts"
import type { Event } from "../../domain/Run.ts"
import type { Order } from "../../pipeline/runs/ActiveRun.ts"
import * as Carry from "./Carry.ts"
import type { MigrateProgressSchema } from "./generated/migration_pb.ts"

export type Progress = MessageInitShape<typeof MigrateProgressSchema>

/** What has been told of a run. */
interface Course {
  /** Migrations, and how many of them are done with. */
  readonly total: number
  readonly done: number
  /** Steps that were begun and did not end. Stores are sent several at once; they carry out the first. */
  readonly begun: ReadonlyArray<string>
}

type Told = readonly [Course, ReadonlyArray<Progress>]

/** How far a run is, migration by migration; what was applied already comes first. */
export const of = (order: Order) =>
  Stream.mapConcat(
    Stream.mapAccum(
      Carry.events(order),
      { total: 0, done: 0, begun: [] },
      (course: Course, { id, event }) => {
        const [next, told] = tell(course, event)
        return [next, event._tag === "Planned" ? told : told.map(item => ({ ...item, runId: id }))]
      }
    ),
    told => told
  )

/** The same of a dry run: each migration that would run is told once, as if it had. */
export const dryly = (plan: Plan): ReadonlyArray<Progress> => {
  const [{ total, done }, told] = planned(plan)
  return [
    ...told,
    ...plan.steps.map(({ id }, index) =>
      progress({ total, done: done + index + 1 }, id, "success", "dry run")
    )
  ]
}

/** What an event adds, and what is said of it. */
const tell = (course: Course, event: Event): Told => {
  switch (event._tag) {
    case "Planned":
      return planned(event.plan)
    case "StepStarted": {
      const begun = [...course.begun, event.id]
      return [{ ...course, begun }, begun.length === 1 ? [running(course, event.id)] : []]
    }
    case "StepSucceeded":
      return ended(course, event.id, "success", "")
    case "StepSkipped":
      return ended(course, event.id, "skipped", event.reason)
    case "StepFailed":
      return ended(course, event.id, "failed", event.failure.reason)
    case "StepNotRun":
      return ended(course, event.id, "failed", `not run: ${event.reason}`)
    default:
      return [course, []]
  }
}

/** The end of one step is the beginning of the one that was sent with it, unless it is in the way of that. */
const ended = (course: Course, id: string, status: string, message: string): Told => {
  const begun = course.begun.filter(other => other !== id)
  const next: Course = { ...course, begun, done: course.done + 1 }
  const [following] = status === "failed" || begun.length === course.begun.length ? [] : begun
  const told = progress(next, id, status, message)
  return [next, following === undefined ? [told] : [told, running(next, following)]]
}

const running = (course: Course, id: string): Progress => progress(course, id, "running", "")

const progress = (
  { total, done }: Pick<Course, "total" | "done">,
  migrationId: string,
  status: string,
  message: string
): Progress => ({
  migrationId,
  status,
  message,
  progress: Math.floor((done * 100) / Math.max(total, 1))
})

const planned = ({ skipped, steps }: Plan): Told => {
  const total = skipped.length + steps.length
  const told = skipped.map(({ id, reason }: NotPlanned, index) =>
    progress({ total, done: index + 1 }, id, "skipped", reason)
  )
  return [{ total, done: skipped.length, begun: [] }, told]
}
