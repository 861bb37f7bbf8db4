import * as Either from "effect/Either"
import { RequestInvalid } from "../../domain/Errors.ts"
import type * as Ledger from "../../domain/Ledger.ts"
import * as Selector from "../../domain/SchemaSelector.ts"
import * as SchemaName from "../../domain/source/SchemaName.ts"
import * as Variable from "../../domain/Variable.ts"
import type { Connection } from "../../ports/Connections.ts"

/** The schemas that a request means, connection by connection. */
export interface Scope {
  /** Whether the request names any: then nothing runs where there are none of them. */
  readonly named: boolean
  /** In the order of the request, each once. */
  readonly of: (connection: string) => ReadonlyArray<string>
  /** Whether it means the schema on any connection. */
  readonly has: (schema: string) => boolean
  /** Whether it means the schema on this one. */
  readonly isMeant: (connection: string, schema: string) => boolean
  /** Position of the schema in the request; 0 for any other. */
  readonly rank: (schema: string) => number
}

/** What is known of one connection's schemas. */
interface Known {
  readonly connection: Connection
  /** Of `{CONN}_TENANTS`. */
  readonly tenants: ReadonlyArray<string> | undefined
  /** Those that there are, where the store can tell. */
  readonly present: ReadonlySet<string> | undefined
}

/** Understands the items, or says what is wrong with them. An empty name is a variable that was not set. */
export const parse = (
  items: ReadonlyArray<string>
): Either.Either<ReadonlyArray<Selector.SchemaSelector>, RequestInvalid> =>
  items.some(item => item === "" || item === "=")
    ? Either.left(new RequestInvalid({ problems: ["schemas: a schema's name must not be empty"] }))
    : Either.right([...new Set(items)].map(Selector.parse))

/** Whether names have to be found out before it is known which schemas are meant. */
export const isOpen = (selectors: ReadonlyArray<Selector.SchemaSelector>): boolean =>
  selectors.some(({ _tag }) => _tag !== "Name")

/** Understands items where each has to be one name: what a human says is true holds for what is named. */
export const names = (items: ReadonlyArray<string>): Either.Either<ReadonlyArray<string>, RequestInvalid> =>
  Either.flatMap(parse(items), selectors =>
    isOpen(selectors)
      ? Either.left(
          new RequestInvalid({ problems: ["schemas: name them one by one here, without patterns"] })
        )
      : Either.right(selectors.flatMap(selector => (selector._tag === "Name" ? [selector.name] : [])))
  )

/** The scope of names that are known. */
export const exactly = (names: ReadonlyArray<string>): Scope => make(() => names, names)

const make = (of: Scope["of"], all: Iterable<string>): Scope => {
  const ranks = new Map<string, number>()
  for (const name of all) if (!ranks.has(name)) ranks.set(name, ranks.size)
  const meant = new Map<string, ReadonlySet<string>>()
  return {
    named: ranks.size > 0,
    of,
    has: schema => ranks.has(schema),
    isMeant: (connection, schema) => {
      const names = meant.get(connection) ?? new Set(of(connection))
      meant.set(connection, names)
      return names.has(schema)
    },
    rank: schema => ranks.get(schema) ?? 0
  }
}

/** Finds the names that patterns and `all` stand for. One that stands for nothing anywhere is a mistake. */
export const expand = (
  world: {
    readonly connections: ReadonlyMap<string, Connection>
    readonly inspections: ReadonlyMap<string, Ledger.Survey>
    readonly tenants: ReadonlyMap<string, ReadonlyArray<string>>
  },
  selectors: ReadonlyArray<Selector.SchemaSelector>,
  selected: ReadonlySet<string>
): Either.Either<Scope, RequestInvalid> => {
  const known = [...world.connections.values()]
    .filter(({ name }) => selected.size === 0 || selected.has(name))
    .map(
      (connection): Known => ({
        connection,
        tenants: world.tenants.get(connection.name),
        present: world.inspections.get(connection.name)?.schemas
      })
    )
  const named = selectors.flatMap(selector => (selector._tag === "Name" ? [selector.name] : []))
  const found = new Map<string, Set<string>>()
  const problems: Array<string> = []
  for (const selector of selectors) {
    let some = selector._tag === "Name"
    for (const each of known) {
      const names = found.get(each.connection.name) ?? new Set<string>()
      found.set(each.connection.name, names)
      for (const name of namesOf(selector, each)) {
        names.add(name)
        some = true
      }
    }
    if (!some) problems.push(nothing(selector, known))
  }
  if (problems.length > 0) return Either.left(new RequestInvalid({ problems }))
  const lists = new Map([...found].map(([connection, names]) => [connection, [...names]]))
  // A dependency may lead to a connection that was not selected: there the names hold that were written.
  return Either.right(make(connection => lists.get(connection) ?? named, [...lists.values()].flat()))
}

const namesOf = (selector: Selector.SchemaSelector, known: Known): Iterable<string> => {
  switch (selector._tag) {
    case "Name":
      return [selector.name]
    case "All":
      return known.tenants ?? []
    case "Pattern":
      return (known.tenants ?? present(known)).filter(selector.matches)
  }
}

/** What is there and can be a tenant. The order of a set that a catalog was read into means nothing. */
const present = ({ connection, present: names }: Known): ReadonlyArray<string> =>
  [...(names ?? [])].filter(name => !isSystem(connection, name)).sort()

/** Belongs to the store itself, or to BfM. */
const isSystem = ({ backend, ledgerSchema }: Connection, name: string): boolean =>
  name === ledgerSchema || SchemaName.isSystem(backend, name)

const nothing = (selector: Selector.SchemaSelector, known: ReadonlyArray<Known>): string => {
  const names = known.map(({ connection }) => connection.name).join(", ")
  const variables = known.map(({ connection }) => Variable.of(connection.name, "TENANTS")).join(", ")
  const text = Selector.render(selector)
  if (selector._tag !== "All") return `schemas: no schema of ${names} matches ${text} (see ${variables})`
  return known.some(({ tenants }) => tenants !== undefined)
    ? `schemas: all stands for no tenant: ${variables} gives no name`
    : `schemas: all means the tenants of ${names}, and ${variables} is not set; a schema of that name is =all`
}
