import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import { ConfigInvalid, ConnectionUnreachable } from "../../domain/Errors.ts"
import type { Connection, OpenError, Store } from "../../ports/Connections.ts"
import * as Client from "./Client.ts"
import type * as Fault from "./Fault.ts"
import * as Keys from "./Keys.ts"
import * as Probe from "./Probe.ts"
import type { EtcdSettings } from "./Settings.ts"
import * as EtcdStore from "./Store.ts"
import * as Tls from "./Tls.ts"
import * as Version from "./Version.ts"

/** One etcd connection as it is configured. */
export interface Configured {
  readonly connection: Connection
  readonly settings: EtcdSettings
  /** What stands before the keys of scripts. */
  readonly prefix: string
  /** Name or prefix of the ledger. */
  readonly ledgerSchema: string
}

/** Opens a connection. `reserved`: prefixes beside the ledger that are not for scripts. */
export const open = (
  { connection, settings, prefix, ledgerSchema }: Configured,
  reserved: ReadonlyArray<string>
): Effect.Effect<Store, OpenError, Scope.Scope> =>
  Effect.gen(function* () {
    const { client, version } = yield* dial(settings)
    const concern = Version.concern(version)
    if (concern !== undefined) yield* Effect.logWarning(`connection ${connection.name}: ${concern}`)
    const keys = Keys.make({ connection: connection.name, prefix, ledger: ledgerSchema, reserved })
    return EtcdStore.make({ connection, client, keys })
  }).pipe(
    Effect.mapError(fault =>
      fault._tag === "Misconfigured"
        ? misconfigured(settings, fault)
        : new ConnectionUnreachable({
            connection: connection.name,
            address: connection.address,
            reason: fault.reason,
            ...(fault.code === undefined ? {} : { code: fault.code })
          })
    )
  )

export const misconfigured = (
  { variables }: EtcdSettings,
  { variable, reason }: Fault.Misconfigured
): ConfigInvalid => new ConfigInvalid({ problems: [{ variable: variables[variable], reason }] })

/**
 * A client that has been answered: what is wrong with the settings is found out now, and not in mid-run. One
 * that was not is closed at once.
 */
export const dial = Effect.fn("Connections.dial")(function* (settings: EtcdSettings) {
  const certificates = yield* Tls.load(settings)
  const scope = yield* Effect.flatMap(Effect.scope, outer => Scope.fork(outer, outer.strategy))
  return yield* Effect.gen(function* () {
    const client = yield* Client.make(settings, certificates)
    const soon = <A>(call: Effect.Effect<A, Fault.Fault>) =>
      Effect.retry(call, { while: ({ _tag }) => _tag === "Lost", schedule: tries(settings) })
    const [version] = yield* Effect.all([soon(client.version), soon(knownUser(client))], { concurrency: 2 })
    return { client, version }
  }).pipe(
    Scope.extend(scope),
    Effect.tapErrorTag("Lost", () => Probe.diagnose(settings, certificates)),
    Effect.onError(cause => Scope.close(scope, Exit.failCause(cause)))
  )
})

/** Another member may be there: each call asks the next of them. */
const tries = ({ endpoints, timeout }: EtcdSettings) =>
  Schedule.spaced("100 millis").pipe(
    Schedule.intersect(Schedule.recurs(3 * endpoints.length)),
    Schedule.upTo(timeout * endpoints.length)
  )

/** Whether the server knows who we are: what we may do is not the question here. */
const knownUser = (client: Client.Client) =>
  Effect.catchTag(client.range({ key: Buffer.from("/"), keys_only: true }), "Refused", () => Effect.void)
