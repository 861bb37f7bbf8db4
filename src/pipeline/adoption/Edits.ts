import { capabilities } from "../../domain/Backend.ts"
import { canonical, short } from "../../domain/Identity.ts"
import type { DeclaredSchema, Migration } from "../../domain/Migration.ts"
import type { Additions } from "../../domain/source/Insertion.ts"
import type { Question } from "../../domain/Takeover.ts"
import * as RollBack from "../plan/RollBack.ts"
import * as Declaring from "./Declaring.ts"
import * as Directives from "./Directives.ts"
import type { Evidence } from "./Evidence.ts"
import type { Facts } from "./Facts.ts"

/** One file, and the directives that it gets. */
export interface Edit {
  readonly migration: Migration
  readonly additions: Additions
}

export interface Edits {
  readonly edits: ReadonlyArray<Edit>
  readonly questions: ReadonlyArray<Question>
  readonly notes: ReadonlyArray<string>
  /** Where a migration belongs once the files are written. */
  readonly schemaOf: (migration: Migration) => DeclaredSchema
}

/** Which directives the scripts lack of what their `.go` files and the old rows declare. */
export const of = ({ world, goFiles, state }: Facts, { migrations }: Evidence): Edits => {
  const recent = state.generations.includes("v0.2")
  const known = world.catalog.migrations
    .filter(({ up }) => up._tag === "Script")
    .map(migration => {
      const id = canonical(migration)
      return { migration, go: goFiles.get(id), old: migrations.get(id), recent }
    })
  const schemas = new Map(known.map(one => [canonical(one.migration), Declaring.schema(one)]))
  const schemaOf = (migration: Migration) =>
    Declaring.declaredSchema(migration, schemas.get(canonical(migration)))
  const edits: Array<Edit> = []
  const questions: Array<Question> = []
  const notes: Array<string> = []
  for (const one of known) {
    const { migration } = one
    const declared = Declaring.of(one, world.references, schemaOf)
    const { additions, conflicts } = Directives.edit(migration, declared.values, world.references)
    const sealed = isSealed(migration) && RollBack.appliedSchemas(world, migration).length > 0
    if (additions.size > 0 && !sealed) edits.push({ migration, additions })
    const reasons = [...declared.questions, ...conflicts, ...(additions.size > 0 && sealed ? [changed] : [])]
    questions.push(...reasons.map(reason => ({ subject: canonical(migration), reason, remedy: remedy(one) })))
    notes.push(...declared.notes.map(note => `${short(migration)}: ${note}`))
  }
  return { edits, questions, notes, schemaOf }
}

/** The header of a JSON script counts for its checksum; comments of an SQL script do not. */
const isSealed = ({ backend }: Migration): boolean => capabilities[backend].script === "json"

const changed = "it is in the ledger already, and a header would make it look edited: nothing is written"

const remedy = ({ migration: { up }, go }: Declaring.Known): string =>
  go === undefined || go.problems.length === 0
    ? `write what is true into ${up.path}`
    : `write what is true into ${up.path}, and take its .go file away`
