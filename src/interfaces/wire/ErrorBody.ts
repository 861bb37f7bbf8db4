import type { BfmError } from "../../domain/Errors.ts"

/** What could not be done, as one JSON value: the message, its kind, and what it knows. */
export interface ErrorBody {
  readonly error: string
  readonly code: string
  readonly [field: string]: unknown
}

export const fromError = (error: BfmError): ErrorBody => {
  const { _tag, message, code, ...fields } = Object.fromEntries(Object.entries(error))
  const store = code === undefined ? {} : { store_code: code }
  return { ...fields, ...store, error: error.message, code: error._tag }
}
