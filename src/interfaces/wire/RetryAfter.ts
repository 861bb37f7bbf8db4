import type { BfmError } from "../../domain/Errors.ts"

/** Seconds after which the same request may succeed. */
export const ofError = (error: BfmError): number | undefined => {
  switch (error._tag) {
    case "LockBusy":
      return 5
    case "TooManyAttempts":
      return error.retry_after
    default:
      return undefined
  }
}
