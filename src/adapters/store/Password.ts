import * as fs from "node:fs"
import * as Data from "effect/Data"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import { reasonOf } from "./Reason.ts"

/** A password as it is set, or the file that has it: whoever opens a session reads it then, so that it can change. */
export type Password = Redacted.Redacted<string> | PasswordFile

export interface PasswordFile {
  readonly path: string
}

/** The file of a password cannot be read. */
export class PasswordUnreadable extends Data.TaggedError("PasswordUnreadable")<{
  readonly reason: string
}> {
  override get message() {
    return this.reason
  }
}

/** What it is now, empty when there is none. The line's end that editors put behind it is not part of it. */
export const read = (password: Password | undefined): Either.Either<string, PasswordUnreadable> => {
  if (password === undefined) return Either.right("")
  if (Redacted.isRedacted(password)) return Either.right(Redacted.value(password))
  const { path } = password
  return Either.try({
    try: () => fs.readFileSync(path, "utf8").replace(/\r?\n$/, ""),
    catch: error => new PasswordUnreadable({ reason: `the password's file ${path} ${reasonOf(error)}` })
  })
}

/** The same for a driver that asks in the middle of its work: it takes what is thrown for the reason. */
export const reveal = (password: Password | undefined): string =>
  Either.getOrThrowWith(read(password), error => error)
