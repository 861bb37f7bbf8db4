import { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Mysql from "mysql2"
import type { Server } from "../../postgresql/Settings.ts"
import type { LockSession } from "../Dialect.ts"
import * as Driver from "./Driver.ts"
import * as LockKeys from "./LockKeys.ts"

/** What the session says of itself, and whether it got the lock: null when the server could not tell. */
interface Answer {
  readonly got: number | null
  readonly id: number
}

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
      `${Driver.session};\nselect connection_id() as id`,
      []
    )
    yield* Effect.ignore(Driver.query(connection, sweep, [], answerTime))
    const nameOf = (key: Parameters<LockSession["release"]>[0]) => LockKeys.of(server.database, key)
    const session: LockSession = {
      isAlive: () => alive,
      attempt: (key, holder) =>
        Effect.flatMap(
          send<Answer>(attempt, [
            nameOf(key),
            nameOf(key),
            key.connection,
            key.schema,
            holder.runId,
            holder.actor
          ]),
          ([answer]) =>
            answer === undefined || answer.id !== self?.id || answer.got === null
              ? new SqlError({ cause: new Error(answer?.got === null ? unsure : pooled) })
              : Effect.succeed(answer.got === 1)
        ),
      release: key => Effect.asVoid(send(release, [nameOf(key), nameOf(key)]))
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
        ...(server.password === undefined ? {} : { password: Redacted.value(server.password) }),
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

const attempt = `set @got = get_lock(?, 0);
insert into bfm_locks (lock_name, connection, \`schema\`, run_id, actor, session_id, since)
select ?, ?, ?, ?, ?, connection_id(), utc_timestamp(3) from dual where @got = 1
on duplicate key update connection = values(connection), \`schema\` = values(\`schema\`), run_id = values(run_id),
  actor = values(actor), session_id = values(session_id), since = values(since);
select @got as got, connection_id() as id`

const release = `delete from bfm_locks where lock_name = ? and session_id = connection_id();
do release_lock(?)`
