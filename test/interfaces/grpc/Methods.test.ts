import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { MigrationService } from "../../../src/interfaces/grpc/generated/migration_pb.ts"
import * as Project from "../../fixtures/Project.ts"
import * as Scenario from "../../fixtures/Scenario.ts"
import * as Service from "./Service.ts"

const { method } = MigrationService

describe("a run", () => {
  it.scopedLive("Migrate applies", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      project.write("20250101000001_a.up.sql", "CREATE TABLE a (id int);")
      const client = yield* Service.connected(project)
      const answer = yield* client.unary(method.migrate, { target: {}, connection: "core" })
      assert.deepStrictEqual(answer.applied, [Scenario.id(1, "a")])
    })
  )
})
