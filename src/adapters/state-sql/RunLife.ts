import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { Asked } from "../../domain/Asked.ts"
import * as WrittenError from "../../domain/WrittenError.ts"
import type { StateStore } from "../../ports/StateStore.ts"
import { StateDatabase } from "./Database.ts"
import * as Rows from "./Rows.ts"

type Life = Pick<
  StateStore["Type"],
  "asked" | "refusal" | "events" | "planned" | "beat" | "cancel" | "goOn" | "abandon"
>

interface Detail {
  readonly asked: unknown
  readonly refusal: unknown
}

interface BeatRow {
  readonly fence: number
  readonly cancelled_by: string | null
  /** One of the databases has numbers for truth. */
  readonly cancel_now: boolean | number
}

const decodeAsked = Schema.decodeUnknownEither(Asked)

/** What is asked of and about runs while they go on, or after the process that carried them out has gone. */
export const make = Effect.map(StateDatabase, (database): Life => {
  const { life } = database.dialect.statements
  return {
    asked: Effect.fn("StateStore.asked")(function* (id) {
      const [row] = yield* database.query<Detail>("read a run", life.detail(id))
      // Whatever another version of bfm has asked in other words is not known here.
      return Either.getOrUndefined(decodeAsked(parsed(row?.asked)))
    }),
    refusal: Effect.fn("StateStore.refusal")(function* (id) {
      const [row] = yield* database.query<Detail>("read a run", life.detail(id))
      return WrittenError.read(parsed(row?.refusal))
    }),
    events: Effect.fn("StateStore.events")(function* (query) {
      const rows = yield* database.query<Rows.EventRow>("read what happened in a run", life.events(query))
      return rows
        .flatMap(row => Rows.numbered({ ...row, events: parsed(row.events) }))
        .filter(({ sequence }) => sequence > query.after)
    }),
    planned: Effect.fn("StateStore.planned")(function* (planHash) {
      const [row] = yield* database.query<Rows.RunRow>("read a run", life.planned(planHash))
      return row === undefined ? undefined : Rows.run(row)
    }),
    beat: Effect.fn("StateStore.beat")(function* (id, fence) {
      const [row] = yield* database.query<BeatRow>("say that a run goes on", life.beat(id, fence))
      if (row === undefined) return undefined
      const { cancelled_by: by, cancel_now } = row
      return { fence: row.fence, ...(by === null ? {} : { cancelled: { by, now: Boolean(cancel_now) } }) }
    }),
    cancel: Effect.fn("StateStore.cancel")(function* (id, cancelled) {
      const [row] = yield* database.query<Rows.RunRow>("end a run", life.cancel(id, cancelled))
      return row === undefined ? undefined : Rows.run(row)
    }),
    goOn: Effect.fn("StateStore.goOn")(function* (id, next, stale) {
      const [row] = yield* database.query<object>("resume a run", life.goOn(id, next, stale))
      return row !== undefined
    }),
    abandon: Effect.fn("StateStore.abandon")(function* (silence, error) {
      const [row] = yield* database.query<{ readonly abandoned: number }>(
        "give up silent runs",
        life.abandon(silence, error)
      )
      return row?.abandoned ?? 0
    })
  }
})

/** One of the databases keeps JSON as text. */
const parsed = <A>(value: A): A => (typeof value === "string" ? JSON.parse(value) : value)
