import * as Either from "effect/Either"
import * as Spelling from "../Spelling.ts"
import * as JsonText from "../source/JsonText.ts"
import * as Bytes from "./Bytes.ts"

/** One change of one key, or of all keys that begin alike. Keys are as the script says them, without a prefix. */
export type Operation =
  | { readonly operation: "put"; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly operation: "delete"; readonly key: Uint8Array; readonly prefix: boolean }

/** The fields that an operation may have. */
export const fields = ["operation", "key", "value", "prefix", "keyBase64", "valueBase64"] as const

const kinds = ["put", "delete"] as const

/** Bytes of one request that the server takes by itself, less what BfM's own records need of it. */
export const largest = 1_572_864 - 16_384

/** What the operation adds to a request, in bytes; what surrounds it is taken as a round number. */
export const size = (operation: Operation): number =>
  operation.key.length + (operation.operation === "put" ? operation.value.length : 0) + 64

/** One line of JSON: what the plan shows, and what the checksum of a journal is taken over. */
export const encode = (operation: Operation): string =>
  JSON.stringify({
    operation: operation.operation,
    ...named("key", operation.key),
    ...(operation.operation === "put"
      ? named("value", operation.value)
      : operation.prefix
        ? { prefix: true }
        : {})
  })

/** What is no text is written in base64, under a name of its own. */
const named = (name: "key" | "value", bytes: Uint8Array): Readonly<Record<string, string>> => {
  const text = Bytes.text(bytes)
  return text === undefined ? { [`${name}Base64`]: Bytes.base64(bytes) } : { [name]: text }
}

/** What {@link encode} wrote. */
export const decode = (text: string): Either.Either<Operation, string> => parse(text, JsonText.root(text))

type Fields = ReadonlyMap<string, JsonText.Member>

/** The operation that stands at `span` of a text, or what is wrong with it. */
export const parse = (text: string, span: JsonText.Span): Either.Either<Operation, string> =>
  Either.gen(function* () {
    const found = yield* members(text, span)
    const raw = (name: string): unknown => {
      const member = found.get(name)
      return member === undefined ? undefined : JSON.parse(text.slice(member.start, member.end))
    }
    const operation = yield* kind(raw("operation"))
    const prefix = yield* flag(raw("prefix"))
    if (operation === "put" && prefix) return yield* Either.left("prefix is for delete only")
    const key = yield* keyOf(raw("key"), raw("keyBase64"), prefix)
    const value = yield* storedValue(text, found, raw)
    if (operation === "delete") {
      return value === undefined
        ? ({ operation, key, prefix } as const)
        : yield* Either.left("a delete has no value")
    }
    if (value === undefined) return yield* Either.left("needs a value")
    return yield* fitting({ operation, key, value })
  })

const members = (text: string, span: JsonText.Span): Either.Either<Fields, string> => {
  if (text[span.start] !== "{") return Either.left(`must be an object: ${form}`)
  const found = new Map<string, JsonText.Member>()
  for (const member of JsonText.members(text, span)) {
    if (found.has(member.name)) return Either.left(`${member.name} is given twice`)
    if (!fields.some(name => name === member.name)) {
      const hint = Spelling.hint(member.name, fields) || `; expected ${form}`
      return Either.left(`unknown field ${member.name}${hint}`)
    }
    found.set(member.name, member)
  }
  return Either.right(found)
}

const form = '{"operation": "put", "key": …, "value": …}'

const kind = (value: unknown): Either.Either<Operation["operation"], string> => {
  const found = kinds.find(name => name === (value ?? "put"))
  if (found !== undefined) return Either.right(found)
  const shown = typeof value === "string" ? value : JSON.stringify(value)
  return Either.left(`unknown operation ${shown}; known: put, delete${Spelling.hint(shown, kinds)}`)
}

const flag = (value: unknown): Either.Either<boolean, string> =>
  value === undefined || typeof value === "boolean"
    ? Either.right(value ?? false)
    : Either.left("prefix must be true or false")

const keyOf = (key: unknown, encoded: unknown, prefix: boolean): Either.Either<Uint8Array, string> => {
  if (key !== undefined && encoded !== undefined) return Either.left("has both key and keyBase64")
  const bytes = encoded === undefined ? textOf("key", key ?? null) : decoded("keyBase64", encoded)
  return Either.filterOrLeft(
    bytes,
    // Nothing at all is everything in the schema, and only a delete by prefix can mean that.
    found => found.length > 0 || prefix,
    () => "key must not be empty"
  )
}

const storedValue = (
  text: string,
  found: Fields,
  raw: (name: string) => unknown
): Either.Either<Uint8Array | undefined, string> => {
  const member = found.get("value")
  const encoded = raw("valueBase64")
  if (member === undefined)
    return encoded === undefined ? Either.right(undefined) : decoded("valueBase64", encoded)
  if (encoded !== undefined) return Either.left("has both value and valueBase64")
  const value = raw("value")
  return typeof value === "string"
    ? textOf("value", value)
    : Either.right(Bytes.of(JsonText.compact(text, member)))
}

const textOf = (name: string, value: unknown): Either.Either<Uint8Array, string> => {
  if (value === null) return Either.left(`needs a ${name}`)
  if (typeof value !== "string") return Either.left(`${name} must be a text`)
  return /\p{Surrogate}/u.test(value)
    ? Either.left(`${name} is not valid Unicode`)
    : Either.right(Bytes.of(value))
}

const decoded = (name: string, value: unknown): Either.Either<Uint8Array, string> =>
  Either.fromNullable(
    typeof value === "string" ? Bytes.fromBase64(value) : undefined,
    () => `${name} is not valid base64`
  )

const fitting = (operation: Operation): Either.Either<Operation, string> =>
  size(operation) <= largest
    ? Either.right(operation)
    : Either.left(
        `has ${size(operation)} bytes; etcd takes no more than ${largest} of them in one transaction`
      )
