import * as Effect from "effect/Effect"
import type { Verify } from "../../domain/Verify.ts"
import type { Fault } from "./Fault.ts"
import { identifier } from "./Quote.ts"
import type { Wire } from "./Wire.ts"

/** What the catalog says of a statement that may or may not have taken effect. */
export type Evidence =
  | { readonly _tag: "Landed" }
  | { readonly _tag: "NotBegun" }
  /** It began and did not end; this statement clears away what it left. */
  | { readonly _tag: "Leftover"; readonly object: string; readonly clear: string }
  /** The catalog cannot tell. */
  | { readonly _tag: "Unclear" }

const indexQuestion = `SELECT c.oid::regclass::text AS name, i.indisvalid AS valid
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_index i ON i.indexrelid=c.oid WHERE c.oid=pg_catalog.to_regclass($1)`

/** Asks as from within the step's schema: the session's search path must be set. */
export const gather = (wire: Wire, verify: Verify): Effect.Effect<Evidence, Fault> => {
  switch (verify._tag) {
    case "Repeatable":
      return Effect.succeed({ _tag: "NotBegun" })
    case "IndexBuilt":
      return Effect.map(index(wire, verify), found => {
        if (found === undefined) return { _tag: "NotBegun" }
        if (found.valid) return { _tag: "Landed" }
        return {
          _tag: "Leftover",
          object: `INVALID index ${found.name}`,
          clear: `DROP INDEX CONCURRENTLY ${found.name}`
        }
      })
    case "IndexDropped":
      return Effect.map(index(wire, verify), found =>
        found === undefined ? { _tag: "Landed" } : { _tag: "NotBegun" }
      )
    default:
      return Effect.succeed({ _tag: "Unclear" })
  }
}

const index = (
  wire: Wire,
  { schema, name }: { readonly schema?: string | undefined; readonly name: string }
) =>
  Effect.map(
    wire.ask(indexQuestion, [
      schema === undefined ? identifier(name) : `${identifier(schema)}.${identifier(name)}`
    ]),
    ([row]) => (row === undefined ? undefined : { name: String(row["name"]), valid: row["valid"] === true })
  )
