import type { Event } from "../../domain/Run.ts"
import type { Heard } from "../../pipeline/runs/Watch.ts"
import { RunEventSchema } from "./generated/migration_pb.ts"
import * as Json from "./Json.ts"

/** The field of a message that carries an event. */
const fields: Record<Event["_tag"], string> = {
  Planned: "planned",
  RunStarted: "run_started",
  LockWaiting: "lock_waiting",
  StepStarted: "step_started",
  StepRetried: "step_retried",
  StepSucceeded: "step_succeeded",
  StepSkipped: "step_skipped",
  StepFailed: "step_failed",
  StepNotRun: "step_not_run",
  Warned: "warned",
  RunFinished: "run_finished"
}

const shape = (heard: Heard): object => {
  if (heard._tag === "Standing") return { standing: heard.run }
  const { sequence, event } = heard.numbered
  return { sequence, [fields[event._tag]]: event }
}

/** What whoever follows a run hears, as a message. */
export const message = (heard: Heard) => Json.message(RunEventSchema)(shape(heard))
