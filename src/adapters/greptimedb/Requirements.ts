import * as Effect from "effect/Effect"
import type { Requirement } from "../../domain/Dependency.ts"
import type { Step } from "../../domain/Plan.ts"
import type { Client } from "./Client.ts"
import * as Evidence from "./Evidence.ts"
import type * as Fault from "./Fault.ts"

/** Those of a step's requirements that do not hold now; names are taken as they are written. */
export const unmet = (
  client: Client,
  database: string,
  step: Step
): Effect.Effect<ReadonlyArray<Requirement>, Fault.Fault> =>
  Effect.filter(step.requires, ({ kind, name }) => {
    const dot = name.indexOf(".")
    const place =
      dot === -1 ? { schema: database, name } : { schema: name.slice(0, dot), name: name.slice(dot + 1) }
    return Effect.map(
      kind === "database"
        ? Evidence.listed(client, "database", { schema: "", name })
        : Evidence.listed(client, "table", place),
      there => !there
    )
  })
