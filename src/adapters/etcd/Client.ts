import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schedule from "effect/Schedule"
import type {
  Etcd3,
  ILeaseKeepAliveResponse,
  IOptions,
  IRangeRequest,
  IRangeResponse,
  ITxnRequest,
  ITxnResponse
} from "etcd3"
import * as Password from "../store/Password.ts"
import * as Sent from "../store/Sent.ts"
import * as Fault from "./Fault.ts"
import type { EtcdSettings } from "./Settings.ts"
import type { Certificates } from "./Tls.ts"

/** One call each, sent once, with a deadline: `Lost` leaves open whether it was carried out. */
export interface Client {
  readonly settings: EtcdSettings
  readonly range: (request: IRangeRequest) => Effect.Effect<IRangeResponse, Fault.Fault>
  readonly txn: (request: ITxnRequest) => Effect.Effect<ITxnResponse, Fault.Fault>
  /** A lease of so many seconds; its id. */
  readonly grant: (ttl: number) => Effect.Effect<string, Fault.Fault>
  /** Seconds that the lease has now; 0 when it has ended. */
  readonly keepAlive: (lease: string) => Effect.Effect<number, Fault.Fault>
  readonly revoke: (lease: string) => Effect.Effect<void, Fault.Fault>
  /** Of the member that happens to answer: `3.5.33`. */
  readonly version: Effect.Effect<string, Fault.Fault>
  /** Repeats a call that may be repeated for as long as there is no answer, within limits. */
  readonly patiently: <A>(call: Effect.Effect<A, Fault.Fault>) => Effect.Effect<A, Fault.Fault>
}

/** After so many calls without an answer the client is made anew: it can get stuck in ways of its own. */
const stuck = 3

/**
 * The only place that knows etcd3. Its own retries are switched off (they would repeat what may have been
 * carried out, and say that it was not), its breaker too; and each call has a timer beside the deadline that
 * it does not always keep. Closed with the scope.
 */
export const make = Effect.fn("Client.make")(function* (settings: EtcdSettings, certificates: Certificates) {
  const password = yield* Either.mapLeft(
    Password.read(settings.password),
    ({ reason }) => new Fault.Misconfigured({ variable: "password", reason })
  )
  const [{ Etcd3 }, { noop }] = yield* Effect.promise(() =>
    // Only who uses etcd waits for it: loading takes longer than the rest of a command.
    Promise.all([import("etcd3"), import("cockatiel")])
  )
  const call = yield* caller(
    settings,
    turn =>
      new Etcd3({
        ...options(settings, settings.endpoints[turn % settings.endpoints.length], certificates, noop),
        ...(settings.username === undefined ? {} : { auth: { username: settings.username, password } })
      })
  )
  return {
    settings,
    range: request => Sent.traced({ system: "etcd", action: "range" })(call(it => it.kv.range(request))),
    txn: request => Sent.traced({ system: "etcd", action: "txn" })(call(it => it.kv.txn(request))),
    grant: ttl =>
      Effect.map(
        call(it => it.leaseClient.leaseGrant({ TTL: ttl })),
        ({ ID }) => ID
      ),
    keepAlive: lease => call(it => keepAlive(it, lease, settings.timeout)),
    revoke: lease => Effect.asVoid(call(it => it.leaseClient.leaseRevoke({ ID: lease }))),
    version: Effect.map(
      call(it => it.maintenance.status()),
      ({ version }) => version
    ),
    patiently: effect =>
      Effect.retry(effect, { while: ({ _tag }) => _tag === "Lost", schedule: patience(settings) })
  } satisfies Client
})

/**
 * Sends calls through one client at a time: one endpoint until it does not answer, then the next. etcd3 itself
 * would draw lots, and draw the dead one again.
 */
const caller = Effect.fnUntraced(function* (settings: EtcdSettings, fresh: (turn: number) => Etcd3) {
  let turn = 0
  let client = fresh(turn)
  let silent = 0
  yield* Effect.addFinalizer(() => Effect.sync(() => client.close()))
  const unheard = (used: Etcd3): void => {
    if (used !== client || ++silent < (settings.endpoints.length > 1 ? 1 : stuck)) return
    silent = 0
    client.close()
    client = fresh(++turn)
  }
  return <A>(use: (client: Etcd3) => Promise<A>): Effect.Effect<A, Fault.Fault> =>
    Effect.suspend(() => {
      const used = client
      return Effect.tryPromise({ try: () => use(used), catch: Fault.from }).pipe(
        Effect.timeoutFail({ duration: settings.timeout + 250, onTimeout: () => unanswered(settings) }),
        Effect.tapBoth({
          onSuccess: () => Effect.sync(() => (silent = 0)),
          onFailure: ({ _tag }) => Effect.sync(() => _tag === "Lost" && unheard(used))
        })
      )
    })
})

const unanswered = ({ timeout }: EtcdSettings): Fault.Lost =>
  new Fault.Lost({ reason: `no answer within ${timeout}ms`, code: "DEADLINE_EXCEEDED" })

/** For four times as long as one call may take. */
const patience = ({ timeout }: EtcdSettings) =>
  Schedule.exponential("50 millis").pipe(
    Schedule.either(Schedule.spaced("1 second")),
    Schedule.jittered,
    Schedule.upTo(4 * timeout)
  )

type Policy = NonNullable<NonNullable<IOptions["faultHandling"]>["global"]>

const options = (
  settings: EtcdSettings,
  endpoint = "",
  { ca, cert, key }: Certificates,
  none: Policy
): IOptions => {
  const { timeout } = settings
  return {
    hosts: `${settings.tls ? "https" : "http"}://${endpoint}`,
    ...(ca === undefined && cert === undefined
      ? {}
      : {
          credentials: {
            // Absent, it is the system's authorities, whatever the type says.
            rootCertificate: ca as Buffer,
            ...(cert === undefined ? {} : { certChain: cert }),
            ...(key === undefined ? {} : { privateKey: key })
          }
        }),
    faultHandling: { host: () => none, global: none },
    defaultCallOptions: ({ isStream }) => (isStream ? {} : { deadline: Date.now() + timeout }),
    grpcOptions: {
      // What a delete by prefix takes away comes back in one answer.
      "grpc.max_receive_message_length": -1,
      "grpc.max_send_message_length": -1,
      "grpc.initial_reconnect_backoff_ms": 100,
      "grpc.max_reconnect_backoff_ms": 1_000,
      // As etcd's own tools do: a proxy for the web does not lead to an etcd.
      "grpc.enable_http_proxy": 0
    }
  }
}

/** One question and one answer over a stream of their own. */
const keepAlive = async (client: Etcd3, lease: string, timeout: number): Promise<number> => {
  const stream = await client.leaseClient.leaseKeepAlive({ deadline: Date.now() + timeout })
  try {
    const { TTL } = await new Promise<ILeaseKeepAliveResponse>((resolve, reject) => {
      stream.on("data", resolve)
      stream.on("error", reject)
      stream.write({ ID: lease })
    })
    return Number(TTL)
  } finally {
    stream.end()
  }
}
