import * as Crypto from "node:crypto"
import * as Name from "./Name.ts"

// A script has a million tokens: they are written into one buffer, because a string for each costs three times
// as much as reading them.

/** SHA-256 over tokens. A NUL follows each, so that no two lists of tokens give the same bytes. */
export interface TokenDigest {
  /** Begun when a text does not fit into the buffer. */
  hash: Crypto.Hash | undefined
  readonly bytes: Buffer
  used: number
}

const CHUNK = 65_536

/** For a text of so many characters. */
export const make = (length: number): TokenDigest => ({
  hash: undefined,
  bytes: Buffer.allocUnsafe(Math.min(length * 4 + 8, CHUNK)),
  used: 0
})

/** Adds the characters from `start` to `end`, as a word that is compared without letter case, or exactly. */
export const add = (digest: TokenDigest, text: string, start: number, end: number, word: boolean): void => {
  const most = (end - start) * 3 + 1
  if (most > digest.bytes.length - digest.used) flush(digest)
  if (most > digest.bytes.length) {
    const whole = text.slice(start, end)
    begun(digest).update(`${word ? Name.fold(whole) : whole}\0`)
    return
  }
  const { bytes } = digest
  let used = digest.used
  for (let at = start; at < end; at += 1) {
    const code = text.charCodeAt(at)
    if (code >= 128) {
      const rest = text.slice(at, end)
      used += bytes.write(word ? Name.fold(rest) : rest, used)
      break
    }
    bytes[used] = word && code >= 65 && code <= 90 ? code + 32 : code
    used += 1
  }
  bytes[used] = 0
  digest.used = used + 1
}

const begun = (digest: TokenDigest): Crypto.Hash => {
  digest.hash ??= Crypto.createHash("sha256")
  return digest.hash
}

const filled = ({ bytes, used }: TokenDigest): Buffer => bytes.subarray(0, used)

const flush = (digest: TokenDigest): void => {
  begun(digest).update(filled(digest))
  digest.used = 0
}

/** Hexadecimal. Nothing can be added afterwards. */
export const finish = (digest: TokenDigest): string => {
  if (digest.hash === undefined) return Crypto.hash("sha256", filled(digest), "hex")
  flush(digest)
  return digest.hash.digest("hex")
}
