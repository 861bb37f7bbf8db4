import * as Cause from "effect/Cause"
import * as Inspectable from "effect/Inspectable"
import * as Option from "effect/Option"
import type { ProgramError } from "../Migration.ts"

/** Why a program ended early. Its author may fail with anything, throw, or interrupt it: all are its failure. */
export const of = (cause: Cause.Cause<unknown>): ProgramError => {
  const said = Option.orElse(Cause.failureOption(cause), () => Cause.dieOption(cause))
  return Option.match(said, { onNone: () => ({ message: "it interrupted itself" }), onSome: asError })
}

const asError = (value: unknown): ProgramError =>
  hasMessage(value) ? value : { message: Inspectable.toStringUnknown(value, 0) }

const hasMessage = (value: unknown): value is { readonly message: string } =>
  typeof value === "object" &&
  value !== null &&
  "message" in value &&
  typeof value.message === "string" &&
  value.message !== ""
