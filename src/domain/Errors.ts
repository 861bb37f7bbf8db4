import { Forbidden, TooManyAttempts, Unauthenticated } from "./errors/Access.ts"
import { ConfigInvalid, ConnectionUnknown, EmbeddedUnavailable } from "./errors/Configuration.ts"
import { MigrationChanged, PlanDiffers, PlanRejected } from "./errors/Plan.ts"
import { MigrationAmbiguous, MigrationNotFound, RequestInvalid } from "./errors/Request.ts"
import { RunConflict, RunFailed, RunNotFound } from "./errors/Run.ts"
import { ServiceFailed, ShuttingDown } from "./errors/Service.ts"
import { BuildFailed, SourceInvalid } from "./errors/Source.ts"
import {
  ConnectionUnreachable,
  LockBusy,
  NotSupported,
  StateUnavailable,
  StoreRefused
} from "./errors/Store.ts"

export * from "./errors/Access.ts"
export * from "./errors/Configuration.ts"
export * from "./errors/Plan.ts"
export * from "./errors/Request.ts"
export * from "./errors/Run.ts"
export * from "./errors/Service.ts"
export * from "./errors/Source.ts"
export * from "./errors/Store.ts"

/** Every expected error. Each interface has one total table from `_tag` to its own code. */
export const all = [
  BuildFailed,
  ConfigInvalid,
  ConnectionUnknown,
  ConnectionUnreachable,
  EmbeddedUnavailable,
  Forbidden,
  LockBusy,
  MigrationAmbiguous,
  MigrationChanged,
  MigrationNotFound,
  NotSupported,
  PlanDiffers,
  PlanRejected,
  RequestInvalid,
  RunConflict,
  RunFailed,
  RunNotFound,
  ServiceFailed,
  ShuttingDown,
  SourceInvalid,
  StateUnavailable,
  StoreRefused,
  TooManyAttempts,
  Unauthenticated
]
export type BfmError = InstanceType<(typeof all)[number]>
