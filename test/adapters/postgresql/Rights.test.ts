import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Bfm from "../../../src/Bfm.ts"
import * as Project from "../../fixtures/Project.ts"

/** A role that may do nothing in the target; it is gone when the scope closes. */
const role = (project: Project.Project) => {
  const name = `r_${project.target.name}`
  return Effect.acquireRelease(
    Effect.as(project.query(`CREATE ROLE ${name} LOGIN`), {
      name,
      variables: { CORE_DB_URL: project.target.url.replace("postgres@", `${name}@`) }
    }),
    () =>
      project.query(`DROP OWNED BY ${name} CASCADE`).pipe(Effect.zipRight(project.query(`DROP ROLE ${name}`)))
  )
}

describe("a user without the right to create schemas", () => {
  it.scopedLive("is told what to grant, and then has enough with a schema for the ledger", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      project.write("20250101120000_create_users.up.sql", "CREATE TABLE users ();")
      const { name, variables } = yield* role(project)
      yield* project.query(`GRANT CREATE ON SCHEMA public TO ${name}`)
      const refused = yield* Effect.flip(project.run(Bfm.up(), variables))
      assert.strictEqual(refused._tag, "StoreRefused")
      assert.include(refused.message, "create it and grant USAGE and CREATE")
      yield* project.query("CREATE SCHEMA bfm")
      yield* project.query(`GRANT USAGE, CREATE ON SCHEMA bfm TO ${name}`)
      const { applied } = yield* project.run(Bfm.up(), variables)
      assert.deepStrictEqual(applied, ["20250101120000_create_users_postgresql_core"])
    })
  )
})
