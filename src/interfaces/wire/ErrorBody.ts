import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { BfmError } from "../../domain/Errors.ts"

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

// Made when a service has answered with an error: it looks into every kind, and most runs meet none.
const decode = (body: unknown) => Schema.decodeUnknownEither(BfmError)(body)

/** The error that such a body was made of; none where the code is not that of an error. */
export const toError = ({ error: _, code, store_code, ...fields }: ErrorBody): BfmError | undefined => {
  const store = store_code === undefined ? {} : { code: store_code }
  return Either.getOrUndefined(decode({ ...fields, ...store, _tag: code }))
}
