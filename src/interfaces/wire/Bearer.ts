import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import { Unauthenticated } from "../../domain/Errors.ts"

/** What followed `Bearer ` in an Authorization header, exactly; nothing when there was no header. */
export const token = (
  header: string | undefined
): Either.Either<Redacted.Redacted<string> | undefined, Unauthenticated> => {
  if (header === undefined || header === "") return Either.right(undefined)
  const space = header.indexOf(" ")
  if (space === -1) return refused("invalid Authorization header format")
  if (header.slice(0, space).toLowerCase() !== "bearer") {
    return refused("authorization header must use Bearer scheme")
  }
  return Either.right(Redacted.make(header.slice(space + 1)))
}

const refused = (reason: string) => Either.left(new Unauthenticated({ reason }))
