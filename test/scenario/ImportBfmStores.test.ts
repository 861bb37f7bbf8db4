import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Bfm from "../../src/interfaces/library/Bfm.ts"
import * as EtcdProject from "../fixtures/EtcdProject.ts"
import * as Greptimedb from "../fixtures/Greptimedb.ts"
import * as OldRecords from "../fixtures/OldRecords.ts"
import * as Scenario from "../fixtures/Scenario.ts"

const etcd = EtcdProject.shared()
const then = "2025-11-22 09:22:26"

describe("import bfm, all stores", () => {
  it.live("what ran in PostgreSQL, GreptimeDB and etcd is known in each, with its own time", () =>
    Effect.gen(function* () {
      const project = yield* EtcdProject.make(etcd())
      const logs = yield* Greptimedb.makeWith(Effect.succeed(project))
      yield* OldRecords.tables(project, "v0.2")
      project.write(`${Scenario.named(1, "users")}.up.sql`, "CREATE TABLE users ();")
      logs.write(2, "events", "CREATE TABLE events (ts TIMESTAMP TIME INDEX);")
      project.migration(3, "flags", [EtcdProject.put("flags", "on")])
      const declared = 'package x\nvar m = M{Schema: "/ops", Dependencies: []string{"users", "events"}}'
      project.write(`/sfm/etcd/metadata/${Scenario.named(3, "flags")}.go`, declared)
      const record = (
        id: string,
        n: number,
        name: string,
        connection: string,
        backend: string,
        schema: string
      ) => {
        const of = { id, version: Scenario.version(n), name, connection, backend, schema }
        return OldRecords.since02(project, of, "applied", [[schema, "applied", then]])
      }
      yield* record(Scenario.id(1, "users"), 1, "users", "core", "postgresql", "core")
      yield* record(Greptimedb.id(2, "events"), 2, "events", "logs", "greptimedb", "metrics")
      yield* record(EtcdProject.id(3, "flags"), 3, "flags", "metadata", "etcd", "/ops")

      const report = yield* OldRecords.adopt({ ...project, run: logs.run }, {}, logs.environment)
      assert.deepStrictEqual([report.entries.length, report.questions, report.notes], [3, [], []])
      assert.deepStrictEqual(report.files.at(-1)?.lines, [
        '"bfm": {"schema":"/ops","dependsOn":["core/users","logs/events"]}'
      ])
      const { items } = yield* logs.run(Bfm.status())
      assert.deepStrictEqual(
        items.map(({ connection, schema, status, applied_at, actor }) => [
          connection,
          schema,
          status,
          applied_at,
          actor
        ]),
        [
          ["core", "core", "applied", "2025-11-22T09:22:26.000Z", "api_user"],
          ["logs", "metrics", "applied", "2025-11-22T09:22:26.000Z", "api_user"],
          ["metadata", "/ops", "applied", "2025-11-22T09:22:26.000Z", "api_user"]
        ]
      )
      assert.deepStrictEqual((yield* logs.run(Bfm.up())).applied, [])
      assert.isFalse((yield* OldRecords.adopt({ ...project, run: logs.run }, {}, logs.environment)).done)
      assert.isTrue((yield* logs.run(Bfm.validate())).valid)
    }).pipe(Effect.scoped)
  )
})
