import type { BfmError } from "../../domain/Errors.ts"
import type { RunResult } from "../../domain/Run.ts"

export const done = 0
/** The command line, the configuration or the sources are wrong, or a store cannot be reached. */
export const refused = 1
/** Something is pending (`status --exit-code`), or the run pauses. */
export const pending = 2
/** An applied migration was changed, or the plan is not the expected one. */
export const drift = 3
export const stepFailed = 4
export const lockBusy = 5
export const interrupted = 130

/** A new error does not compile until it has its code here. */
export const ofError: Record<BfmError["_tag"], number> = {
  BuildFailed: refused,
  ConfigInvalid: refused,
  ConnectionUnknown: refused,
  ConnectionUnreachable: refused,
  EmbeddedUnavailable: refused,
  Forbidden: refused,
  LockBusy: lockBusy,
  MigrationAmbiguous: refused,
  MigrationChanged: drift,
  MigrationNotFound: refused,
  NotSupported: refused,
  PlanDiffers: drift,
  PlanRejected: refused,
  RequestInvalid: refused,
  RunConflict: refused,
  RunFailed: stepFailed,
  RunNotFound: refused,
  ServiceFailed: refused,
  ShuttingDown: refused,
  SourceInvalid: refused,
  StateUnavailable: refused,
  StoreRefused: refused,
  TooManyAttempts: refused,
  Unauthenticated: refused
}

export const ofResult = ({ success, state }: RunResult): number => {
  if (success) return done
  if (state === "paused") return pending
  return state === "interrupted" || state === "cancelled" ? interrupted : stepFailed
}
