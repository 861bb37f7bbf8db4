import * as Either from "effect/Either"
import { type Backend, capabilities } from "../Backend.ts"
import * as Spelling from "../Spelling.ts"
import { locator } from "../sql/Position.ts"
import * as Surroundings from "./Surroundings.ts"

/** What a script's placeholders stand for. */
export interface Values {
  /** Effective schema; empty for the connection's own default. */
  readonly schema: string
  readonly connection: string
  readonly backend: Backend
  readonly version: string
  /** For `{{.Vars.x}}`: names are compared without regard to letter case. */
  readonly variables: Readonly<Record<string, string>>
}

/** A placeholder that cannot be rendered. */
export interface TemplateProblem {
  /** 1-based. */
  readonly line: number
  readonly reason: string
}

const known = ["{{.Schema}}", "{{.Connection}}", "{{.Backend}}", "{{.Version}}", "{{.Vars.NAME}}"]

// The name is absent where what follows the dot is no placeholder: that is a mistake, not other text.
const PLACEHOLDER = /\{\{[ \t]*\.(?:([a-z_][\w-]*(?:\.[a-z_][\w-]*)?)[ \t]*\}\})?/gi

/**
 * The script with its placeholders filled in, or everything that is wrong with them. Any other `{{` is
 * left alone. What is filled in is not rendered again.
 */
export const render = (
  text: string,
  values: Values
): Either.Either<string, ReadonlyArray<TemplateProblem>> => {
  if (!text.includes("{{")) return Either.right(text)
  const problems: Array<TemplateProblem> = []
  const variables = byName(values.variables)
  const refusal = schemaRefusal(text, values)
  let place: ReturnType<typeof locator> | undefined
  const rendered = text.replace(PLACEHOLDER, (whole, name: string | undefined, offset: number) => {
    const value = lookUp(name, values, variables)
    const reason =
      value === undefined
        ? unknown(name ?? snippet(text, offset), whole)
        : name?.toLowerCase() === "schema"
          ? refusal(offset, whole)
          : undefined
    if (reason !== undefined) {
      place ??= locator(text)
      problems.push({ line: place(offset).line, reason })
    }
    return value ?? whole
  })
  return problems.length === 0 ? Either.right(rendered) : Either.left(problems)
}

const SCHEMA = /\{\{[ \t]*\.schema[ \t]*\}\}/i

/** Whether the script reads differently from schema to schema. */
export const dependsOnSchema = (text: string): boolean => text.includes("{{") && SCHEMA.test(text)

/** `BFM_VAR_MY_NAME` cannot say whether it means `my_name` or `my-name`: both are the same variable. */
const variableName = (name: string): string => name.toLowerCase().replaceAll("-", "_")

const byName = (variables: Values["variables"]): ReadonlyMap<string, string> =>
  new Map(Object.entries(variables).map(([name, value]) => [variableName(name), value]))

const lookUp = (
  name: string | undefined,
  values: Values,
  variables: ReadonlyMap<string, string>
): string | undefined => {
  switch (name?.toLowerCase()) {
    case undefined:
      return undefined
    case "schema":
      return values.schema
    case "connection":
      return values.connection
    case "backend":
      return values.backend
    case "version":
      return values.version
    default:
      return variables.get(variableName(variableOf(name) ?? ""))
  }
}

const variableOf = (name = ""): string | undefined => /^vars\.(.+)$/i.exec(name)?.[1]

const snippet = (text: string, offset: number): string =>
  /^\{\{[^\n\r}]{0,40}\}{0,2}/.exec(text.slice(offset, offset + 44))?.[0] ?? "{{."

const unknown = (name: string, whole: string): string => {
  const variable = variableOf(name)
  if (variable !== undefined) {
    const upper = variableName(variable).toUpperCase()
    return `template variable ${variable} is not set: give --var ${variable}=… or BFM_VAR_${upper}`
  }
  const spelling = Spelling.hint(whole, known)
  const shown = name.startsWith("{{") ? name : whole
  return `unknown template ${shown}; known: ${known.join(" ")}${spelling}`
}

const SIMPLE = /^[a-z_][a-z0-9_]*$/

/** Why the schema's name must not be pasted at an offset; names that mean themselves anywhere cost nothing. */
const schemaRefusal = (
  text: string,
  { schema, backend, connection }: Values
): ((offset: number, whole: string) => string | undefined) => {
  if (SIMPLE.test(schema)) return () => undefined
  if (schema === "") return emptyRefusal(text, backend, connection)
  if (capabilities[backend].script === "json") {
    const refused = JSON.stringify(schema) !== `"${schema}"`
    return () => (refused ? `schema ${JSON.stringify(schema)} cannot stand in JSON as it is` : undefined)
  }
  const read = Surroundings.reader(text)
  return (offset, whole) => refusal(schema, whole, read(offset))
}

/** No name at all is harmless in strings, comments and keys; elsewhere it would break the statement. */
const emptyRefusal = (text: string, backend: Backend, connection: string) => {
  if (capabilities[backend].script === "json") return () => undefined
  const read = Surroundings.reader(text)
  const variable = `${connection.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_")}_SCHEMA`
  return (offset: number, whole: string): string | undefined => {
    const { kind } = read(offset)
    return kind === "string" || kind === "comment"
      ? undefined
      : `${whole} is empty here: name a schema (bfm-schema in the file, --schema or ${variable})`
  }
}

/** What a name must not contain there; `undefined` where nothing protects it. */
const forbidden = (around: Surroundings.Surroundings): RegExp | undefined => {
  switch (around.kind) {
    case "bare":
      return undefined
    case "backticks":
      return /[^\w.-]/
    case "quoted":
      return around.escapes ? /["\\]/ : /"/
    case "string":
      return /['\\]/
    case "comment":
      return /[\n\r]|\/\*|\*\//
  }
}

const refusal = (schema: string, whole: string, around: Surroundings.Surroundings): string | undefined => {
  if (around.dollar && schema.includes("$")) {
    return `schema ${JSON.stringify(schema)} would end the $-quoted text that ${whole} stands in`
  }
  const characters = forbidden(around)
  if (characters === undefined) {
    // A `$` inside a name needs no quotes.
    return /^[a-z_][a-z0-9_$]*$/.test(schema)
      ? undefined
      : `schema ${JSON.stringify(schema)} would be pasted unquoted and mean something else; write "${whole}"`
  }
  const found = characters.exec(schema)?.[0]
  return found === undefined
    ? undefined
    : `schema ${JSON.stringify(schema)} contains ${found} and would end the ${place[around.kind]} that ${whole} stands in`
}

const place: Record<Surroundings.Surroundings["kind"], string> = {
  bare: "text",
  backticks: "quoted name",
  quoted: "quoted name",
  string: "string",
  comment: "comment"
}

export { schemaName } from "./SchemaName.ts"
