import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Greptimedb from "../fixtures/Greptimedb.ts"
import { ended } from "../fixtures/Project.ts"

/** None but the seeds can be run twice without being refused. */
const statements = [
  "CREATE TABLE m (host STRING PRIMARY KEY, cpu DOUBLE, ts TIMESTAMP TIME INDEX)",
  "INSERT INTO m VALUES ('a', 1.5, 0)",
  "ALTER TABLE m DROP COLUMN cpu",
  "ALTER TABLE m RENAME metrics"
]

const up = (schema: string) => ["migrate", "up", "--connection", "logs", "--schema", schema, "--json"]

/** Starts a run, kills it when the server holds one of its requests, and lets the server go on afterwards. */
const killed = (
  at: Greptimedb.Greptimedb,
  schema: string,
  applies: boolean,
  when: (sql: string, db: string) => boolean
) =>
  Effect.gen(function* () {
    at.double.faults.plan({ applies, answer: "hold" }, when)
    const child = at.project.spawn(up(schema), at.environment)
    const end = yield* Effect.fork(ended(child))
    yield* Effect.promise(() => at.double.faults.reached())
    child.kill("SIGKILL")
    yield* end.await
  })

const exact = (at: Greptimedb.Greptimedb, schema: string) =>
  Effect.gen(function* () {
    const { code, stdout, stderr } = yield* at.cli(up(schema))
    assert.strictEqual(code, 0, `${schema}: ${stdout} ${stderr}`)
    assert.deepStrictEqual(yield* at.query("SHOW TABLES", schema), [["metrics"]], schema)
    assert.deepStrictEqual(yield* at.query("SELECT * FROM metrics", schema), [["a", 0]], schema)
  })

/** Nothing is left to do in any of them. */
const atRest = (at: Greptimedb.Greptimedb, schemas: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const { stdout } = yield* at.cli([
      ...up(schemas[0] ?? ""),
      ...schemas.slice(1).flatMap(name => ["--schema", name])
    ])
    const { applied, skipped } = JSON.parse(stdout)
    assert.deepStrictEqual([applied, skipped.length], [[], schemas.length])
  })

describe.skipIf(Greptimedb.isReal)(
  "GreptimeDB, killed (with the test double only: not with GREPTIMEDB_URL)",
  { concurrent: true },
  () => {
    it.live("during each statement, which takes effect before or after the process is gone", () =>
      Effect.gen(function* () {
        const at = yield* Greptimedb.make()
        at.write(1, "all", `-- bfm-schema: dynamic\n${statements.join(";\n")}`)
        const schemas: Array<string> = []
        for (const [position, statement] of statements.entries()) {
          for (const applies of [true, false]) {
            const schema = `during${position}${applies ? "applied" : "late"}`
            schemas.push(schema)
            yield* killed(at, schema, applies, (sql, db) => db === schema && sql === statement)
            at.double.faults.release()
            yield* exact(at, schema)
            // Seeds replace themselves; of everything else the catalog tells.
            const sent = at.sent(schema).filter(sql => sql === statement)
            assert.lengthOf(sent, position === 1 ? 2 : 1, schema)
          }
        }
        yield* atRest(at, schemas)
      }).pipe(Effect.scoped)
    )

    it.live("between statements, at each of its notes in the ledger", () =>
      Effect.gen(function* () {
        const at = yield* Greptimedb.make()
        at.write(1, "all", `-- bfm-schema: dynamic\n${statements.join(";\n")}`)
        const schemas = Array.from({ length: 2 * statements.length }, (_, note) => `note${note}`)
        for (const [note, schema] of schemas.entries()) {
          let seen = 0
          const isNote = (sql: string) =>
            sql.startsWith('INSERT INTO "bfm"."ledger"') && sql.includes(`'${schema}'`) && seen++ === note
          yield* killed(at, schema, note % 2 === 0, isNote)
          at.double.faults.release()
          yield* exact(at, schema)
          assert.lengthOf(
            at.sent(schema).filter(sql => !sql.startsWith("INSERT")),
            statements.length - 1,
            schema
          )
        }
        yield* atRest(at, schemas)
      }).pipe(Effect.scoped)
    )
  }
)
