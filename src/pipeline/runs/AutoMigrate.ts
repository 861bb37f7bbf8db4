import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { type Actor, CurrentActor } from "../../domain/Actor.ts"
import type { UpRequest } from "../../domain/Request.ts"
import { Connections } from "../../ports/Connections.ts"
import { Runs } from "./Runs.ts"

/** What a service applies by itself when it starts. */
export interface AutoMigrateSettings {
  /** Every configured connection when empty. */
  readonly connections: ReadonlyArray<string>
  /** Milliseconds between two rounds; 0 means one round. */
  readonly interval: number
  readonly rounds: number
}

const actor: Actor = { name: "auto_migrate", method: "auto_migrate" }

/**
 * Applies what is pending, connection by connection. What fails, also because its store is not there yet, is
 * tried again in the next round; what waits for a schema is left alone.
 */
export const run = Effect.fn("AutoMigrate.run")(function* (settings: AutoMigrateSettings) {
  const { configured } = yield* Connections
  const wanted = settings.connections.map(name => name.toLowerCase())
  const unknown = wanted.filter(name => ![...configured.keys()].some(known => known.toLowerCase() === name))
  for (const name of unknown) yield* Effect.logWarning(`auto-migrate: connection ${name} is not configured`)
  let left = [...configured.keys()].filter(name => wanted.length === 0 || wanted.includes(name.toLowerCase()))
  const rounds = settings.interval === 0 ? 1 : settings.rounds
  for (let round = 1; round <= rounds && left.length > 0; round++) {
    if (round > 1) yield* Effect.sleep(settings.interval)
    left = yield* Effect.filter(left, name => Effect.negate(migrated(name)))
  }
  if (left.length > 0)
    yield* Effect.logError(`auto-migrate: gave up on ${left.join(", ")} after ${rounds} rounds`)
})

/** Whether everything of the connection that can be applied is. */
const migrated = (connection: string): Effect.Effect<boolean, never, Runs> =>
  Effect.gen(function* () {
    const runs = yield* Runs
    const order = { _tag: "Up", request: everything(connection), options } as const
    const outcome = yield* Effect.either(Effect.flatMap(runs.startHere(order), handle => handle.result))
    if (Either.isLeft(outcome)) {
      yield* Effect.logWarning(`auto-migrate: ${outcome.left.message}`)
      return false
    }
    const { success, applied, waiting, errors } = outcome.right
    yield* success
      ? Effect.logInfo(
          `auto-migrate: ${connection}: ${applied.length} applied, ${waiting.length} wait for a schema`
        )
      : Effect.logError(`auto-migrate: ${connection}: ${errors.join("; ")}`)
    return success
  }).pipe(Effect.provideService(CurrentActor, actor))

const options = { concurrency: 1, on_failure: "stop" } as const

const everything = (connection: string): UpRequest => ({
  target: { tables: [], connections: [connection], tags: [] },
  schemas: [],
  variables: {},
  ignore_dependencies: false,
  out_of_order: "allow",
  strict_schema: false
})
