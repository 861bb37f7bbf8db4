import { isUtf8 } from "node:buffer"
import * as fs from "node:fs"
import * as Either from "effect/Either"
import type { MetadataProblem } from "../../domain/source/Metadata.ts"
import { reasonOf } from "../store/Reason.ts"

/** The text of a file without its byte-order mark, or why there is none. */
export const read = (path: string): Either.Either<string, MetadataProblem> => {
  try {
    const text = readWhole(path)
    const wrong = invalidAt(path, text)
    if (wrong !== undefined) return Either.left(wrong)
    return Either.right(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text)
  } catch (error) {
    return Either.left({ reason: reasonOf(error) })
  }
}

const buffer = Buffer.allocUnsafeSlow(65_536)

// Scripts are small and many: one buffer for all of them halves the time of reading them.
const readWhole = (path: string): string => {
  const file = fs.openSync(path, "r")
  try {
    const length = fs.readSync(file, buffer, 0, buffer.length, 0)
    return length < buffer.length ? buffer.toString("utf8", 0, length) : fs.readFileSync(path, "utf8")
  } finally {
    fs.closeSync(file)
  }
}

/** Reading replaces what is not UTF-8 by U+FFFD; that character may also stand in the file itself. */
const invalidAt = (path: string, text: string): MetadataProblem | undefined => {
  const at = text.indexOf("\ufffd")
  if (at === -1 || isUtf8(fs.readFileSync(path))) return undefined
  return { line: text.slice(0, at).split("\n").length, reason: "is not valid UTF-8; save the file as UTF-8" }
}

/** The first characters of a file, at most 64 KiB; empty when it cannot be read. */
export const head = (path: string, bytes: number): string =>
  Either.getOrElse(
    Either.try(() => {
      const file = fs.openSync(path, "r")
      try {
        return buffer.toString("utf8", 0, fs.readSync(file, buffer, 0, bytes, 0))
      } finally {
        fs.closeSync(file)
      }
    }),
    () => ""
  )
