import { all, type BfmError } from "./Errors.ts"

/** An error as its kind and its fields, to be kept or sent. */
export interface WrittenError {
  readonly _tag: string
  readonly [field: string]: unknown
}

export const write = (error: BfmError): WrittenError => ({
  ...Object.fromEntries(Object.entries(error)),
  _tag: error._tag
})

/** The error that was written; none where another version of bfm wrote it in other words. */
export const read = (written: unknown): BfmError | undefined => {
  if (typeof written !== "object" || written === null || !("_tag" in written)) return undefined
  return all.find(({ _tag }) => _tag === written._tag)?.read(written)
}
