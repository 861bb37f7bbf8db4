import { createHash } from "node:crypto"
import type { Unit } from "../../domain/Plan.ts"

/** Hash over what is done: the rest of a file may be mended, what has happened may not be rewritten. */
export const of = (done: ReadonlyArray<Unit>): string => {
  // As a journal begins in the ledger.
  if (done.length === 0) return ""
  const digest = createHash("sha256")
  for (const unit of done) {
    for (const { text } of unit.statements) digest.update(text).update("\0")
  }
  return digest.digest("hex")
}
