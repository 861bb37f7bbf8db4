import * as Effect from "effect/Effect"
import { EmbeddedUnavailable } from "../../domain/Errors.ts"
import * as Client from "../postgresql/Client.ts"
import * as Quote from "../postgresql/Quote.ts"
import * as Settings from "../postgresql/Settings.ts"

/** SQLSTATEs that another process causes which makes the same database at the same moment. */
const existsNow = ["42P04", "23505"]

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
const codeOf = (cause: unknown): unknown =>
  typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined

const unavailable = (name: string, cause: unknown) =>
  new EmbeddedUnavailable({
    reason: `cannot make the database ${name}: ${reasonOf(cause)}`,
    remedy: "See postgresql/server.log in BFM_DATA_DIR"
  })

const maintenance = (address: { host: string; port: number; username: string }): Settings.Server => ({
  _tag: "Server",
  ...address,
  database: "postgres",
  tls: "disable",
  pool: Settings.defaultPool
})

/** Creates the database unless it is there. */
export const ensure = Effect.fn("Embedded.Database.ensure")(function* (
  address: { readonly host: string; readonly port: number; readonly username: string },
  name: string
) {
  const ask = <A>(promise: () => Promise<A>) => Effect.tryPromise({ try: promise, catch: cause => cause })
  yield* Effect.acquireUseRelease(
    // A session that is ended from outside says so here; without a listener it would end the process.
    Effect.tap(Client.make(maintenance(address)), client => client.on("error", () => undefined)),
    client =>
      Effect.gen(function* () {
        yield* ask(() => client.connect())
        const found = yield* ask(() =>
          client.query("SELECT 1 FROM pg_catalog.pg_database WHERE datname = $1::name", [name])
        )
        if (found.rowCount !== 0) return
        yield* ask(() => client.query(`CREATE DATABASE ${Quote.identifier(name)} TEMPLATE template0`)).pipe(
          Effect.catchIf(
            cause => existsNow.some(code => code === codeOf(cause)),
            () => Effect.void
          )
        )
      }),
    client => Effect.ignore(ask(() => client.end()))
  ).pipe(Effect.mapError(cause => unavailable(name, cause)))
})
