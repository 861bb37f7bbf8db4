import * as Effect from "effect/Effect"
import pg from "pg"
import * as Server from "../../../src/adapters/embedded/Server.ts"

/** A process that uses the embedded database until its standard input ends: `user.cjs DIRECTORY`. */
const begun = performance.now()
const [, , directory = ""] = process.argv

const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`)

const use = Effect.gen(function* () {
  const address = yield* Server.acquire(directory)
  const ready = performance.now() - begun
  const client = new pg.Client({ ...address, user: address.username, database: "postgres" })
  yield* Effect.promise(() => client.connect())
  yield* Effect.promise(() => client.query("SELECT 1"))
  say({ ...address, ready, first: performance.now() - begun })
  yield* Effect.promise(() => client.end())
  yield* Effect.async<void>(resume => {
    process.stdin.resume().on("end", () => resume(Effect.void))
  })
})

Effect.runPromise(Effect.scoped(use)).then(
  () => say({ ended: true }),
  (error: unknown) => {
    say({ failed: error instanceof Error ? error.message : String(error) })
    process.exit(1)
  }
)
