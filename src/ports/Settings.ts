import * as Context from "effect/Context"

/** Limits and defaults of every run. */
export class Settings extends Context.Reference<Settings>()("bfm/Settings", {
  defaultValue: () => ({
    /** Milliseconds to wait for another run to end (`BFM_LOCK_TIMEOUT`). */
    lockWait: 30_000,
    /** Milliseconds that a statement waits for the store's own locks before it is retried. */
    lockTimeout: 5_000,
    /** Milliseconds; 0 means no limit. */
    statementTimeout: 0,
    /** How often a step is tried again after it could not get a lock. */
    lockRetries: 5,
    /** Template variables of every run (`BFM_VAR_X`), under lower-case names. */
    variables: {} as Readonly<Record<string, string>>
  })
}) {}
