import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"

const again = Schedule.recurs(5).pipe(Schedule.addDelayEffect(() => Random.nextIntBetween(5, 50)))

/** Two got in each other's way: one of them was ended by the server, all of it, and may begin again. */
export const retried =
  (isCollision: (error: SqlError) => boolean) =>
  <A>(sent: Effect.Effect<A, SqlError>): Effect.Effect<A, SqlError> =>
    Effect.retry(sent, { while: isCollision, schedule: again })
