import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import type pg from "pg"
import * as Wire from "./Wire.ts"

const question = `SELECT pid, usename, application_name, state, extract(epoch from now()-xact_start)::int AS seconds
FROM pg_catalog.pg_stat_activity WHERE pid = ANY(pg_catalog.pg_blocking_pids($1)) ORDER BY xact_start LIMIT 3`

/**
 * Runs a statement and meanwhile, once a second, asks who holds what it waits for: after a lock timeout the
 * server no longer knows. Steps that are done within a second cost nothing. The text of other people's
 * statements is not shown: it may hold their data.
 */
export const watch = <A, E>(
  pool: pg.Pool,
  pid: number,
  effect: Effect.Effect<A, E>
): Effect.Effect<
  { readonly exit: A; readonly blockers: string | undefined },
  { readonly error: E; readonly blockers: string | undefined }
> =>
  Effect.gen(function* () {
    const seen = yield* Ref.make<string | undefined>(undefined)
    const look = Effect.scoped(Effect.flatMap(Wire.acquire(pool), wire => wire.ask(question, [pid]))).pipe(
      Effect.flatMap(rows =>
        rows.length === 0 ? Effect.void : Ref.set(seen, rows.map(describe).join("; "))
      ),
      Effect.ignore
    )
    // With a pool of one there is no second connection to ask over.
    const watcher =
      (pool.options.max ?? 1) < 2
        ? Effect.never
        : Effect.forever(Effect.zipLeft(Effect.sleep("1 second"), look))
    const fiber = yield* Effect.fork(Effect.interruptible(watcher))
    const exit = yield* Effect.either(effect)
    yield* fiber.interruptAsFork(fiber.id())
    const blockers = yield* Ref.get(seen)
    return yield* exit._tag === "Right"
      ? Effect.succeed({ exit: exit.right, blockers })
      : Effect.fail({ error: exit.left, blockers })
  })

const describe = (row: Readonly<Record<string, unknown>>): string => {
  const name = String(row["application_name"] ?? "") || "a session"
  return `${name} (user ${String(row["usename"])}, session ${String(row["pid"])}, ${String(row["state"])}, transaction open for ${String(row["seconds"])}s)`
}
