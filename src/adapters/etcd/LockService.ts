import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { LockBusy, StateUnavailable } from "../../domain/Errors.ts"
import { type HeldLock, Lock, type LockKey } from "../../ports/Lock.ts"
import { StateStore } from "../../ports/StateStore.ts"
import type { Client } from "./Client.ts"
import { dial } from "./Connections.ts"
import type * as Fault from "./Fault.ts"
import { below } from "./Keys.ts"
import * as Ledger from "./Ledger.ts"
import * as EtcdLock from "./Lock.ts"
import { address, type EtcdSettings } from "./Settings.ts"

/** The etcd in which runs lock each other out, and the prefix of its keys. */
export interface Options {
  readonly settings: EtcdSettings
  readonly prefix: string
}

/**
 * Locks of runs as leases in etcd: for a state database behind a pooler that changes sessions. Building it
 * dials nothing: the first use does.
 */
export const layer = (options: Options): Layer.Layer<Lock, never, StateStore> =>
  Layer.scoped(
    Lock,
    Effect.gen(function* () {
      const state = yield* StateStore
      const scope = yield* Effect.scope
      const alone = (yield* Effect.makeSemaphore(1)).withPermits(1)
      let opened: Client | undefined
      const client = alone(
        Effect.suspend(() =>
          opened === undefined
            ? Effect.map(dial(options.settings), found => (opened = found.client))
            : Effect.succeed(opened)
        )
      ).pipe(Scope.extend(scope))
      return Lock.of({
        acquire: (key, holder, wait, waiting) =>
          acquire(options, client, state, { key, holder, wait, waiting }),
        attempt: (keys, holder) =>
          Effect.forEach(keys, key =>
            acquire(options, client, state, { key, holder, wait: 0, waiting: () => Effect.void }).pipe(
              Effect.as(true),
              Effect.catchTag("LockBusy", () => Effect.succeed(false))
            )
          ),
        held: Effect.flatMap(client, it => Ledger.scan(it, below(options.prefix))).pipe(
          Effect.map(kvs => kvs.flatMap(({ value }) => heldBy(EtcdLock.read(value)))),
          Effect.mapError(unavailable(options, "read the locks"))
        )
      })
    })
  )

interface Wanted {
  readonly key: LockKey
  readonly holder: { readonly runId: string; readonly actor: string }
  readonly wait: number
  readonly waiting: (holder: string) => Effect.Effect<void>
}

const acquire = (
  options: Options,
  client: Effect.Effect<Client, Fault.Fault>,
  state: StateStore["Type"],
  { key, holder, wait, waiting }: Wanted
): Effect.Effect<void, LockBusy | StateUnavailable, Scope.Scope> =>
  Effect.flatMap(client, it =>
    EtcdLock.acquire(it, {
      key: keyOf(options.prefix, key),
      run_id: holder.runId,
      actor: holder.actor,
      ...key,
      wait,
      waiting: found => Effect.flatMap(sentence(state, found), waiting)
    })
  ).pipe(
    Effect.asVoid,
    Effect.catchTag("Busy", error => busy(state, key, error)),
    Effect.mapError(error =>
      error._tag === "LockBusy" ? error : unavailable(options, "take the lock")(error)
    )
  )

const keyOf = (prefix: string, { connection, schema }: LockKey): Buffer =>
  Buffer.from(`${prefix}${encodeURIComponent(connection)}/${encodeURIComponent(schema)}`)

const busy = (state: StateStore["Type"], key: LockKey, { holder, waited }: EtcdLock.Busy) =>
  Effect.flatMap(sentence(state, holder), text =>
    Effect.fail(
      new LockBusy({
        ...key,
        holder: text,
        ...(holder === undefined ? {} : { holder_run: holder.run_id }),
        waited
      })
    )
  )

/** Who has it; the state knows at which step that run is. */
const sentence = Effect.fnUntraced(function* (
  state: StateStore["Type"],
  holder: EtcdLock.Holder | undefined
) {
  const now = yield* Clock.currentTimeMillis
  if (holder === undefined) return EtcdLock.sentence(holder, now)
  const run = yield* Effect.orElseSucceed(state.run(holder.run_id), () => undefined)
  return EtcdLock.sentence(holder, now, run?.current)
})

const heldBy = (holder: EtcdLock.Holder | undefined): ReadonlyArray<HeldLock> =>
  holder === undefined
    ? []
    : [
        {
          connection: holder.connection,
          schema: holder.schema,
          runId: holder.run_id,
          actor: holder.actor,
          since: holder.since
        }
      ]

const unavailable =
  ({ settings }: Options, action: string) =>
  (fault: Fault.Fault): StateUnavailable =>
    new StateUnavailable({
      address: address(settings),
      action,
      reason:
        fault._tag === "Misconfigured"
          ? `${settings.variables[fault.variable]} ${fault.reason}`
          : fault.reason,
      ...(fault._tag === "Misconfigured" || fault.code === undefined ? {} : { code: fault.code })
    })
