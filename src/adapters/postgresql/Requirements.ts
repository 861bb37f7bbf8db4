import * as Effect from "effect/Effect"
import type { Requirement } from "../../domain/Dependency.ts"
import type { Step } from "../../domain/Plan.ts"
import type { Live } from "./Live.ts"
import { identifier } from "./Quote.ts"

/** `core.users` as the catalog's functions read it; folding is left out, names are taken as written. */
const qualified = (name: string, schema: string): string => {
  const parts = name.split(".")
  const full = parts.length > 1 || schema === "" ? parts : [schema, ...parts]
  return full.map(identifier).join(".")
}

/** Those of a step's requirements that do not hold now. */
export const unmet = Effect.fnUntraced(function* (live: Live, step: Step) {
  if (step.requires.length === 0) return []
  const wire = yield* live.wire
  const rows = yield* wire.ask(
    `SELECT r.n FROM unnest($1::text[],$2::text[]) WITH ORDINALITY AS r(kind,name,n)
WHERE CASE WHEN r.kind='schema' THEN pg_catalog.to_regnamespace(r.name) IS NULL ELSE pg_catalog.to_regclass(r.name) IS NULL END`,
    [
      step.requires.map(({ kind }) => kind),
      step.requires.map(({ kind, name }) =>
        kind === "schema" ? identifier(name) : qualified(name, step.schema)
      )
    ]
  )
  const missing = new Set(rows.map(row => Number(row["n"])))
  return step.requires.filter((_, index): _ is Requirement => missing.has(index + 1))
})
