import { status } from "@grpc/grpc-js"
import type { BfmError } from "../../domain/Errors.ts"

/** A new error does not compile until it has its status here. */
export const ofError: Record<BfmError["_tag"], status> = {
  BuildFailed: status.FAILED_PRECONDITION,
  ConfigInvalid: status.FAILED_PRECONDITION,
  ConnectionUnknown: status.NOT_FOUND,
  ConnectionUnreachable: status.UNAVAILABLE,
  EmbeddedUnavailable: status.UNAVAILABLE,
  Forbidden: status.PERMISSION_DENIED,
  LockBusy: status.ABORTED,
  MigrationAmbiguous: status.INVALID_ARGUMENT,
  MigrationChanged: status.FAILED_PRECONDITION,
  MigrationNotFound: status.NOT_FOUND,
  NotSupported: status.FAILED_PRECONDITION,
  PlanDiffers: status.ABORTED,
  PlanRejected: status.FAILED_PRECONDITION,
  RequestInvalid: status.INVALID_ARGUMENT,
  RunConflict: status.FAILED_PRECONDITION,
  RunFailed: status.ABORTED,
  RunNotFound: status.NOT_FOUND,
  ServiceFailed: status.UNAVAILABLE,
  ShuttingDown: status.UNAVAILABLE,
  SourceInvalid: status.FAILED_PRECONDITION,
  StateUnavailable: status.UNAVAILABLE,
  StoreRefused: status.FAILED_PRECONDITION,
  TooManyAttempts: status.RESOURCE_EXHAUSTED,
  Unauthenticated: status.UNAUTHENTICATED
}
