import { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import type * as Mysql from "mysql2"
import type { LockKey } from "../../../ports/Lock.ts"
import type { Server } from "../../postgresql/Settings.ts"
import type { LockSession } from "../Dialect.ts"
import * as Driver from "./Driver.ts"
import * as LockKeys from "./LockKeys.ts"

/** What the session says of itself, and, as `got0`, `got1`, …, whether it got each lock: null when the server could not tell. */
type Answer = Readonly<Record<string, number | null>>

/** A connection of its own: its end is the end of its locks, and a pool of one stays free for everything else. */
export const open = (server: Server, answerTime: number) =>
  Effect.gen(function* () {
    const connection = yield* Effect.acquireRelease(connect(server), end)
    let alive = true
    const gone = () => {
      alive = false
    }
    connection.on("error", gone)
    connection.on("end", gone)
    const send = <Row extends object>(text: string, values: ReadonlyArray<unknown>) =>
      Effect.tapError(Driver.query<Row>(connection, text, values, answerTime), () =>
        // Whatever it was, the locks of a session in doubt are given up.
        Effect.sync(gone)
      )
    const [self] = yield* send<{ readonly id: number }>(
      `${Driver.session()};\nselect connection_id() as id`,
      []
    )
    yield* Effect.ignore(Driver.query(connection, sweep, [], answerTime))
    const nameOf = (key: LockKey) => LockKeys.of(server.database, key)
    const session: LockSession = {
      isAlive: () => alive,
      attempt: wanted =>
        Effect.flatMap(
          send<Answer>(
            [...wanted.map((_, index) => attempt(index)), `select connection_id() as id${got(wanted)}`].join(
              ";\n"
            ),
            wanted.flatMap(({ key, holder }) => [
              nameOf(key),
              nameOf(key),
              key.connection,
              key.schema,
              holder.runId,
              holder.actor
            ])
          ),
          ([answer]) => {
            const taken = wanted.map((_, index) => answer?.[`got${index}`] ?? null)
            return answer?.["id"] !== self?.id || taken.includes(null)
              ? new SqlError({ cause: new Error(answer?.["id"] === self?.id ? unsure : pooled) })
              : Effect.succeed(taken.map(found => found === 1))
          }
        ),
      release: keys =>
        Effect.asVoid(
          send(
            keys.map(() => release).join(";\n"),
            keys.flatMap(key => [nameOf(key), nameOf(key)])
          )
        )
    }
    return session
  })

const pooled =
  "it answers from changing sessions, as behind a proxy that shares connections: locks need a direct connection"

const unsure = "the server could not take the lock"

const connect = (server: Server): Effect.Effect<Mysql.Connection, SqlError> =>
  Effect.flatMap(Effect.zip(Driver.load, Driver.options(server)), ([driver, options]) =>
    Effect.async(resume => {
      const connection = driver.createConnection({
        ...options,
        host: server.host,
        port: server.port,
        user: server.username,
        database: server.database
      })
      // Without a listener, a connection that is cut would end the process.
      connection.on("error", () => undefined)
      connection.connect(cause =>
        resume(cause === null ? Effect.succeed(connection) : new SqlError({ cause }))
      )
    })
  )

const end = (connection: Mysql.Connection) =>
  Effect.async<void>(resume => connection.end(() => resume(Effect.void))).pipe(
    Effect.interruptible,
    Effect.timeoutOption(1_000),
    Effect.zipRight(Effect.sync(() => Driver.destroy(connection)))
  )

/** Takes away what dead sessions left. */
const sweep = `delete from bfm_locks where ${LockKeys.isHeld("bfm_locks")} is not true`

const got = (wanted: ReadonlyArray<unknown>): string =>
  wanted.map((_, index) => `, @got${index} as got${index}`).join("")

const attempt = (index: number): string => `set @got${index} = get_lock(?, 0);
insert into bfm_locks (lock_name, connection, \`schema\`, run_id, actor, session_id, since)
select ?, ?, ?, ?, ?, connection_id(), utc_timestamp(3) from dual where @got${index} = 1
on duplicate key update connection = values(connection), \`schema\` = values(\`schema\`), run_id = values(run_id),
  actor = values(actor), session_id = values(session_id), since = values(since)`

const release = `delete from bfm_locks where lock_name = ? and session_id = connection_id();
do release_lock(?)`
