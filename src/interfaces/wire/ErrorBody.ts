import type { BfmError } from "../../domain/Errors.ts"
import * as WrittenError from "../../domain/WrittenError.ts"

/** What could not be done, as one JSON value: the message, its kind, and what it knows. */
export interface ErrorBody {
  readonly error: string
  readonly code: string
  readonly [field: string]: unknown
}

export const fromError = (error: BfmError): ErrorBody => {
  const { _tag, message, code, ...fields } = WrittenError.write(error)
  const store = code === undefined ? {} : { store_code: code }
  return { ...fields, ...store, error: error.message, code: _tag }
}

/** The error that such a body was made of; none where the code is not that of an error. */
export const toError = ({ error: _, code, store_code, ...fields }: ErrorBody): BfmError | undefined => {
  const store = store_code === undefined ? {} : { code: store_code }
  return WrittenError.read({ ...fields, ...store, _tag: code })
}
