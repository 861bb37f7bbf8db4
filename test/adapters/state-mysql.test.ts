import * as Effect from "effect/Effect"
import { defaultPool } from "../../src/adapters/postgresql/Settings.ts"
import * as Mysql from "../fixtures/Mysql.ts"
import { layerIn, settingsOf } from "../fixtures/StateMysql.ts"
import * as LockSuite from "../ports/Lock.suite.ts"
import * as StateStoreSuite from "../ports/StateStore.suite.ts"
import type { Subjects } from "../ports/StateSubject.ts"

const sessionsOf = (database: Mysql.Database) =>
  Mysql.query(
    database,
    undefined,
    `select id from information_schema.processlist where db = '${database.name}'`
  )

const subjects = (maxConnections: number): Subjects => {
  const pool = { ...defaultPool, maxConnections }
  const layer = (database: Mysql.Database) => layerIn(database, { settings: settingsOf(database, { pool }) })
  return {
    // A database is the smallest place there is, and costs little.
    empty: Effect.map(Mysql.database, layer),
    own: Effect.map(Mysql.database, database => {
      const maintain = (...statements: ReadonlyArray<string>) =>
        Effect.asVoid(Mysql.query(database, undefined, ...statements))
      return {
        process: layer(database),
        cut: Effect.flatMap(sessionsOf(database), rows => maintain(...rows.map(({ id }) => `kill ${id}`))),
        drop: maintain(`drop database ${database.name}`),
        create: maintain(`create database ${database.name}`),
        sessions: Effect.map(sessionsOf(database), rows => rows.length)
      }
    })
  }
}

StateStoreSuite.suite("mysql", subjects(2))
StateStoreSuite.suite("mysql, one connection", subjects(1))
LockSuite.suite("mysql, one connection", subjects(1))
