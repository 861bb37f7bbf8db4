import { randomBytes } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Bfm from "../../src/interfaces/library/Bfm.ts"
import { query } from "../fixtures/Postgresql.ts"
import * as Project from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"

const file = (n: number, name: string) => `${Scenario.named(n, name)}.up.sql`

/** What a step finds in its session, as a row of `public.seen`. */
const probe = `INSERT INTO public.seen SELECT current_user::text, session_user::text, (
  SELECT json_object_agg(name, setting ORDER BY name) FROM pg_settings WHERE source = 'session' AND name NOT IN ('application_name', 'synchronous_commit')
)::text, concat_ws(',',
  nullif(current_setting('transaction_isolation'), 'read committed'), nullif(current_setting('my.tenant', true), ''),
  (SELECT string_agg(relname, ',') FROM pg_class WHERE relpersistence = 't'),
  (SELECT string_agg(name, ',') FROM pg_prepared_statements),
  (SELECT string_agg(name, ',') FROM pg_cursors WHERE name <> '' AND is_holdable),
  (SELECT string_agg(c, ',') FROM pg_listening_channels() AS c));`

/** Statements that change the session for whoever comes after them. */
const leaks = (role: string): Readonly<Record<string, string>> => ({
  set: "SET work_mem = '3MB'; SET TIME ZONE 'Asia/Kolkata'; SET synchronous_commit TO off;",
  setting: "SELECT set_config('my.tenant', 'acme', false);",
  search_path: "SET search_path TO pg_temp, pg_catalog;",
  statement_timeout: "SET statement_timeout = '7654s'; SET lock_timeout = '6543s';",
  read_only: "SET default_transaction_read_only = on;",
  isolation: "SET default_transaction_isolation TO serializable; SET default_transaction_deferrable = on;",
  role: `SET ROLE ${role};`,
  local_role: `SET LOCAL ROLE ${role};`,
  authorization: `SET SESSION AUTHORIZATION ${role};`,
  strings: "SELECT set_config('standard_conforming_strings', 'off', false); SET client_encoding TO 'LATIN1';",
  replica: "SET session_replication_role = replica;",
  temporary: "CREATE TEMP TABLE leftover (id int); CREATE TEMP SEQUENCE leftovers;",
  prepared: "PREPARE leftover AS SELECT 1;",
  cursor: "DECLARE leftover CURSOR WITH HOLD FOR SELECT 1;",
  listen: "LISTEN leftover;",
  locks: "SELECT pg_advisory_lock(1); SELECT pg_advisory_lock_shared(2, 3);",
  pg_dump: `SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8'; SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false; SET xmloption = content; SET client_min_messages = warning;
SET row_security = off; SET default_tablespace = ''; SET default_table_access_method = heap;`
})

/** A project, and a role of its server that may do nothing in it. */
const prepared = Effect.gen(function* () {
  const project = yield* Project.make
  const role = `r_${randomBytes(6).toString("hex")}`
  yield* project.query(`CREATE ROLE ${role}`)
  yield* Effect.addFinalizer(() =>
    query(project.target.url, `DROP OWNED BY ${role} CASCADE`, `DROP ROLE ${role}`)
  )
  yield* project.query("CREATE TABLE public.seen (who text, session text, settings text, objects text)")
  return { project, role }
})

/** Each leak between two probes: `20250101000000_probe`, `…1_set`, `…2_probe`, … */
const interleave = (project: Project.Project, texts: Readonly<Record<string, string>>, from = 0) => {
  for (const [at, [name, text]] of Object.entries(texts).entries()) {
    project.write(file(from + 2 * at, "probe"), probe)
    project.write(file(from + 2 * at + 1, name), text)
  }
  project.write(file(from + 2 * Object.keys(texts).length, "probe"), probe)
}

const distinct = (project: Project.Project) => project.query("SELECT DISTINCT * FROM public.seen")

const advisoryLocks = (project: Project.Project) =>
  project.query(
    `SELECT classid, objid FROM pg_locks WHERE locktype = 'advisory'
     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
  )

describe("what a script leaves in its session", () => {
  for (const pool of ["1", "2"]) {
    it.scopedLive(`does not reach the next step, nor the next run, with a pool of ${pool}`, () =>
      Effect.gen(function* () {
        const { project, role } = yield* prepared
        const texts = leaks(role)
        const count = 2 * Object.keys(texts).length + 1
        interleave(project, texts)
        yield* project.run(
          Effect.gen(function* () {
            // Steps by themselves, then several in a message, and once more over the same connections.
            assert.lengthOf((yield* Bfm.up({ to: Scenario.version(10) })).applied, 11)
            assert.lengthOf((yield* Bfm.up()).applied, count - 11)
            assert.deepStrictEqual(yield* advisoryLocks(project), [])
            interleave(project, texts, 100)
            assert.lengthOf((yield* Bfm.up()).applied, count)
            assert.deepStrictEqual(yield* advisoryLocks(project), [])
          }),
          { CORE_DB_MAX_OPEN_CONNS: pool }
        )
        const [seen, ...others] = yield* distinct(project)
        assert.deepStrictEqual(others, [])
        const [us] = yield* project.query("SELECT current_user::text AS me")
        assert.deepStrictEqual(
          [seen?.["who"], seen?.["session"], seen?.["objects"]],
          [us?.["me"], us?.["me"], ""]
        )
        assert.lengthOf(yield* Scenario.agreed(project), 2 * count)
      })
    )
  }
})

describe("a SET without a transaction", () => {
  it.scopedLive("reaches no other statement, and the plan says so; one in a block holds for its block", () =>
    Effect.gen(function* () {
      const { project } = yield* prepared
      const none = "-- bfm-transaction: none\n"
      project.write(file(1, "alone"), `${none}SET work_mem = '3MB';\n${probe}`)
      project.write(file(2, "block"), `${none}BEGIN;\nSET work_mem = '3MB';\n${probe}\nCOMMIT;\n${probe}`)
      const { steps } = yield* project.run(Bfm.plan())
      const [alone = [], block = []] = steps.map(({ warnings }) => warnings)
      assert.match(alone[0] ?? "", /^SET outside of BEGIN … COMMIT reaches no other statement/)
      assert.deepStrictEqual([alone.length, block], [1, []])
      yield* Scenario.up(project)
      assert.deepStrictEqual(
        yield* project.query(
          "SELECT settings::json ->> 'work_mem' AS mem, count(*)::int AS n FROM seen GROUP BY 1 ORDER BY 1"
        ),
        [
          { mem: "3072", n: 1 },
          { mem: null, n: 2 }
        ]
      )
    })
  )
})

describe("a role without any right", () => {
  it.scopedLive(
    "that a script takes on: its objects are the role's, the ledger and the next step are ours",
    () =>
      Effect.gen(function* () {
        const { project, role } = yield* prepared
        yield* project.query(`CREATE SCHEMA theirs AUTHORIZATION ${role}`)
        const ways = [`SET ROLE ${role}`, `SET LOCAL ROLE ${role}`, `SET SESSION AUTHORIZATION ${role}`]
        for (const [n, way] of ways.entries()) {
          project.write(file(2 * n, "theirs"), `${way};\nCREATE TABLE theirs.t${n} ();`)
          project.write(file(2 * n + 1, "ours"), `CREATE TABLE o${n} ();`)
        }
        project.write(
          file(6, "none"),
          `-- bfm-transaction: none\nBEGIN;\nSET ROLE ${role};\nCREATE TABLE theirs.t3 ();\nCOMMIT;\nVACUUM theirs.t3;`
        )
        project.write(file(7, "ours"), "CREATE TABLE o3 ();")
        assert.lengthOf((yield* Scenario.up(project)).applied, 8)
        assert.lengthOf(yield* Scenario.agreed(project), 8)
        const owners = yield* project.query(
          `SELECT tableowner = $1 AS theirs, array_agg(tablename::text ORDER BY tablename) AS tables
         FROM pg_tables WHERE tablename ~ '^[ot][0-3]$' GROUP BY 1 ORDER BY 1`,
          [role]
        )
        assert.deepStrictEqual(owners, [
          { theirs: false, tables: ["o0", "o1", "o2", "o3"] },
          { theirs: true, tables: ["t0", "t1", "t2", "t3"] }
        ])
      })
  )
})

describe("the lock of a run", () => {
  const ways = {
    "one function": "SELECT pg_advisory_unlock_all();",
    "DISCARD ALL": "-- bfm-transaction: none\nDISCARD ALL;"
  }
  for (const [what, text] of Object.entries(ways)) {
    it.scopedLive(`outlives a script that gives up all locks of its session by ${what}`, () =>
      Effect.gen(function* () {
        const { project } = yield* prepared
        const gate = yield* Scenario.gate(project)
        project.write(file(1, "unlocks"), text)
        project.write(file(2, "waits"), `${gate.statement};`)
        const run = yield* Effect.fork(Scenario.up(project))
        yield* gate.reached
        assert.lengthOf(yield* advisoryLocks(project), 1)
        yield* gate.open
        assert.lengthOf((yield* Effect.flatten(run.await)).applied, 2)
        assert.lengthOf(yield* advisoryLocks(project), 0)
      })
    )
  }
})

describe("a step that fails", () => {
  it.scopedLive("leaves nothing of its session to another schema or the next run", () =>
    Effect.gen(function* () {
      const { project, role } = yield* prepared
      const all = Object.values(leaks(role)).filter(text => !text.includes(role))
      const settings = `${all.join("\n")}\nSET ROLE ${role};`
      const dynamic = "-- bfm-schema: dynamic\n"
      project.write(file(1, "breaks"), `${dynamic}${settings}\nSELECT 1 / 0;`)
      project.write(file(2, "probe"), probe)
      const schemas = ["a", "b"]
      yield* project.run(
        Effect.gen(function* () {
          const error = yield* Effect.flip(Bfm.up({ schemas }, { on_failure: "continue", concurrency: 2 }))
          assert.strictEqual(error._tag, "RunFailed")
          project.write(file(1, "breaks"), `${dynamic}SELECT 1;`)
          assert.lengthOf((yield* Bfm.up({ schemas })).applied, 4)
          assert.deepStrictEqual(yield* advisoryLocks(project), [])
        }),
        { CORE_DB_MAX_OPEN_CONNS: "2" }
      )
      const [us] = yield* project.query("SELECT current_user::text AS me")
      assert.deepStrictEqual(yield* project.query("SELECT DISTINCT who, objects FROM public.seen"), [
        { who: us?.["me"], objects: "" }
      ])
    })
  )
})
