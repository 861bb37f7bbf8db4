import * as Either from "effect/Either"
import * as Encoding from "effect/Encoding"

const encoder = new TextEncoder()
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/** Keys and values of etcd are bytes; scripts say them as text. */
export const of = (text: string): Uint8Array => encoder.encode(text)

/** The text that the bytes are, if they are one. */
export const text = (bytes: Uint8Array): string | undefined =>
  Either.getOrUndefined(Either.try(() => decoder.decode(bytes)))

export const base64 = (bytes: Uint8Array): string => Encoding.encodeBase64(bytes)

export const fromBase64 = (encoded: string): Uint8Array | undefined =>
  Either.getOrUndefined(Encoding.decodeBase64(encoded))

/** For people: the text, or its base64 where it is none. */
export const shown = (bytes: Uint8Array): string => text(bytes) ?? `base64:${base64(bytes)}`

/** One character for each byte: compares, and is a prefix of another, as the bytes are. */
export const comparable = (bytes: Uint8Array): string => {
  let out = ""
  for (const byte of bytes) out += String.fromCharCode(byte)
  return out
}
