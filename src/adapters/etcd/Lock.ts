import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Duration from "../../domain/Duration.ts"
import type { Client } from "./Client.ts"

/** Seconds after which a holder that does not live any more has lost its lock. */
const ttl = 10

/** Milliseconds between two looks at a lock that somebody else has: the first time, and at most. */
const shortest = 25
const longest = 250

/** What stands in the key of a lock. */
const Holder = Schema.Struct({
  run_id: Schema.String,
  actor: Schema.String,
  connection: Schema.String,
  schema: Schema.String,
  /** Milliseconds since the epoch, by the holder's clock. */
  since: Schema.Number,
  /** Of its lease: tells our own lock from another's when an answer was lost. */
  lease: Schema.String
})
export type Holder = typeof Holder.Type

const encode = Schema.encodeSync(Schema.parseJson(Holder))
const decode = Schema.decodeOption(Schema.parseJson(Holder))

export const read = (value: Buffer): Holder | undefined => Option.getOrUndefined(decode(value.toString()))

/** A lock that is ours for as long as its lease lives. */
export interface Held {
  readonly key: Buffer
  /** Revision in which the key was made: whoever compares it in his own transaction cannot be late. */
  readonly fence: string
  /** The server has said that the lease is gone. */
  readonly isLost: () => boolean
}

/** Somebody else has it. */
export class Busy extends Data.TaggedError("Busy")<{
  readonly holder: Holder | undefined
  /** Milliseconds. */
  readonly waited: number
}> {}

/** What is asked for. */
export interface Wanted extends Pick<Holder, "run_id" | "actor" | "connection" | "schema"> {
  readonly key: Buffer
  /** Milliseconds to wait for whoever has it. */
  readonly wait: number
  /** Told once, when there is somebody to wait for. */
  readonly waiting: (holder: Holder | undefined) => Effect.Effect<void>
}

/** `deploy-7 (run 01JC…, since 2m 10s, step 3 of 9: backfill_totals)`. */
export const sentence = (holder: Holder | undefined, now: number, step?: string): string => {
  if (holder === undefined) return "another run"
  const since = Duration.render(now - holder.since)
  return `${holder.actor} (run ${holder.run_id}, since ${since}${step === undefined ? "" : `, ${step}`})`
}

/**
 * Takes the lock until the scope closes: a key with a lease that this process keeps alive. A holder that is
 * killed blocks nobody for longer than its lease; one that is frozen finds its fence gone.
 */
export const acquire = Effect.fn("Lock.acquire")(function* (client: Client, wanted: Wanted) {
  const began = yield* Clock.currentTimeMillis
  const waited = Effect.map(Clock.currentTimeMillis, now => now - began)
  const held = yield* Effect.uninterruptibleMask(restore =>
    Effect.gen(function* () {
      for (let pause = shortest; ; pause = Math.min(pause * 1.6, longest)) {
        const found = yield* restore(current(client, wanted.key))
        const taken = found === undefined ? yield* restore(take(client, wanted)) : undefined
        if (taken !== undefined) {
          yield* Effect.addFinalizer(() => release(client, taken.lease))
          return taken
        }
        const left = wanted.wait - (yield* waited)
        if (left <= 0) return yield* new Busy({ holder: found?.holder, waited: yield* waited })
        if (pause === shortest) yield* restore(wanted.waiting(found?.holder))
        yield* restore(Effect.sleep(Math.min(pause * (yield* Random.nextRange(0.8, 1.2)), left)))
      }
    })
  )
  let lost = false
  yield* Effect.forkScoped(Effect.map(keepAlive(client, held.lease), () => (lost = true)))
  return { key: wanted.key, fence: held.fence, isLost: () => lost } satisfies Held
})

/** Who has it now. */
const current = (client: Client, key: Buffer) =>
  Effect.map(client.patiently(client.range({ key })), ({ kvs: [kv] }) =>
    kv === undefined ? undefined : { holder: read(kv.value) }
  )

/** One attempt; when it is broken off, its lease goes with it. */
const take = (client: Client, wanted: Wanted) =>
  Effect.flatMap(client.patiently(client.grant(ttl)), lease =>
    Effect.onError(put(client, wanted, lease), () => release(client, lease))
  )

/** An answer that was lost is found again by the lease. */
const put = Effect.fnUntraced(function* (client: Client, { key, ...who }: Wanted, lease: string) {
  const { run_id, actor, connection, schema } = who
  const since = yield* Clock.currentTimeMillis
  const value = Buffer.from(encode({ run_id, actor, connection, schema, since, lease }))
  const { succeeded, header, responses } = yield* client.patiently(
    client.txn({
      compare: [{ key, target: "Create", result: "Equal", create_revision: 0 }],
      success: [{ request_put: { key, value, lease } }],
      failure: [{ request_range: { key } }]
    })
  )
  if (succeeded) return { lease, fence: header.revision }
  const kv = responses[0]?.response_range.kvs[0]
  if (kv?.lease === lease) return { lease, fence: kv.create_revision }
  yield* release(client, lease)
  return undefined
})

/** Takes the key with it. What cannot be given back ends by itself. */
const release = (client: Client, lease: string): Effect.Effect<void> =>
  Effect.ignore(Effect.retry(client.revoke(lease), { times: 1, while: ({ _tag }) => _tag === "Lost" }))

/** Ends when the server says that the lease is gone. While it does not answer, nobody else can take the lock either. */
const keepAlive = (client: Client, lease: string): Effect.Effect<void> =>
  client
    .keepAlive(lease)
    .pipe(
      Effect.retry(Schedule.spaced("500 millis")),
      Effect.delay((ttl * 1_000) / 3),
      Effect.repeat({ while: left => left > 0 }),
      Effect.ignore
    )
