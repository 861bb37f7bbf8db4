import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Mysql from "mysql2"
import type { Server } from "../../postgresql/Settings.ts"
import * as Collision from "../Collision.ts"
import * as Client from "./Client.ts"
import * as Driver from "./Driver.ts"
import * as Wording from "./Wording.ts"

/** Sends statements to the session that was lent. */
export type Send = <Row extends object>(
  text: string,
  values?: ReadonlyArray<unknown>
) => Effect.Effect<ReadonlyArray<Row>, SqlError>

/** Lends a session. One in which something failed, or was interrupted, is closed and not lent again. */
export type Lend = <A>(use: (send: Send) => Effect.Effect<A, SqlError>) => Effect.Effect<A, SqlError>

/** Sessions that are opened when they are needed; `answerTime`: milliseconds after which an answer counts as lost. */
export const make = (server: Server, answerTime: number) =>
  Effect.map(Client.open(server), ({ sql, senders }): Lend => {
    const { maxLifetime } = server.pool

    /** Before the pool has it back: what is closed here is not lent again. */
    const settle = (session: Mysql.PoolConnection, exit: Exit.Exit<unknown, unknown>) => {
      if (Exit.isFailure(exit)) Driver.destroy(session)
      else if (maxLifetime > 0 && senders.ageOf(session) > maxLifetime) session.end()
    }

    const lendOnce: Lend = use =>
      Effect.scoped(
        Effect.flatMap(sql.reserve, reserved => {
          let session: Mysql.PoolConnection | undefined
          const inTime = Driver.inTime(answerTime, "PROTOCOL_SEQUENCE_TIMEOUT", late => {
            if (session !== undefined) Driver.destroy(session, late)
          })
          const send: Send = <Row extends object>(text: string, values: ReadonlyArray<unknown> = []) =>
            Effect.suspend(() => {
              const sent = [...values]
              senders.expect(sent, sender => {
                session = sender
              })
              const answer = inTime(reserved.executeUnprepared(text, sent, undefined))
              return Effect.map(answer, results => Driver.rowsOf<Row>(results))
            })
          return Effect.onExit(use(send), exit =>
            Effect.sync(() => session !== undefined && settle(session, exit))
          )
        })
      )

    return use => Collision.retried(Wording.isDeadlock)(lendOnce(use))
  })
