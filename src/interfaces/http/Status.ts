import type { BfmError } from "../../domain/Errors.ts"

/** The status of each error; a new one does not compile until it has its own here. */
export const ofError = {
  BuildFailed: 500,
  ConfigInvalid: 503,
  ConnectionUnknown: 422,
  ConnectionUnreachable: 503,
  EmbeddedUnavailable: 503,
  Forbidden: 403,
  LockBusy: 409,
  MigrationAmbiguous: 409,
  MigrationChanged: 422,
  MigrationNotFound: 404,
  NotSupported: 422,
  PlanDiffers: 409,
  PlanRejected: 422,
  RequestInvalid: 400,
  RunConflict: 409,
  RunFailed: 422,
  RunNotFound: 404,
  ServiceFailed: 502,
  ShuttingDown: 503,
  SourceInvalid: 422,
  StateUnavailable: 503,
  StoreRefused: 503,
  TooManyAttempts: 429,
  Unauthenticated: 401
} as const satisfies Record<BfmError["_tag"], number>

export type Status = (typeof ofError)[BfmError["_tag"]]
