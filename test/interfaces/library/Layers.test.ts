import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Bfm from "../../../src/Bfm.ts"
import { fromScripts } from "../../../src/domain/source/Scripts.ts"
import { Connections } from "../../../src/ports/Connections.ts"

const migration = fromScripts({
  backend: "postgresql",
  connection: "core",
  version: "20250101120000",
  name: "create_users",
  path: "postgresql/core/20250101120000_create_users.up.sql",
  up: "CREATE TABLE users ();"
})

/** What an application finds in its log when the layer is built with these variables. */
const logged = (environment: Readonly<Record<string, string>>) => {
  const lines: Array<string> = []
  const logger = Logger.make(({ logLevel, message }) => lines.push(`${logLevel.label} ${message}`))
  return Effect.as(Connections, lines).pipe(
    Effect.provide(
      Bfm.layerModules([migration], environment).pipe(
        Layer.provide(Logger.replace(Logger.defaultLogger, logger))
      )
    )
  )
}

describe("the library's layers", () => {
  it.effect("say in the application's log what was chosen because nothing was said", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* logged({ CORE_DB_HOST: "embedded" }), [
        "INFO no BFM_STATE_* variable is set: the state is kept in the embedded PostgreSQL, data in .bfm"
      ])
    })
  )

  it.effect("say what was said and has no effect, and nothing when all is well", () =>
    Effect.gen(function* () {
      const state = "postgres://a:b@localhost/state"
      const variables = { BFM_STATE_DB_URL: state, CORE_DB_URL: "postgres://a:b@localhost/app" }
      assert.deepStrictEqual(yield* logged(variables), [])
      const [line = "", ...more] = yield* logged({ ...variables, BFM_LOCK_TIMOUT: "1s" })
      assert.match(line, /^WARN BFM_LOCK_TIMOUT .*did you mean BFM_LOCK_TIMEOUT\?$/)
      assert.isEmpty(more)
    })
  )
})
