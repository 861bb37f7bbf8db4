import * as Schema from "effect/Schema"

/** What a token may be used for; `admin` may do everything. */
export const Scope = Schema.Literal("read", "migrate", "rollback", "admin")
export type Scope = typeof Scope.Type

/** Who a request comes from, as its token says. */
export interface Principal {
  /** The token's name: recorded as the actor of everything that it does. */
  readonly name: string
  readonly scopes: ReadonlyArray<Scope>
  /** The only connections that it may touch; absent means all. */
  readonly connections?: ReadonlyArray<string>
}

/** Why the principal may not do it; `undefined` when it may. Reading is part of every other scope. */
export const refusal = (
  { scopes, connections, name }: Principal,
  needed: Scope,
  touched: ReadonlyArray<string>
): string | undefined => {
  const has = scopes.includes("admin") || scopes.includes(needed) || (needed === "read" && scopes.length > 0)
  if (!has) return `token ${name} lacks the scope ${needed}`
  const foreign = touched.find(connection => connections?.includes(connection) === false)
  return foreign === undefined ? undefined : `token ${name} may not touch connection ${foreign}`
}
