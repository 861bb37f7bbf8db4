import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Worker } from "../../domain/Worker.ts"
import { type Due, Fleet } from "../../ports/Fleet.ts"
import { StateDatabase } from "./Database.ts"
import * as Rows from "./Rows.ts"

/** MySQL has numbers for truth. */
type Truth = boolean | 0 | 1

type WorkerRow = Omit<Worker, "alive" | "draining" | "runs"> & {
  readonly alive: Truth
  readonly draining: Truth
  readonly runs: string
}

type ClaimRow = Rows.RunRow & { readonly fence: number; readonly after: number }

const isTrue = (truth: Truth): boolean => truth === true || truth === 1

const make = Effect.map(StateDatabase, database => {
  const { fleet } = database.dialect.statements
  return Fleet.of({
    beat: sign => Effect.asVoid(database.query("say that a worker lives", fleet.beat(sign))),
    leave: id => Effect.asVoid(database.query("say that a worker leaves", fleet.leave(id))),
    workers: Effect.fn("Fleet.workers")(function* (silence) {
      const rows = yield* database.query<WorkerRow>("read the workers", fleet.workers(silence))
      return rows.map(({ alive, draining, runs, ...row }) => ({
        ...row,
        alive: isTrue(alive),
        draining: isTrue(draining),
        runs: JSON.parse(runs)
      }))
    }),
    due: Effect.fn("Fleet.due")(function* (patience) {
      const rows = yield* database.query<Omit<Due, "owner"> & { readonly owner: string | null }>(
        "read which runs wait",
        fleet.due(patience)
      )
      return rows.map(({ id, attempt, owner }) => ({ id, attempt, ...(owner === null ? {} : { owner }) }))
    }),
    handOut: Effect.fn("Fleet.handOut")(function* (due, notice) {
      const [row] = yield* database.query<object>("hand a run out", fleet.handOut(due, notice))
      return row !== undefined
    }),
    claim: Effect.fn("Fleet.claim")(function* (id, owner, silence) {
      const [row] = yield* database.query<ClaimRow>("take a run", fleet.claim(id, owner, silence))
      if (row === undefined) return undefined
      const { fence, after, ...run } = row
      return { run: Rows.run(run), fence, after: Number(after) }
    }),
    release: (id, fence, notice) =>
      Effect.asVoid(database.query("give a run back", fleet.release(id, fence, notice)))
  })
})

export const layer: Layer.Layer<Fleet, never, StateDatabase> = Layer.effect(Fleet, make)
