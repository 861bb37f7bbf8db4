import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Lock, type LockKey } from "../../src/ports/Lock.ts"
import * as Postgresql from "../fixtures/Postgresql.ts"
import { layerIn } from "../fixtures/StatePostgresql.ts"

const core: LockKey = { connection: "core", schema: "a" }

describe("a state on a server that ends idle sessions", () => {
  it.scopedLive("keeps the lock of a run however long its step takes", () =>
    Effect.gen(function* () {
      const database = yield* Postgresql.database
      yield* Postgresql.query(
        database.url,
        `alter database ${database.name} set idle_session_timeout = '200ms'`
      )
      const take = (actor: string) =>
        Effect.flatMap(Layer.build(layerIn(database)), process =>
          Context.get(process, Lock).acquire(core, { runId: actor, actor }, 0, () => Effect.void)
        )
      yield* take("first")
      yield* Effect.sleep("800 millis")
      const { _tag, message } = yield* Effect.flip(take("second"))
      assert.strictEqual(_tag, "LockBusy", message)
      assert.include(message, "first")
    })
  )
})
