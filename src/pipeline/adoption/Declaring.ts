import { capabilities } from "../../domain/Backend.ts"
import { short } from "../../domain/Identity.ts"
import type { DeclaredSchema, Migration } from "../../domain/Migration.ts"
import type { GoDependency, GoFile } from "../../domain/predecessor/GoFile.ts"
import type { Key } from "../../domain/source/Metadata.ts"
import * as References from "../plan/References.ts"
import type { OfMigration } from "./Evidence.ts"
import * as Standing from "./Standing.ts"

/** What a migration was by its `.go` file and the old rows, in the words of our directives. */
export interface Declared {
  readonly values: ReadonlyMap<Key, ReadonlyArray<string>>
  /** What only a person can say: it is not written. */
  readonly questions: ReadonlyArray<string>
  readonly notes: ReadonlyArray<string>
}

/** What is known of one migration. */
export interface Known {
  readonly migration: Migration
  /** Absent where there is no such file. */
  readonly go: GoFile | undefined
  /** Absent where the Go BfM wrote nothing of it. */
  readonly old: OfMigration | undefined
  /** Whether that was v0.2 or later. */
  readonly recent: boolean
}

/**
 * The schema: as the `.go` file declares it, else as it was listed. Since v0.2 one that declares none waited for a
 * request to name the schemas; before, it ran in the connection's own, unless a request named one.
 */
export const schema = ({ go, old, recent }: Known): string | undefined => {
  if (go !== undefined && go.schema !== "") return go.schema
  const list = old?.listed.find(({ generation }) => generation === "v0.2")
  if (go === undefined && list !== undefined && list.schema !== "") return list.schema
  if (list !== undefined) return "dynamic"
  if (old === undefined) return go !== undefined && recent ? "dynamic" : undefined
  const [named, ...more] = old.named
  if (named !== undefined && more.length === 0 && old.places.size === 1) return named
  const ran = [...old.places.values()].filter(place => Standing.of(old, place)._tag !== "Untouched")
  return ran.length > 0 && ran.every(place => place.schema !== "") ? "dynamic" : undefined
}

/** Where it will be at home when the directives are written. */
export const declaredSchema = (migration: Migration, wanted: string | undefined): DeclaredSchema => {
  if (migration.schema._tag !== "Unspecified" || wanted === undefined) return migration.schema
  return wanted === "dynamic" ? { _tag: "Dynamic" } : { _tag: "Fixed", name: wanted }
}

/** Everything that is declared. `schemaOf`: of any migration, once the directives are written. */
export const of = (
  known: Known,
  references: References.References,
  schemaOf: (migration: Migration) => DeclaredSchema
): Declared => {
  const values = new Map<Key, ReadonlyArray<string>>()
  const questions = (known.go?.problems ?? []).map(
    ({ line, reason }) => `line ${line} of its .go file: ${reason}`
  )
  const notes: Array<string> = []
  const say = (key: Key, list: ReadonlyArray<string>) => {
    if (list.length > 0) values.set(key, [...new Set(list)])
  }
  const wanted = schema(known)
  if (wanted !== undefined) say("schema", [wanted])
  say("table", tables(known))
  say("tags", known.go?.tags ?? [])
  const needs = (known.go?.structured ?? []).map(dependency => ({ ...dependency, plain: false }))
  const names = (known.go?.dependencies ?? []).map(target => ({ ...nameless, target, plain: true }))
  const dependsOn: Array<string> = []
  for (const dependency of [...names, ...needs]) {
    const found = reference(known.migration, dependency, references, schemaOf)
    if (found._tag === "Written") dependsOn.push(found.text)
    else (found._tag === "Question" ? questions : notes).push(found.text)
  }
  say("depends-on", dependsOn)
  say(
    "requires",
    needs.flatMap(dependency => requirements(known.migration, dependency, notes))
  )
  return { values, questions, notes }
}

const nameless: GoDependency = {
  connection: "",
  schema: "",
  target: "",
  by: "name",
  requiresTable: "",
  requiresSchema: ""
}

/** Before the first release the table was part of the file's name; it is said where the script says another. */
const tables = ({ migration, old }: Known): ReadonlyArray<string> => {
  const rows = [...(old?.places.values() ?? [])].flatMap(({ happened }) => happened)
  const [table, ...more] = new Set(rows.map(row => row.table).filter(name => name !== ""))
  return table === undefined || more.length > 0 || table === migration.table ? [] : [table]
}

type Reference =
  | { readonly _tag: "Written"; readonly text: string }
  | { readonly _tag: "Question"; readonly text: string }
  | { readonly _tag: "Note"; readonly text: string }

/** A dependency in our words: one without a connection means the migration's own, else the only one that has it. */
const reference = (
  from: Migration,
  { connection, target, by, schema }: GoDependency,
  references: References.References,
  schemaOf: (migration: Migration) => DeclaredSchema
): Reference => {
  const found = [...references.byConnection.keys()].flatMap(name => {
    const all =
      connection === "" || connection === name
        ? References.resolve(references, from, { connection: name, target })
        : []
    const meant = all.filter(migration => (by === "name" ? migration.name : migration.version) === target)
    return meant.length === 0 ? [] : [{ name, meant }]
  })
  const chosen = found.find(({ name }) => name === from.connection) ?? found[0]
  if (chosen === undefined) {
    return question(
      `it depends on ${target}${connection === "" ? "" : ` of ${connection}`}, which is not among the files`
    )
  }
  if (found.length > 1 && chosen.name !== from.connection) {
    return question(`it depends on ${target}, which ${found.map(({ name }) => name).join(" and ")} both have`)
  }
  const [first] = chosen.meant
  const homeless = chosen.meant.some(migration => schemaOf(migration)._tag === "Dynamic")
  if (homeless && schemaOf(from)._tag !== "Dynamic") {
    const where = schema === "" ? "" : ` in ${schema}`
    return {
      _tag: "Note",
      text: `its dependency on ${chosen.name}/${target}${where} is not written: that is dynamic, and it would wait until a run names a schema; if it belongs to one schema, let it say so (bfm-schema)`
    }
  }
  // A comma or a slash would be read as something else.
  const word = /[,/]|^\s|\s$/.test(target) && first !== undefined ? first.version : target
  return { _tag: "Written", text: chosen.name === from.connection ? word : `${chosen.name}/${word}` }
}

const question = (text: string): Reference => ({ _tag: "Question", text: `${text}: not written` })

/** What a dependency requires of the migration's own store; another connection's cannot be asked from here. */
const requirements = (
  from: Migration,
  dependency: GoDependency,
  notes: Array<string>
): ReadonlyArray<string> => {
  const { connection, schema, requiresSchema, requiresTable } = dependency
  if (requiresSchema === "" && requiresTable === "") return []
  const kind = capabilities[from.backend].requirements.find(name => name === "schema" || name === "database")
  if (kind === undefined || (connection !== "" && connection !== from.connection)) {
    notes.push(
      `${short(from)} requires ${requiresTable || requiresSchema} of ${connection || from.connection}: that cannot be checked there, and is not written`
    )
    return []
  }
  const place = requiresSchema || schema
  const table = place === "" || requiresTable.includes(".") ? requiresTable : `${place}.${requiresTable}`
  return [
    ...(requiresSchema === "" ? [] : [`${kind} ${requiresSchema}`]),
    ...(requiresTable === "" ? [] : [`table ${table}`])
  ]
}
