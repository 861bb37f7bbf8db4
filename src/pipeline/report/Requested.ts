import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { RequestInvalid } from "../../domain/Errors.ts"
import type { Inspection } from "../../domain/Ledger.ts"
import type { SchemaSelector } from "../../domain/SchemaSelector.ts"
import * as Scope from "../plan/Scope.ts"
import * as World from "../plan/World.ts"

/** What a connection says of itself: its ledger, and the names of its tenants where they are asked for. */
export interface Told {
  readonly inspection: Inspection
  readonly tenants: ReadonlyArray<string> | undefined
}

/** Asks a connection what has to be known to say which schemas are meant. */
export const ask = (name: string, selectors: ReadonlyArray<SchemaSelector>) =>
  Effect.all(
    {
      inspection: World.inspect(name),
      tenants: Scope.isOpen(selectors) ? World.tenantsOf(name) : Effect.succeed(undefined)
    },
    { concurrency: 2 }
  )

/** Of each connection the schemas that are meant; nothing where all of them are. */
export type Requested = (connection: string) => ReadonlyArray<string> | undefined

/**
 * Finds the names that patterns and `all` stand for. One that stands for nothing is a mistake, unless it may stand for
 * something on a connection that did not answer.
 */
export const of = (
  selectors: ReadonlyArray<SchemaSelector>,
  world: World.World<Inspection>,
  silent: boolean
): Either.Either<Requested, RequestInvalid> => {
  if (selectors.length === 0) return Either.right(() => undefined)
  const answered = new Set(world.inspections.keys())
  const names = selectors.flatMap(selector => (selector._tag === "Name" ? [selector.name] : []))
  const all =
    answered.size === 0 ? Either.right(Scope.exactly(names)) : Scope.expand(world, selectors, answered)
  if (Either.isLeft(all) && !silent) return Either.left(all.left)
  const found = new Map(
    [...answered].map(name => {
      const scope = Scope.expand(world, selectors, new Set([name]))
      return [name, Either.match(scope, { onLeft: () => names, onRight: ({ of }) => of(name) })]
    })
  )
  return Either.right(connection => found.get(connection) ?? names)
}
