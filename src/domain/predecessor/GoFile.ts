import * as Either from "effect/Either"
import * as GoLiteral from "./GoLiteral.ts"
import * as GoToken from "./GoToken.ts"

/** A dependency as a `.go` file writes it; empty texts were not given. */
export interface GoDependency {
  readonly connection: string
  readonly schema: string
  readonly target: string
  readonly by: "name" | "version"
  readonly requiresTable: string
  readonly requiresSchema: string
}

/** What a migration's `.go` file declares; a field that cannot be read is absent, and a problem. */
export interface GoFile {
  /** Empty: each request named the schemas. */
  readonly schema?: string
  readonly dependencies?: ReadonlyArray<string>
  readonly structured?: ReadonlyArray<GoDependency>
  readonly tags?: ReadonlyArray<string>
  readonly problems: ReadonlyArray<GoToken.GoProblem>
}

/** Any of these makes a literal a migration. */
const fields: ReadonlySet<string> = new Set([
  ...["Schema", "Version", "Name", "Connection", "Backend", "UpSQL", "DownSQL"],
  ...["Dependencies", "StructuredDependencies", "Tags"]
])

/** Reads the code of a `.go` file: what stands in comments and inside of other strings says nothing. */
export const read = (text: string): GoFile => {
  const tokens = GoToken.scan(text)
  if (Either.isLeft(tokens)) return { problems: [tokens.left] }
  const [migration, second] = migrations(GoLiteral.parse(tokens.right))
  if (migration === undefined) return { schema: "", dependencies: [], structured: [], tags: [], problems: [] }
  if (second !== undefined) {
    const line = second.entries[0]?.line ?? 1
    return {
      problems: [{ line, reason: "a second migration is declared; only you can tell which one counts" }]
    }
  }
  const problems: Array<GoToken.GoProblem> = []
  const field = <A>(
    key: string,
    none: A,
    shape: string,
    of: (value: Value) => A | undefined
  ): A | undefined => {
    const found = migration.entries.find(entry => entry.key === key)
    if (found === undefined) return none
    const value = of(found.value)
    if (value === undefined) problems.push({ line: found.line, reason: `${key} is not written as ${shape}` })
    return value
  }
  const said = {
    schema: field("Schema", "", "a text", textOf),
    dependencies: field("Dependencies", [], "a list of texts", textsOf),
    structured: field("StructuredDependencies", [], "a list of dependencies", dependenciesOf),
    tags: field("Tags", [], "a list of texts", textsOf)
  }
  return {
    ...(said.schema === undefined ? {} : { schema: said.schema }),
    ...(said.dependencies === undefined ? {} : { dependencies: said.dependencies }),
    ...(said.structured === undefined ? {} : { structured: said.structured }),
    ...(said.tags === undefined ? {} : { tags: said.tags }),
    problems
  }
}

type Value = GoLiteral.GoEntry["value"]

/** The outermost literals with a migration's fields; dependencies have some of the same. */
const migrations = (literal: GoLiteral.GoLiteral): ReadonlyArray<GoLiteral.GoLiteral> => {
  if (literal.type.endsWith("Dependency")) return []
  if (literal.entries.some(({ key }) => key !== undefined && fields.has(key))) return [literal]
  return literal.entries.flatMap(({ value }) => value.filter(GoLiteral.isLiteral).flatMap(migrations))
}

/** `"a"`, or `"a" + "b"`. */
const textOf = (value: Value): string | undefined => {
  let text = ""
  for (const [index, item] of value.entries()) {
    if (GoLiteral.isLiteral(item)) return undefined
    if (index % 2 === 0 && item.kind === "string") text += item.text
    else if (index % 2 === 0 || item.text !== "+") return undefined
  }
  return value.length % 2 === 1 ? text : undefined
}

/** The elements of `[]T{…}`; `nil` has none. */
const elements = (value: Value): ReadonlyArray<Value> | undefined => {
  const [first] = value
  const last = value.at(-1)
  if (first === undefined || last === undefined) return undefined
  if (value.length === 1 && !GoLiteral.isLiteral(first) && first.text === "nil") return []
  if (!GoLiteral.isLiteral(last) || !last.type.startsWith("[]")) return undefined
  return last.entries.every(({ key }) => key === undefined)
    ? last.entries.map(entry => entry.value)
    : undefined
}

const textsOf = (value: Value): ReadonlyArray<string> | undefined => all(elements(value)?.map(textOf))

const dependenciesOf = (value: Value): ReadonlyArray<GoDependency> | undefined =>
  // Without a target it means nothing: the Go BfM leaves it out as well.
  all(elements(value)?.map(dependencyOf))?.filter(({ target }) => target !== "")

const all = <A>(items: ReadonlyArray<A | undefined> | undefined): ReadonlyArray<A> | undefined => {
  const known = items?.flatMap(item => (item === undefined ? [] : [item]))
  return known?.length === items?.length ? known : undefined
}

const dependencyOf = (value: Value): GoDependency | undefined => {
  const literal = value.at(-1)
  if (literal === undefined || !GoLiteral.isLiteral(literal)) return undefined
  const said = new Map<string, string>()
  for (const { key, value: given } of literal.entries) {
    const text = textOf(given)
    if (key === undefined || text === undefined) return undefined
    said.set(key, text)
  }
  const of = (key: string): string => (said.get(key) ?? "").trim()
  return {
    connection: of("Connection"),
    schema: of("Schema"),
    target: of("Target"),
    by: of("TargetType") === "version" ? "version" : "name",
    requiresTable: of("RequiresTable"),
    requiresSchema: of("RequiresSchema")
  }
}
