import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { type EmbeddedUnavailable, RequestInvalid, StateUnavailable } from "../../domain/Errors.ts"
import type { Executed, Generation, Happened, Listed, OldState } from "../../domain/predecessor/OldState.ts"
import { Predecessor } from "../../ports/Predecessor.ts"
import * as Once from "../postgresql/Once.ts"
import { address, type PostgresqlSettings, type Server } from "../postgresql/Settings.ts"
import * as Layout from "./Layout.ts"

export interface Options {
  readonly settings: PostgresqlSettings
  /** Where its tables are. */
  readonly schema: string
  /** What named the place, for people; the variables of the state where absent. */
  readonly setting?: string
  /** Turns settings into a server that can be dialled. */
  readonly locate: (settings: PostgresqlSettings) => Effect.Effect<Server, EmbeddedUnavailable, Scope.Scope>
}

/** Reads the tables of the Go BfM; connects when it is asked, and lets go again. */
export const layer = (options: Options): Layer.Layer<Predecessor> =>
  Layer.succeed(Predecessor, { read: Effect.scoped(read(options)) })

const read = Effect.fn("Predecessor.read")(function* ({ settings, schema, setting, locate }: Options) {
  const place = `${address(settings)}, schema ${schema}`
  const unavailable = ({ reason, code }: { readonly reason: string; readonly code?: string | undefined }) =>
    new StateUnavailable({
      address: place,
      action: "read the tables of the Go BfM",
      reason,
      ...(code === undefined ? {} : { code }),
      ...(setting === undefined ? {} : { setting })
    })
  const server = yield* Effect.mapError(locate(settings), ({ message }) => unavailable({ reason: message }))
  const client = yield* Effect.mapError(Once.connect(server), unavailable)
  const ask = <Row extends object>(text: string, values: ReadonlyArray<unknown> = []) =>
    Effect.mapError(Once.query<Row>(client, text, values), unavailable)
  const all = <Row extends object>(questions: ReadonlyArray<Layout.Question>) =>
    Effect.map(
      Effect.forEach(questions, ({ generation, text }) =>
        Effect.map(ask<Row>(text), rows => rows.map(row => ofGeneration(generation, row)))
      ),
      found => found.flat()
    )

  yield* ask("begin isolation level repeatable read read only")
  const found = yield* ask<Column>(Layout.columnsQuestion, [schema, Layout.tables])
  const layout = Layout.of(schema, columns(found))
  if (layout.generations.length === 0) {
    return yield* new RequestInvalid({
      problems: [
        `there are no tables of a Go BfM in ${place}: name its state database (--from) and schema (--state-schema)`
      ]
    })
  }
  const state: OldState = {
    address: place,
    generations: layout.generations,
    listed: yield* all<Listed>(layout.listed),
    executed: yield* all<Executed>(layout.executed),
    happened: yield* all<Happened>(layout.happened)
  }
  return state
})

/** Columns are named as the fields are; what is null is left out. */
const ofGeneration = <Row extends object>(generation: Generation, row: Row): Row =>
  // Removing null from a row and naming its generation makes it what its question promises.
  Object.fromEntries(Object.entries({ ...row, generation }).filter(([, value]) => value !== null)) as Row

interface Column {
  readonly table: string
  readonly column: string
}

const columns = (rows: ReadonlyArray<Column>): Layout.Columns => {
  const found = new Map<string, Set<string>>()
  for (const { table, column } of rows) found.set(table, (found.get(table) ?? new Set()).add(column))
  return found
}
