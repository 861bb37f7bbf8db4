import type { Cause, Failure } from "../../domain/Run.ts"

/** Stands where the name of a schema was. */
const anySchema = "{schema}"

/** The causes with one more failure: those that differ in nothing but the name of the schema are one. */
export const add = (
  causes: ReadonlyArray<Cause>,
  failure: Pick<Failure, "reason" | "code" | "connection" | "schema">
): ReadonlyArray<Cause> => {
  const reason = reasonOf(failure)
  const { code, connection, schema } = failure
  const at = causes.findIndex(
    cause => cause.reason === reason && cause.code === code && cause.connection === connection
  )
  const known = causes[at]
  if (known !== undefined) {
    return causes.with(at, { ...known, schemas: [...known.schemas, schema], count: known.count + 1 })
  }
  return [
    ...causes,
    { reason, ...(code === undefined ? {} : { code }), connection, schemas: [schema], count: 1 }
  ]
}

/** Why it failed, in words that are the same in every schema. */
export const reasonOf = ({ reason, schema }: Pick<Failure, "reason" | "schema">): string => {
  if (schema === "") return reason
  const name = schema.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&")
  return reason.replaceAll(new RegExp(`(?<![\\p{L}\\p{N}_])${name}(?![\\p{L}\\p{N}_])`, "gu"), anySchema)
}
