import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import * as SynchronizedRef from "effect/SynchronizedRef"
import { EmbeddedUnavailable } from "../../domain/Errors.ts"
import * as Account from "./Account.ts"
import * as Binaries from "./Binaries.ts"
import * as Database from "./Database.ts"
import * as Directory from "./Directory.ts"
import * as Supervisor from "./Supervisor.ts"
import * as SupervisorScript from "./SupervisorScript.ts"
import * as Users from "./Users.ts"

/** Where the server listens: `host` is the directory of its socket. There is no password. */
export interface Address {
  readonly host: string
  readonly port: number
  readonly username: string
  /** Of PostgreSQL. */
  readonly major: number
}

/** How long a start may take; recovery after a crash is the slow case, and the very first on a slow disk. */
const deadline = (directory: Directory.Directory) =>
  Directory.madeBy(directory) === undefined ? "60 seconds" : "20 seconds"

const notOnWindows = () =>
  new EmbeddedUnavailable({
    reason: "it does not run on Windows",
    remedy: "Use WSL, or a PostgreSQL server (BFM_STATE_DB_HOST)"
  })

/** The supervisor's promise first, then the server's own word that it accepts connections. */
const answered = (directory: Directory.Directory, user: Users.User) =>
  Effect.zipRight(
    Effect.repeat(Effect.sleep("2 millis"), { until: () => user.welcome }),
    Effect.suspend(() => Directory.listening(directory)).pipe(
      Effect.retry(Schedule.spaced("3 millis")),
      Effect.orDie
    )
  )

/** Milliseconds between two looks whether the supervisor of others is gone: 20, growing to 200. */
const again = Schedule.union(Schedule.exponential("20 millis", 1.5), Schedule.spaced("200 millis"))

/** Sees to it that there is a supervisor: one of ours stays, or finds another at work and goes. */
const supervised = (directory: Directory.Directory, account: Account.Account, user: Users.User) =>
  Effect.gen(function* () {
    // Whoever is there has most likely a supervisor, and that answers within this time.
    if (user.joined) yield* Effect.sleep("50 millis")
    const binaries = yield* Binaries.find(Directory.madeBy(directory))
    const reaching = yield* Account.reaching(account, binaries.directory, directory.path)
    return yield* Supervisor.run(binaries, directory, reaching).pipe(
      Effect.zipRight(user.greet),
      Effect.repeat(again),
      Effect.zipRight(Effect.never)
    )
  })

/** Starts the server, or joins the one that runs, and keeps it for as long as the scope is open. */
export const acquire = Effect.fn("Embedded.acquire")(function* (dataDir: string) {
  if (process.platform === "win32") return yield* notOnWindows()
  const directory = Directory.of(dataDir)
  const account = yield* Account.choose(directory.path)
  yield* Directory.prepare(directory, account)
  const user = yield* Effect.acquireRelease(Users.join(directory), each => each.leave)
  yield* user.greet
  const limit = deadline(directory)
  const found = yield* Effect.raceFirst(answered(directory, user), supervised(directory, account, user)).pipe(
    // Also where nothing may be interrupted: the one of the two that is not needed has to end.
    Effect.interruptible,
    Effect.timeoutFail({
      duration: limit,
      onTimeout: () =>
        new EmbeddedUnavailable({
          reason: `it is not ready after ${limit}`,
          remedy: `See ${directory.log}`
        })
    }),
    Effect.onError(() => user.leave)
  )
  const major = Directory.madeBy(directory) ?? 0
  return { ...found, username: SupervisorScript.username, major } satisfies Address
})

/** The embedded PostgreSQL of this process. */
export class Embedded extends Context.Tag("bfm/Embedded")<
  Embedded,
  {
    /** Starts or joins the server when it is first asked for; the layer's scope keeps it. */
    readonly server: Effect.Effect<Address, EmbeddedUnavailable>
    /** The same, with a database of this name in it. */
    readonly ensureDatabase: (name: string) => Effect.Effect<Address, EmbeddedUnavailable>
  }
>() {}

/** One acquisition per process, made on first use; one that failed is tried again. `dataDir` is `BFM_DATA_DIR`. */
export const layer = (dataDir: string): Layer.Layer<Embedded> =>
  Layer.scoped(
    Embedded,
    Effect.gen(function* () {
      const scope = yield* Effect.scope
      const known = yield* SynchronizedRef.make(Option.none<Address>())
      const server = SynchronizedRef.modifyEffect(known, address =>
        Effect.map(
          Option.isSome(address) ? Effect.succeed(address.value) : Scope.extend(acquire(dataDir), scope),
          found => [found, Option.some(found)] as const
        )
      )
      return {
        server,
        ensureDatabase: name => Effect.tap(server, address => Database.ensure(address, name))
      }
    })
  )
