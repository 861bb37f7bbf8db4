import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Vitals } from "../../domain/Vitals.ts"
import type { Client } from "./Client.ts"
import type * as Fault from "./Fault.ts"

/** The contract that the adapter is written from begins here. */
const oldest = "1.0"

/** Asks the server how it is. It has no way of saying what a user may do. */
export const ask = (client: Client): Effect.Effect<Vitals, Fault.Fault> =>
  Effect.gen(function* () {
    const version = yield* client.version
    const before = yield* Clock.currentTimeMillis
    const [rows] = yield* client.ask("SELECT now() AS now")
    const after = yield* Clock.currentTimeMillis
    const now = Number(rows?.[0]?.["now"])
    const vitals: Vitals = {
      product: "GreptimeDB",
      version,
      ...(Number.parseInt(version, 10) >= 1
        ? {}
        : { concern: `GreptimeDB ${version} is older than ${oldest}, the oldest that BfM supports` }),
      ...(Number.isFinite(now)
        ? {
            clock: { difference: milliseconds(now) - (before + after) / 2, uncertainty: (after - before) / 2 }
          }
        : {}),
      missing: [],
      unasked: ["which rights its user has"]
    }
    return vitals
  })

/** Whatever the server counts in: a time of these years has 13 digits in milliseconds. */
const milliseconds = (time: number): number =>
  time / 10 ** (Math.max(13, String(Math.trunc(time)).length) - 13)
