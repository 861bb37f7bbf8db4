import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as MariadbServer from "../fixtures/MariadbServer.ts"
import * as Mysql from "../fixtures/Mysql.ts"
import * as Project from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"

const [a, b, c] = [Scenario.id(1, "a"), Scenario.id(2, "b"), Scenario.id(3, "c")]

/** Runs a command that has to end like this; what it printed as JSON. */
const bfm = (project: Project.Project, code: number, ...args: ReadonlyArray<string>) =>
  Effect.map(project.cli([...args, "--json"], { BFM_STATE_BACKEND: "mysql", BFM_ACTOR: "ann" }), ended => {
    assert.strictEqual(ended.code, code, ended.stdout + ended.stderr)
    return JSON.parse(ended.stdout)
  })

const write = (project: Project.Project, n: number, name: string, more = "") => {
  project.write(`${Scenario.named(n, name)}.up.sql`, `CREATE TABLE ${name} (id int);\n${more}`)
  project.write(`${Scenario.named(n, name)}.down.sql`, `DROP TABLE ${name};`)
}

/** Two migrations, of which the second waits at a gate; the state is on a MariaDB of its own. */
const restartable = Effect.gen(function* () {
  const server = yield* MariadbServer.startWith()
  const project = yield* Project.makeWith(Project.stateIn(yield* Mysql.databaseOf(server)))
  const gate = yield* Scenario.gate(project)
  write(project, 1, "a")
  write(project, 2, "b", `${gate.statement};`)
  const run = yield* Effect.fork(bfm(project, 0, "migrate", "up"))
  yield* gate.reached
  return { server, project, gate, run: Effect.flatten(run.await) }
})

const restarted = (server: MariadbServer.Server) => Effect.zipRight(server.stop("TERM"), server.start)

/** Nothing is left to be done, ledger and state agree, and the state was told everything once. */
const settled = (project: Project.Project) =>
  Effect.gen(function* () {
    assert.deepStrictEqual((yield* bfm(project, 0, "migrate", "up")).applied, [])
    assert.deepStrictEqual(yield* Scenario.agreed(project), [a, b])
    const told = yield* project.queryState(
      "select migration_id, event from bfm_history order by migration_id"
    )
    assert.deepStrictEqual(told, [
      { migration_id: a, event: "applied" },
      { migration_id: b, event: "applied" }
    ])
    assert.deepStrictEqual(
      yield* project.queryState("select lock_name from bfm_locks where is_used_lock(lock_name) is not null"),
      []
    )
  })

describe("the state in MariaDB", () => {
  it.scopedLive("keeps the failure of a statement that is longer than the server takes", () =>
    Effect.gen(function* () {
      const project = yield* Project.makeOnMysql
      const [row] = yield* project.queryState("select @@max_allowed_packet as most")
      write(project, 1, "a", `INSERT INTO a VALUES ('${"é".repeat(Number(row?.["most"]) / 2)}');`)
      const { failures } = yield* bfm(project, 4, "migrate", "up")
      const { items } = yield* bfm(project, 0, "history")
      assert.deepStrictEqual(
        items.map(({ event, migration_id }: Record<string, string>) => [event, migration_id]),
        [["failed", a]]
      )
      const [{ reason, statement }] = failures
      assert.match(reason, /^invalid input syntax for type integer: "é+\n… \(\d+ more characters\)$/)
      assert.match(statement, /^INSERT INTO a VALUES \('é+\n… \(\d+ more characters\)$/)
      assert.isBelow(statement.length, 70_000)
    })
  )

  it.scopedLive("serves every command: plan, up, status, history, validate, resolve, down", () =>
    Effect.gen(function* () {
      const project = yield* Project.makeOnMysql
      write(project, 1, "a")
      write(project, 2, "b")
      assert.lengthOf((yield* bfm(project, 0, "migrate", "plan")).plan.steps, 2)
      assert.deepStrictEqual((yield* bfm(project, 0, "migrate", "up")).applied, [a, b])
      assert.deepStrictEqual(yield* Scenario.agreed(project), [a, b])
      write(project, 3, "c", "SELECT 1 / 0;")
      assert.match((yield* bfm(project, 4, "migrate", "up")).errors[0], /division by zero/)
      const statusOf = Effect.map(bfm(project, 0, "status"), ({ items }) =>
        items.map(({ migration_id, status, actor }: Record<string, string>) => [migration_id, status, actor])
      )
      assert.deepStrictEqual(yield* statusOf, [
        [a, "applied", "ann"],
        [b, "applied", "ann"],
        [c, "failed", undefined]
      ])
      assert.deepStrictEqual((yield* bfm(project, 0, "migrate", "down", b, "--yes")).applied, [b])
      yield* bfm(project, 0, "resolve", c, "--applied")
      assert.isTrue((yield* bfm(project, 0, "validate")).valid)
      const first = yield* bfm(project, 0, "history", "--limit", "3")
      const rest = yield* bfm(project, 0, "history", "--limit", "3", "--cursor", first.next)
      assert.deepStrictEqual(
        [...first.items, ...rest.items].map(item => [item.event, item.migration_id, item.actor]),
        [
          ["resolved_applied", c, "ann"],
          ["rolled_back", b, "ann"],
          ["failed", c, "ann"],
          ["applied", b, "ann"],
          ["applied", a, "ann"]
        ]
      )
      assert.isUndefined(rest.next)
    })
  )

  it.scopedLive("lets one of two runs at a time go on, and tells the other for whom it waits", () =>
    Effect.gen(function* () {
      const project = yield* Project.makeOnMysql
      const gate = yield* Scenario.gate(project)
      write(project, 1, "a", `${gate.statement};`)
      const first = yield* Effect.fork(bfm(project, 0, "migrate", "up"))
      yield* gate.reached
      const busy = yield* project.cli(["migrate", "up"], { BFM_LOCK_TIMEOUT: "0s" })
      assert.strictEqual(busy.code, 5, busy.stdout + busy.stderr)
      assert.match(busy.stderr, /ann \(run \w+, since [\w .]+, step 1 of 1/)
      const second = yield* Effect.fork(bfm(project, 0, "migrate", "up"))
      yield* gate.open
      assert.deepStrictEqual((yield* Effect.flatten(first.await)).applied, [a])
      assert.deepStrictEqual((yield* Effect.flatten(second.await)).applied, [])
      assert.deepStrictEqual(yield* Scenario.agreed(project), [a])
    })
  )

  it.scopedLive("restarted during a run: the run goes on, and the state agrees", () =>
    Effect.gen(function* () {
      const { server, project, gate, run } = yield* restartable
      yield* restarted(server)
      yield* gate.open
      assert.deepStrictEqual((yield* run).applied, [a, b])
      yield* settled(project)
    })
  )

  it.scopedLive("gone when the run ends: the next run tells it what happened", () =>
    Effect.gen(function* () {
      const { server, project, gate, run } = yield* restartable
      yield* server.stop("KILL")
      yield* gate.open
      const result = yield* run
      assert.deepStrictEqual(result.applied, [a, b])
      assert.match(result.warnings.join("\n"), /state database .* is written to the state by the next run/)
      const { warnings } = yield* bfm(project, 0, "status")
      assert.match(warnings.join("\n"), /nothing listens there.*failures and history are not shown/)
      yield* server.start
      yield* settled(project)
    })
  )

  it.scopedLive("lost altogether: built again from the ledger", () =>
    Effect.gen(function* () {
      const project = yield* Project.makeOnMysql
      write(project, 1, "a")
      yield* bfm(project, 0, "migrate", "up")
      yield* project.queryState(`drop database ${project.state.name}`)
      const missing = yield* bfm(project, 1, "migrate", "up")
      assert.match(missing.error, /Unknown database .*create it first/)
      const { host, port, username } = yield* Mysql.server
      yield* Mysql.query({ host, port, username }, undefined, `create database ${project.state.name}`)
      assert.deepStrictEqual((yield* bfm(project, 0, "migrate", "up")).applied, [])
      assert.deepStrictEqual(yield* Scenario.agreed(project), [a])
    })
  )
})
