import { hostname } from "node:os"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { Fleet, type Sign } from "../../ports/Fleet.ts"
import * as Pulse from "../execute/Pulse.ts"
import { Runs } from "./Runs.ts"

/** Milliseconds between two signs of life of a worker. */
const rhythm = 2_000

/** What a worker is, whatever it does. */
export interface Self {
  readonly version: string
  readonly capacity: number
}

/** Says again and again that this worker lives, and what it does; it has left when the scope closes. */
export const live = Effect.fnUntraced(function* ({ version, capacity }: Self) {
  const fleet = yield* Fleet
  const runs = yield* Runs
  const self = { id: Pulse.owner, host: hostname(), pid: process.pid, version, capacity }
  const since = yield* Clock.currentTimeMillis
  const beat = Effect.gen(function* () {
    const active = yield* runs.active
    const sign: Sign = { ...self, since, draining: yield* runs.isClosing, runs: active.map(({ id }) => id) }
    yield* fleet.beat(sign)
  })
  // Nobody can work who cannot say so.
  yield* Effect.acquireRelease(beat, () => Effect.ignore(Effect.timeout(fleet.leave(self.id), 2_000)))
  yield* Effect.forkScoped(Effect.forever(Effect.zipRight(Effect.sleep(rhythm), Effect.ignore(beat))))
})
