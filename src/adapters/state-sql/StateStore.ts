import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { RequestInvalid } from "../../domain/Errors.ts"
import { type HistoryPage, type HistoryQuery, StateStore } from "../../ports/StateStore.ts"
import * as Batch from "./Batch.ts"
import { type Current, StateDatabase } from "./Database.ts"
import * as Rows from "./Rows.ts"
import * as RunLife from "./RunLife.ts"

type Found = Readonly<Record<string, unknown>> & { readonly current: Current }

const make = Effect.gen(function* () {
  const database = yield* StateDatabase
  const { address, statements } = database.dialect

  const historyPage = Effect.fn("StateStore.history")(function* ({ cursor, ...query }: HistoryQuery) {
    const before = cursor === undefined ? undefined : position(cursor)
    if (cursor !== undefined && before === undefined) {
      return yield* new RequestInvalid({ problems: ["cursor: it is not from an earlier page"] })
    }
    const rows = yield* database.query<Rows.HistoryRow>(
      "read the history",
      // One more than asked for tells whether there is another page.
      statements.history({ ...query, limit: query.limit + 1, ...(before === undefined ? {} : { before }) })
    )
    const shown = rows.slice(0, query.limit)
    const last = shown.at(-1)
    const page: HistoryPage = {
      items: shown.map(Rows.historyItem),
      ...(rows.length > shown.length && last !== undefined ? { next: cursorAt(last.position) } : {})
    }
    return page
  })

  return StateStore.of({
    address,
    executions: Effect.fn("StateStore.executions")(function* (connections) {
      const rows = yield* database.queryCurrent<Found>(
        "read the executions",
        statements.executions(connections)
      )
      return statements.executionsOf(rows).map(Rows.execution)
    }),
    applied: Effect.fn("StateStore.applied")(function* (connections) {
      const rows = yield* database.queryCurrent<Found>(
        "read what is applied",
        statements.applied(connections)
      )
      return statements.appliedOf(rows)
    }),
    latest: Effect.fn("StateStore.latest")(function* (query) {
      const rows = yield* database.query<Rows.ExecutionRow>("read the executions", statements.latest(query))
      return rows.map(Rows.execution)
    }),
    skips: Effect.fn("StateStore.skips")(function* (query) {
      const rows = yield* database.query<Rows.SkipRow>("read what was skipped", statements.skips(query))
      return rows.map(Rows.skip)
    }),
    record: Effect.fn("StateStore.record")(function* (changes) {
      if (changes.length === 0) return
      yield* database.write("record what happened", Batch.fold(changes))
    }),
    history: historyPage,
    tables: database.tables("look for its tables"),
    vitals: Effect.zipWith(
      database.vitals("ask how the server is"),
      database.tables("look for its tables"),
      (vitals, tables) => ({ ...vitals, tables })
    ),
    newest: Effect.map(
      database.query<{ readonly newest: string }>("read where history ends", statements.newest),
      ([row]) => row?.newest ?? "0"
    ),
    // Asked for every answer about one migration: it makes no span.
    touched: (since, ids) =>
      ids.length === 0
        ? Effect.succeed(new Set())
        : Effect.map(
            database.glance<{ readonly migration_id: string }>(
              "read what is new",
              statements.touched(since, ids)
            ),
            rows => new Set(rows.map(row => row.migration_id))
          ),
    runs: Effect.fn("StateStore.runs")(function* (limit) {
      const rows = yield* database.query<Rows.RunRow>("read the runs", statements.runs(limit))
      return rows.map(Rows.run)
    }),
    run: Effect.fn("StateStore.run")(function* (id) {
      const [row] = yield* database.query<Rows.RunRow>("read a run", statements.run(id))
      return row === undefined ? undefined : Rows.run(row)
    }),
    ...(yield* RunLife.make)
  })
})

export const layer: Layer.Layer<StateStore, never, StateDatabase> = Layer.effect(StateStore, make)

/** Opaque, so that the order of pages may change one day. */
const cursorAt = (row: string): string => Buffer.from(`h${row}`).toString("base64url")

const position = (cursor: string): string | undefined =>
  Buffer.from(cursor, "base64url")
    .toString("latin1")
    .match(/^h(\d{1,18})$/)?.[1]
