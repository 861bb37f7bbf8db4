import { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import { checksum, type Installed, judge, type Step, type Verdict } from "../Tables.ts"
import * as LockKeys from "./LockKeys.ts"
import type { Lend, Send } from "./Pool.ts"
import * as Wording from "./Wording.ts"

/** Seconds to wait for another process that is upgrading. */
const patience = 30

/**
 * Installs the missing steps, one process at a time: the others wait for the lock and then find nothing missing.
 * There is no transaction around a step here. It counts when all of its statements have succeeded; one that was
 * broken off is begun again, and what is there already is no error.
 */
export const run = (
  lend: Lend,
  database: string,
  steps: ReadonlyArray<Step>
): Effect.Effect<Verdict, SqlError> =>
  lend(send =>
    Effect.gen(function* () {
      const name = LockKeys.upgrade(database)
      const [locked] = yield* send<{ readonly got: number | null }>("select get_lock(?, ?) as got", [
        name,
        patience
      ])
      if (locked?.got !== 1) return yield* new SqlError({ cause: new Error(busy) })
      yield* send(versions)
      const installed = yield* send<Installed>("select version, checksum from bfm_schema_version")
      const verdict = judge(installed, steps, "BFM_STATE_DB_NAME")
      if (verdict._tag === "Usable") yield* Effect.forEach(verdict.missing, step => install(send, step))
      yield* send("do release_lock(?)", [name])
      return verdict
    })
  )

const busy = `another process has been upgrading the tables for more than ${patience} seconds`

const versions = `create table if not exists bfm_schema_version (
  version int not null primary key, name varchar(200) not null, checksum varchar(64) not null,
  installed_at datetime(3) not null
) engine = InnoDB row_format = dynamic default character set utf8mb4 collate utf8mb4_bin`

const install = (send: Send, step: Step) =>
  Effect.gen(function* () {
    for (const statement of statementsOf(step)) {
      yield* Effect.catchIf(send(statement), Wording.isRepeated, () => Effect.void)
    }
    yield* send(
      "insert into bfm_schema_version (version, name, checksum, installed_at) values (?, ?, ?, utc_timestamp(3))",
      [step.version, step.name, checksum(step)]
    )
  })

/** Our own text: no `;` ends a line inside of a statement. */
const statementsOf = ({ text }: Step): ReadonlyArray<string> =>
  text
    .split(/;\s*$/m)
    .map(statement => statement.trim())
    .filter(statement => statement !== "")
