import { canonical } from "../../domain/Identity.ts"
import type { Migration } from "../../domain/Migration.ts"
import type { Question } from "../../domain/predecessor/Adoption.ts"
import type { Row } from "../../domain/predecessor/OldState.ts"
import * as RollBack from "../RollBack.ts"
import type { Stray } from "./Evidence.ts"
import { type Facts, isSettled, resolve } from "./Facts.ts"
import * as Standing from "./Standing.ts"

/** What comes of rows that belong to no migration for sure; only those that say `applied` matter. */
export interface Strays {
  readonly unknown: ReadonlyArray<string>
  readonly questions: ReadonlyArray<Question>
}

export const of = (facts: Facts, strays: ReadonlyArray<Stray>): Strays => {
  const unknown = new Set<string>()
  const questions = new Map<string, Question>()
  const settled = isSettled(facts)
  const answered = (row: Row, candidates: ReadonlyArray<Migration>): boolean =>
    candidates.some(
      migration =>
        settled(migration, row.schema) || RollBack.appliedSchemas(facts.world, migration).length > 0
    )
  const ask = (row: Row, candidates: ReadonlyArray<Migration>, reason: string) => {
    if (answered(row, candidates)) return
    const id = candidates.map(canonical).join(" or ")
    const schema = row.schema === "" ? {} : { schema: row.schema }
    questions.set(shown(row), { subject: row.id, ...schema, reason, remedy: resolve(id, row.schema) })
  }
  for (const { row, match } of strays) {
    if (!Standing.isApplied(row.status)) continue
    switch (match._tag) {
      case "Unknown":
        unknown.add(shown(row))
        break
      case "Elsewhere": {
        const { migration } = match
        ask(
          row,
          [migration],
          `it ran on connection ${row.connection}, and its file belongs to ${migration.connection}`
        )
        break
      }
      case "Ambiguous":
        ask(row, match.migrations, `it can mean ${match.migrations.map(canonical).join(" and ")}`)
    }
  }
  return { unknown: [...unknown].sort(), questions: [...questions.values()] }
}

const shown = ({ id, connection, schema }: Row): string =>
  `${id} (${connection}${schema === "" ? "" : `, schema ${schema}`})`
