import { partitionMap } from "effect/Array"
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { LineCounter, parseDocument } from "yaml"
import { Scope } from "../../domain/Principal.ts"
import * as Token from "./Token.ts"

/** A `tokens:` list in YAML; JSON is YAML too. */
const Entry = Schema.Struct({
  name: Schema.String.pipe(Schema.pattern(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/)),
  sha256: Schema.String.pipe(Schema.pattern(/^[0-9a-fA-F]{64}$/)),
  scopes: Schema.NonEmptyArray(Scope),
  connections: Schema.optional(Schema.NonEmptyArray(Schema.NonEmptyString))
})
type Entry = typeof Entry.Type

/** What each field has to be. Never what it is: somebody may have written the token itself. */
const wanted: Readonly<Record<string, string>> = {
  name: "must be a name of letters, digits and . _ @ -, at most 64",
  sha256: "must be the SHA-256 of the token, 64 hexadecimal digits",
  scopes: `must be a list of ${Scope.literals.join(", ")}`,
  connections: "must be a list of connections; leave it out for all of them"
}

const decodeEntry = Schema.decodeUnknownEither(Entry, { errors: "all", onExcessProperty: "error" })

/** The tokens of a file, or everything that is wrong with it; `others` are good besides. */
export const decode = (
  text: string,
  others: ReadonlyArray<Token.Token>
): Either.Either<ReadonlyArray<Token.Token>, ReadonlyArray<string>> => {
  const lines = new LineCounter()
  const document = parseDocument(text, { prettyErrors: false, lineCounter: lines })
  if (document.errors.length > 0) {
    return Either.left(
      document.errors.map(error => `line ${lines.linePos(error.pos[0]).line}: is not YAML (${error.code})`)
    )
  }
  const value = Either.try(() => document.toJS())
  if (Either.isLeft(value)) return Either.left(["has an alias (*) of what is not there, or of far too much"])
  const list = listOf(value.right)
  if (list === undefined) return Either.left(["must have one list, tokens:"])
  const [wrong, entries] = partitionMap(list, (value, index) =>
    Either.mapLeft(decodeEntry(value), error => problemsOf(error, labelOf(value, index)))
  )
  const tokens = [...others, ...entries.map(token)]
  const problems = [...wrong.flat(), ...Token.doubles(tokens)]
  return problems.length > 0 ? Either.left(problems) : Either.right(tokens)
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const listOf = (value: unknown): ReadonlyArray<unknown> | undefined =>
  isObject(value) && Object.keys(value).length === 1 && Array.isArray(value["tokens"])
    ? value["tokens"]
    : undefined

const problemsOf = (error: ParseResult.ParseError, label: string): ReadonlyArray<string> => {
  const fields = ParseResult.ArrayFormatter.formatErrorSync(error).map(({ path }) => String(path[0] ?? ""))
  return [...new Set(fields.map(field => `${label}: ${reasonOf(field)}`))]
}

const reasonOf = (field: string): string => {
  if (field === "") return `must have ${Object.keys(wanted).join(", ")}`
  const reason = wanted[field]
  return reason === undefined
    ? `has a field that is not known; known: ${Object.keys(wanted).join(", ")}`
    : `${field} ${reason}`
}

/** `token 2 (deploy)`: the name only where it is one. */
const labelOf = (value: unknown, index: number): string => {
  const name = isObject(value) ? Schema.decodeUnknownEither(Entry.fields.name)(value["name"]) : undefined
  return name !== undefined && Either.isRight(name)
    ? `token ${index + 1} (${name.right})`
    : `token ${index + 1}`
}

const token = ({ name, sha256, scopes, connections }: Entry): Token.Token => ({
  principal: { name, scopes, ...(connections === undefined ? {} : { connections }) },
  digest: Buffer.from(sha256, "hex")
})
