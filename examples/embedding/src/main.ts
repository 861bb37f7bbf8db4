import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as SqlClient from "@effect/sql/SqlClient"
import * as PgClient from "@effect/sql-pg/PgClient"
import { Actor, Bfm } from "bfm"
import * as Config from "effect/Config"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { registry } from "../sfm/index.js"

class NotMigrated extends Data.TaggedError("NotMigrated")<{ readonly reasons: ReadonlyArray<string> }> {
  override get message() {
    return `the database could not be brought up to date\n${this.reasons.join("\n")}`
  }
}

/** Applies what is pending, exactly once, however many instances start at the same time. */
const migrate = Bfm.up().pipe(
  // Another instance is at it and needs longer than BFM_LOCK_TIMEOUT: wait that long twice more.
  Effect.retry({ times: 2, while: error => error._tag === "LockBusy" }),
  Effect.tap(({ applied }) =>
    Effect.log(applied.length === 0 ? "database is up to date" : `applied ${applied.join(", ")}`)
  ),
  Effect.catchTags({
    // What was applied before the failure stays; the next start goes on after it.
    RunFailed: ({ result }) =>
      new NotMigrated({
        reasons: result.failures.map(
          ({ path, line, reason, aftermath }) =>
            `${path}${line === undefined ? "" : `:${line}`}: ${reason}; ${aftermath}`
        )
      }),
    LockBusy: ({ holder }) => new NotMigrated({ reasons: [`${holder} is still migrating it`] })
  }),
  Effect.provideService(Actor.CurrentActor, { name: "guest book", method: "library" }),
  Effect.provide(Bfm.layerModules(registry))
)

/** The application itself. */
const welcome = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`INSERT INTO guests (name) VALUES ('Ada')`
  const [guests] = yield* sql<{ n: number }>`SELECT count(*)::int AS n FROM guests`
  yield* Effect.log(`guests so far: ${guests?.n}`)
})

// The application's own connection comes from the variable that BfM reads too: without it nothing runs.
const database = PgClient.layerConfig({ url: Config.redacted("APP_DB_URL") })

NodeRuntime.runMain(Effect.zipRight(migrate, welcome).pipe(Effect.provide(database)))
