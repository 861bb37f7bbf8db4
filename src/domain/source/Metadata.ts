import * as Either from "effect/Either"
import { type Backend, capabilities } from "../Backend.ts"
import type { Dependency, Requirement } from "../Dependency.ts"
import { dynamic, fixed, type Metadata, unspecified } from "../Migration.ts"
import * as Tag from "../Tag.ts"
import { connectionName } from "./FileName.ts"
import { schemaName } from "./SchemaName.ts"

export type { Metadata } from "../Migration.ts"

export const empty: Metadata = {
  schema: unspecified,
  tags: {},
  dependsOn: [],
  requires: [],
  transaction: "own"
}

export const keys = [
  "schema",
  "table",
  "tags",
  "depends-on",
  "requires",
  "transaction",
  "lock-timeout",
  "statement-timeout"
] as const
export type Key = (typeof keys)[number]

const byWord = new Map<string, Key>(keys.map(key => [key, key]))

/** The key that a word means; letter case does not count. */
export const keyOf = (word: string): Key | undefined => byWord.get(word) ?? byWord.get(word.toLowerCase())

/** Keys that take a list. */
export const lists: ReadonlySet<string> = new Set<Key>(["tags", "depends-on", "requires"])

/** One thing that is said: `bfm-depends-on: a, b`. */
export interface Entry {
  readonly key: Key
  /** As it is written there, for messages. */
  readonly label: string
  /** One, unless the key takes a list. */
  readonly values: ReadonlyArray<string>
  readonly line?: number
}

export interface MetadataProblem {
  /** 1-based. */
  readonly line?: number
  readonly reason: string
}

/** Entries put together; what cannot be understood is left out and reported. */
export interface Reading {
  readonly metadata: Metadata
  readonly problems: ReadonlyArray<MetadataProblem>
}

/** The meaning of entries for a migration of this backend, with everything that is wrong with them. */
export const read = (backend: Backend, entries: ReadonlyArray<Entry>): Reading => {
  const metadata = { ...empty }
  const problems: Array<MetadataProblem> = []
  const seen = new Set<Key>()
  for (const entry of entries) {
    const result = seen.has(entry.key)
      ? Either.left("is given twice")
      : entry.values.some(value => value.includes("{{"))
        ? Either.left(unfilled(entry.key))
        : parsers[entry.key](entry.values, { backend, line: entry.line })
    seen.add(entry.key)
    if (Either.isRight(result)) Object.assign(metadata, result.right)
    else problems.push({ ...at(entry.line), reason: reasonOf(entry, result.left) })
  }
  return { metadata, problems }
}

const unfilled = (key: Key): string =>
  `templates are not filled in here${key === "schema" ? "; use dynamic" : ""}`

const reasonOf = ({ label }: Entry, reason: string): string =>
  reason.startsWith("is ") ? `${label} ${reason}` : `${label}: ${reason}`

const at = (line: number | undefined) => (line === undefined ? {} : { line })

interface Place {
  readonly backend: Backend
  readonly line: number | undefined
}
type Result = Either.Either<Partial<Metadata>, string>
type Parser = (values: ReadonlyArray<string>, place: Place) => Result

/** For keys that take one value. */
const single =
  (parse: (value: string, place: Place) => Result): Parser =>
  (values, place) => {
    const value = (values[0] ?? "").trim()
    return value === "" ? Either.left("needs a value") : parse(value, place)
  }

/** For keys that take a list: every element counts, an empty one is a slip of the pen. */
const several =
  <A>(
    parse: (value: string, place: Place) => Either.Either<A, string>,
    collect: (found: A[]) => Result
  ): Parser =>
  (values, place) => {
    if (values.every(value => value.trim() === "")) return Either.left("needs a value")
    const found: Array<A> = []
    const wrong: Array<string> = []
    for (const value of values) {
      const result =
        value.trim() === ""
          ? Either.left("has an empty entry between its commas")
          : parse(value.trim(), place)
      if (Either.isRight(result)) found.push(result.right)
      else wrong.push(result.left)
    }
    return wrong.length === 0 ? collect(found) : Either.left(wrong.join("; "))
  }

const schema = single((value, { backend }) => {
  if (value.toLowerCase() === "dynamic") return Either.right({ schema: dynamic })
  if (/^".*"$/.test(value)) return Either.left("write the name without quotes")
  const reason = schemaName(backend, value)
  return reason === undefined ? Either.right({ schema: fixed(value) }) : Either.left(reason)
})

const tag = (value: string): Either.Either<readonly [string, string], string> => {
  const found = Tag.parse(value)
  return found === undefined
    ? Either.left(`invalid bfm-tags entry "${value}" (expected key=value)`)
    : Either.right(found)
}

const tags = several(tag, found => {
  const twice = found.find(([key], index) => found.findIndex(([other]) => other === key) < index)
  return twice === undefined
    ? Either.right({ tags: Object.fromEntries(found) })
    : Either.left(`tag ${twice[0]} is given twice`)
})

const BARRIER = /^tenants:\s*(.*?)\s*(?:>=\s*(\d{1,3}(?:\.\d{1,4})?)\s*%)?$/

/** A dependency, or a barrier: `tenants:[connection/]name-or-version>=99%`; all of them when no share is said. */
const dependency = (value: string, place: Place): Either.Either<Dependency, string> => {
  const [whole, named = "", share = "100"] = BARRIER.exec(value) ?? []
  if (whole === undefined) return migrationOf(value, place)
  if (Number(share) > 100) return Either.left(`"${value}": no more than 100% of the tenants`)
  return Either.mapBoth(migrationOf(named, place), {
    onLeft: () => `"${value}" is not tenants:[connection/]name-or-version>=PERCENT%`,
    onRight: found => ({ ...found, tenants: Number(share) })
  })
}

const migrationOf = (value: string, { line }: Place): Either.Either<Dependency, string> => {
  const slash = value.indexOf("/")
  const target = value.slice(slash + 1).trim()
  if (target === "" || target.includes("/")) {
    return Either.left(`"${value}" is not [connection/]name-or-version`)
  }
  if (slash === -1) return Either.right({ target, ...at(line) })
  const connection = value.slice(0, slash).trim()
  const reason = connectionName(connection)
  return reason === undefined
    ? Either.right({ connection, target, ...at(line) })
    : Either.left(`"${value}": ${reason}`)
}

const requirement = (value: string, { backend }: Place): Either.Either<Requirement, string> => {
  const { requirements } = capabilities[backend]
  const [, word = "", name = ""] = /^(\w+)\s+(\S.*)$/.exec(value) ?? []
  const kind = requirements.find(kind => kind === word.toLowerCase())
  return kind === undefined
    ? Either.left(`"${value}" is not ${requirements.map(kind => `"${kind} NAME"`).join(" or ")}`)
    : Either.right({ kind, name })
}

const transaction = single(value => {
  const word = value.toLowerCase()
  return word === "none" || word === "own"
    ? Either.right({ transaction: word })
    : Either.left(`"${value}" is not known; write none, or leave the line out`)
})

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 }

/** The longest time that PostgreSQL's own settings can hold. */
const longest = 2_147_483_647

/** `500ms`, `5s`, `10m`, `1h` in milliseconds; `undefined` for anything else. */
export const milliseconds = (text: string): number | undefined => {
  const [, amount = "", unit = ""] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|min|h)$/i.exec(text) ?? []
  const value = Math.round(Number(amount) * (units[unit.toLowerCase()] ?? Number.NaN))
  return value <= longest ? value : undefined
}

const time = (name: "lockTimeout" | "statementTimeout"): Parser =>
  single(value => {
    const found = value === "0" ? 0 : milliseconds(value)
    return found === undefined
      ? Either.left(`"${value}" is not a time such as 500ms, 5s, 10m or 1h`)
      : Either.right({ [name]: found })
  })

const parsers: Record<Key, Parser> = {
  schema,
  table: single(value => Either.right({ table: value })),
  tags,
  "depends-on": several(dependency, dependsOn => Either.right({ dependsOn })),
  requires: several(requirement, requires => Either.right({ requires })),
  transaction,
  "lock-timeout": time("lockTimeout"),
  "statement-timeout": time("statementTimeout")
}
