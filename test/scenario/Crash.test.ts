import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Project from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"

const migrations = 200

/** Fixed unless asked otherwise, so that what failed can be run again. */
const seed = process.env["BFM_TEST_SEED"] ?? "durability"

/** None of them can be run twice without being noticed: the table would exist, the counter would be 2. */
const write = (project: Project.Project) => {
  project.write(
    `${Scenario.named(0, "counters")}.up.sql`,
    "CREATE TABLE counter (n int PRIMARY KEY, hits int NOT NULL DEFAULT 0);"
  )
  for (let n = 1; n <= migrations; n++) {
    project.write(
      `${Scenario.named(n, `table_${n}`)}.up.sql`,
      `CREATE TABLE t_${n} (id int);\nINSERT INTO counter AS c VALUES (${n}, 1) ON CONFLICT (n) DO UPDATE SET hits = c.hits + 1;\nSELECT pg_sleep(0.003);`
    )
  }
}

/** Starts a run and, after a while, does something violent to it; returns when the process is gone. */
const disturbed = (
  project: Project.Project,
  after: number,
  violence: (kill: () => void) => Effect.Effect<unknown>
) =>
  Effect.gen(function* () {
    const child = project.spawn(["migrate", "up", "--json"])
    const ended = yield* Effect.fork(
      Effect.async<void>(resume => void child.once("close", () => resume(Effect.void)))
    )
    yield* Effect.sleep(after)
    yield* violence(() => child.kill("SIGKILL"))
    yield* ended.await
  })

/** Whether a lock is left in one of the databases: others may be held in the same server. */
const advisory = `SELECT 1 FROM pg_locks WHERE locktype = 'advisory'
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`

const states = {
  PostgreSQL: { make: Project.make, locked: advisory },
  MariaDB: {
    make: Project.makeOnMysql,
    locked: "SELECT 1 FROM bfm_locks WHERE is_used_lock(lock_name) IS NOT NULL"
  }
}

describe.each(Object.entries(states))("crash, with the state in %s", (_, { make, locked }) => {
  it.live(
    "killed at any moment, every migration is there exactly once in the end",
    () =>
      Effect.gen(function* () {
        const project = yield* make
        write(project)
        const kinds = ["kill", "target", "kill", "state", "kill", "both"] as const
        const rounds = 12
        let killed = 0
        for (let round = 0; round < rounds; round++) {
          const kind = kinds[round % kinds.length]
          const after = yield* Random.nextIntBetween(250, 900)
          yield* disturbed(project, after, kill =>
            Effect.gen(function* () {
              if (kind === "target" || kind === "both") yield* project.query(Project.terminate)
              if (kind === "state" || kind === "both") yield* project.state.cut
              if (kind === "kill" || kind === "both") {
                kill()
                killed++
              }
            })
          )
        }
        assert.isAbove(killed, 0)
        const last = yield* project.cli(["migrate", "up", "--json"])
        assert.strictEqual(last.code, 0, `seed ${seed}: ${last.stdout} ${last.stderr}`)
        const [once] = yield* project.query(
          "SELECT count(*)::int AS n, min(hits) AS least, max(hits) AS most FROM counter"
        )
        assert.deepStrictEqual(once, { n: migrations, least: 1, most: 1 }, `seed ${seed}`)
        const tables = yield* Scenario.count(
          project,
          "SELECT count(*) FROM pg_tables WHERE tablename ~ '^t_[0-9]+$'"
        )
        assert.strictEqual(tables, migrations)
        assert.lengthOf(yield* Scenario.agreed(project), migrations + 1)
        assert.deepStrictEqual(yield* project.query(advisory), [])
        assert.deepStrictEqual(yield* project.queryState(locked), [])
        const again = yield* project.cli(["migrate", "up", "--json"])
        assert.deepStrictEqual(JSON.parse(again.stdout).applied, [])
      }).pipe(Effect.scoped, Effect.withRandom(Random.make(seed))),
    180_000
  )
})

describe("crash", () => {
  it.live(
    "a run whose process is gone goes on in the server: the next run waits for it and repeats nothing",
    () =>
      Effect.gen(function* () {
        const project = yield* Project.make
        const gate = yield* Scenario.gate(project)
        project.write(
          `${Scenario.named(1, "slow")}.up.sql`,
          `CREATE TABLE slow (id int);\n${gate.statement};\nINSERT INTO slow VALUES (1);`
        )
        yield* disturbed(project, 0, kill => Effect.zipRight(gate.reached, Effect.sync(kill)))
        const next = yield* Effect.fork(project.cli(["migrate", "up", "--json"]))
        yield* Effect.sleep("500 millis")
        yield* gate.open
        const { code, stdout, stderr } = yield* next.await.pipe(Effect.flatten)
        assert.strictEqual(code, 0, stdout + stderr)
        assert.strictEqual(yield* Scenario.count(project, "SELECT count(*) FROM slow"), 1)
        assert.lengthOf(yield* Scenario.agreed(project), 1)
      }).pipe(Effect.scoped)
  )
})
