import { canonical } from "../../domain/Identity.ts"
import type { Row } from "../../domain/predecessor/OldState.ts"
import type { Question } from "../../domain/Takeover.ts"
import type { Stray } from "./Evidence.ts"
import { type Facts, isAnswered, resolve } from "./Facts.ts"
import * as Standing from "./Standing.ts"

/** What comes of rows that belong to no migration of their connection; only those that say `applied` matter. */
export interface Strays {
  readonly unknown: ReadonlyArray<string>
  readonly questions: ReadonlyArray<Question>
}

export const of = (facts: Facts, strays: ReadonlyArray<Stray>): Strays => {
  const unknown = new Set<string>()
  const questions = new Map<string, Question>()
  for (const { row, migration } of strays) {
    if (!Standing.isApplied(row.status)) continue
    if (migration === undefined) unknown.add(shown(row))
    else if (!isAnswered(facts, migration, row.schema)) {
      questions.set(shown(row), {
        subject: row.id,
        ...(row.schema === "" ? {} : { schema: row.schema }),
        reason: `it ran on connection ${row.connection}, and its file belongs to ${migration.connection}`,
        remedy: resolve(canonical(migration), row.schema)
      })
    }
  }
  return { unknown: [...unknown].sort(), questions: [...questions.values()] }
}

const shown = ({ id, connection, schema }: Row): string =>
  `${id} (${connection}${schema === "" ? "" : `, schema ${schema}`})`
