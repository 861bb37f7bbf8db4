import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import pg from "pg"

/** Connections of each pool, by `connection` and `state`: `open`, of these `busy`, and `waiting` for one. */
const connections = Metric.gauge("bfm_pool_connections", {
  description: "Connections of each pool: open, of these busy, and how many wait for one"
})

/** How much of a pool is used; 0 as long as nobody has connected. */
const observe = (pool: pg.Pool, connection: string): void => {
  const gauge = (state: string) =>
    connections.pipe(Metric.tagged("connection", connection), Metric.tagged("state", state))
  const [open, busy, waiting] = [gauge("open"), gauge("busy"), gauge("waiting")]
  let soon = false
  const count = () => {
    soon = false
    open.unsafeUpdate(pool.totalCount, [])
    busy.unsafeUpdate(pool.totalCount - pool.idleCount, [])
    waiting.unsafeUpdate(pool.waitingCount, [])
  }
  // Some events come before the counts change.
  const later = () => {
    if (soon) return
    soon = true
    setImmediate(count)
  }
  for (const event of ["connect", "acquire", "release", "remove"] as const) pool.on(event, later)
  // Nothing is told of those who begin to wait.
  const connect: typeof pool.connect = pool.connect.bind(pool)
  pool.connect = ((...args: Parameters<typeof connect>) => {
    later()
    return connect(...args)
  }) as typeof pool.connect
}

/** Connections to one server; they close with the scope. `name` is what the pool is called where its use is told. */
export const make = (config: pg.PoolConfig, name: string, farewell: number) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const pool = new pg.Pool(config)
      // An idle connection that breaks is simply replaced by the pool.
      pool.on("error", () => undefined)
      observe(pool, name)
      return pool
    }),
    // Clients that still wait for an answer must not hold up the end of the process.
    pool => Effect.promise(() => pool.end()).pipe(Effect.interruptible, Effect.timeoutOption(farewell))
  )
