import * as Schema from "effect/Schema"
import type { Target } from "../../domain/Request.ts"
import * as Optional from "./Optional.ts"

/** What the caller selects; an empty part means any, all given parts must hold. */
export const MigrationTarget = Schema.Struct({
  backend: Optional.text,
  schema: Optional.text,
  /** Any of these. */
  tables: Optional.texts,
  /** Exactly this one. */
  version: Optional.text,
  connection: Optional.text,
  /** `key=value`, all of them. */
  tags: Optional.texts
}).annotations({
  identifier: "MigrationTarget",
  description: "What is selected; an empty part means any, all given parts must hold."
})
export type MigrationTarget = typeof MigrationTarget.Type

/** A target that names no connection means the request's own: nothing of another one is selected by accident. */
export const toTarget = (target: Optional.Maybe<MigrationTarget>, connection: string): Target => ({
  backend: Optional.given(target?.backend),
  schema: Optional.given(target?.schema),
  tables: target?.tables ?? [],
  version: Optional.given(target?.version),
  connections: [Optional.given(target?.connection) ?? connection],
  tags: target?.tags ?? []
})

/** Every connection that a request names. */
export const connections = (
  target: Optional.Maybe<MigrationTarget>,
  connection: string
): ReadonlyArray<string> => {
  const targeted = Optional.given(target?.connection)
  return targeted === undefined || targeted === connection ? [connection] : [connection, targeted]
}
