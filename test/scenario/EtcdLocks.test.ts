import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Bfm from "../../src/interfaces/library/Bfm.ts"
import * as Team from "../fixtures/EtcdProject.ts"
import { put } from "../fixtures/EtcdProject.ts"
import * as Project from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"

const server = Team.shared()

const locks = (prefix: string) => ({
  BFM_LOCK_BACKEND: "etcd",
  BFM_LOCK_ENDPOINTS: server().endpoint,
  BFM_LOCK_PREFIX: prefix
})

describe("locks of runs in etcd", { concurrent: true }, () => {
  it.scopedLive("keep runs on PostgreSQL apart, and end with whoever is killed", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      const environment = locks(`/${project.target.name}/`)
      const gate = yield* Scenario.gate(project)
      project.write(`${Scenario.named(1, "slow")}.up.sql`, `${gate.statement};\nCREATE TABLE slow (id int);`)
      const child = project.spawn(["migrate", "up"], { ...environment, BFM_ACTOR: "deploy-7" })
      yield* gate.reached
      assert.deepStrictEqual(yield* project.queryState("SELECT count(*)::int AS n FROM bfm_locks"), [
        { n: 0 }
      ])
      const busy = yield* project.cli(["migrate", "up"], { ...environment, BFM_LOCK_TIMEOUT: "300ms" })
      assert.strictEqual(busy.code, 5, busy.stderr)
      assert.match(
        busy.stderr,
        /core is being migrated by deploy-7 \(run \w+, since [\d.]+m?s, step 1 of 1: slow\)/
      )
      child.kill("SIGKILL")
      yield* gate.open
      project.write(`${Scenario.named(2, "next")}.up.sql`, "CREATE TABLE next (id int);")
      const { code, stderr } = yield* project.cli(["migrate", "up"], environment)
      assert.strictEqual(code, 0, stderr)
      assert.lengthOf(yield* Scenario.agreed(project), 2)
      assert.deepStrictEqual(yield* server().dump(`/${project.target.name}/`), {})
    })
  )

  it.scopedLive("are not for scripts", () =>
    Effect.gen(function* () {
      const team = yield* Team.make(server())
      const environment = locks(`${team.prefix}locks/`)
      team.migration(1, "steal", [put("locks/metadata/", "mine")])
      const error = yield* Scenario.failing(team.run(Bfm.up(), environment))
      if (error._tag !== "RunFailed") return yield* Effect.die(error)
      assert.deepStrictEqual(
        error.result.failures.map(({ code }) => code),
        ["BF013"]
      )
    })
  )

  it.scopedLive("that cannot be reached stop a run before it begins", () =>
    Effect.gen(function* () {
      const team = yield* Team.make(server())
      team.migration(1, "flags", [put("a")])
      const environment = { ...locks(`${team.prefix}locks/`), BFM_LOCK_ENDPOINTS: "127.0.0.1:1" }
      const error = yield* Scenario.failing(team.run(Bfm.up(), environment))
      assert.strictEqual(error._tag, "StateUnavailable")
      assert.match(error.message, /\(127\.0\.0\.1:1\): could not take the lock: connect ECONNREFUSED/)
      assert.deepStrictEqual(yield* team.keys, {})
    })
  )
})
