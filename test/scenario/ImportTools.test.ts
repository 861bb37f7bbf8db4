import * as fs from "node:fs"
import * as path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { ForeignReport } from "../../src/domain/foreign/Report.ts"
import * as Bfm from "../../src/interfaces/library/Bfm.ts"
import * as Foreign from "../fixtures/Foreign.ts"
import * as Project from "../fixtures/Project.ts"

const outcome = ({ entries, pending }: ForeignReport) => ({
  applied: entries.map(({ version, name }) => `${version}_${name}`),
  pending: pending.map(({ migration_id }) => migration_id.replace("_postgresql_core", ""))
})

const scripts = (project: Project.Project): ReadonlyArray<string> => {
  const folder = path.join(project.directory, "sfm/postgresql/core")
  return fs
    .readdirSync(folder)
    .sort()
    .map(name => `${name}: ${fs.readFileSync(path.join(folder, name), "utf8")}`)
}

describe("bfm import", () => {
  for (const [name, story] of Object.entries(Foreign.stories)) {
    it.scopedLive(
      `${name}: what its history has is applied, the rest is pending and runs; twice is once`,
      () =>
        Effect.gen(function* () {
          const project = yield* Project.make
          yield* Foreign.prepare(project, story)
          const dry = yield* Foreign.adopt(project, name, { dryRun: true })
          assert.deepStrictEqual(outcome(dry), { applied: story.applied, pending: story.pending })
          assert.deepStrictEqual([dry.done, dry.questions, scripts(project)], [false, [], []])
          assert.deepStrictEqual(yield* project.query("SELECT FROM pg_namespace WHERE nspname = 'bfm'"), [])

          const done = yield* Foreign.adopt(project, name)
          assert.deepStrictEqual(outcome(done), outcome(dry))
          assert.deepStrictEqual(
            done.entries.map(({ applied_at }) => applied_at),
            story.times
          )
          for (const text of story.scripts) assert.include(scripts(project), text)
          const again = yield* Foreign.adopt(project, name)
          assert.deepStrictEqual(
            [again.done, again.files, again.entries, again.known],
            [false, [], [], story.applied.length]
          )
          const { applied } = yield* project.run(Bfm.up())
          assert.deepStrictEqual(
            applied,
            story.pending.map(id => `${id}_postgresql_core`)
          )
          assert.isTrue((yield* project.run(Bfm.validate())).valid)
          // What BfM applied since is not the other tool's any more.
          assert.isFalse((yield* Foreign.adopt(project, name)).done)
        })
    )
  }

  it.scopedLive("refuses histories that cannot be believed, and says what to do", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      const { flyway, "golang-migrate": migrate } = Foreign.stories
      const refused = (tool: string) =>
        Effect.map(Effect.flip(Foreign.adopt(project, tool)), ({ message }) => message)
      yield* Foreign.prepare(project, migrate)
      assert.match(yield* refused("dbmate"), /no line -- migrate:up[\s\S]*is golang-migrate's/)
      yield* project.query("UPDATE schema_migrations SET dirty = true")
      assert.match(yield* refused("golang-migrate"), /dirty at version 2: .* say migrate force V/)
      yield* project.query("UPDATE schema_migrations SET dirty = false, version = 99")
      assert.match(yield* refused("golang-migrate"), /stands at version 99, and the folder has no such file/)
      yield* Foreign.prepare(project, flyway)
      yield* project.query("UPDATE flyway_schema_history SET success = false WHERE version = '1.10'")
      assert.match(yield* refused("flyway"), /V1_10__add_email\.sql failed: .* say flyway repair/)
      assert.deepStrictEqual(scripts(project), [])
    })
  )

  it.scopedLive("does not touch what is there, and says what it would not run", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      yield* Foreign.prepare(project, Foreign.stories.goose)
      project.write("00000000000001_users.up.sql", "SELECT 'mine';")
      const error = yield* Effect.flip(Foreign.adopt(project, "goose"))
      assert.match(
        error.message,
        /00000000000001_users\.up\.sql is there already, and was not made from 00001_users\.sql/
      )
      project.remove("00000000000001_users.up.sql")
      project.write("/old/00009_copy.sql", "-- +goose Up\nCOPY users FROM stdin;\n")
      const { questions } = yield* Foreign.adopt(project, "goose")
      assert.deepStrictEqual(
        questions.map(({ subject }) => subject),
        ["00000000000009_copy_postgresql_core"]
      )
    })
  )

  it.scopedLive("is a command that asks first, and speaks of PostgreSQL only", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      yield* Foreign.prepare(project, Foreign.stories.dbmate)
      const args = ["import", "dbmate", "--from", "old", "--connection", "core"]
      const asked = yield* project.cli(args)
      assert.deepStrictEqual([asked.code, /add --yes/.test(asked.stderr)], [1, true])
      const done = yield* project.cli([...args, "--yes"])
      assert.strictEqual(done.code, 0, done.stderr)
      assert.match(
        done.stdout,
        /^Import from old \(dbmate, public\.schema_migrations\)\nFiles\n {2}20250101120000_users\.sql +20250101120000_users\.up\.sql +applied\n/
      )
      assert.match(
        done.stdout,
        /✔ 3 migrations written, 2 records taken over; nothing was run\n {2}Next: bfm status\n$/
      )
      const elsewhere = yield* project.cli(args.with(-1, "logs"), {
        LOGS_BACKEND: "etcd",
        LOGS_ENDPOINTS: "127.0.0.1:1"
      })
      assert.match(elsewhere.stderr, /connection logs cannot import from dbmate: it is etcd/)
    })
  )
})
