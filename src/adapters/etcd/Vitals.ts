import * as Effect from "effect/Effect"
import type { MissingRight, Vitals } from "../../domain/Vitals.ts"
import type { Client } from "./Client.ts"
import type * as Fault from "./Fault.ts"
import type { Keys } from "./Keys.ts"
import * as Version from "./Version.ts"

/** Asks the cluster how it is, and whether our user may write where BfM and the scripts do. */
export const ask = (client: Client, keys: Keys, schema: string): Effect.Effect<Vitals, Fault.Fault> =>
  Effect.gen(function* () {
    const version = yield* client.version
    const concern = Version.concern(version)
    const [ledger = ""] = keys.reserved
    const missing = yield* Effect.forEach([ledger, keys.prefix(schema)], prefix => lacking(client, prefix))
    const vitals: Vitals = {
      product: "etcd",
      version,
      ...(concern === undefined ? {} : { concern }),
      missing: missing.flat(),
      unasked: ["its clock: etcd tells no time"]
    }
    return vitals
  })

/**
 * A transaction whose condition never holds: nothing is written, and the rights for what would be are looked at
 * all the same.
 */
const lacking = (
  { settings, txn }: Client,
  prefix: string
): Effect.Effect<ReadonlyArray<MissingRight>, Fault.Fault> => {
  const key = Buffer.from(`${prefix}bfm-doctor`)
  return txn({
    compare: [{ key, target: "Create", result: "Less", create_revision: 0 }],
    success: [{ request_put: { key, value: Buffer.from("") } }]
  }).pipe(
    Effect.as<ReadonlyArray<MissingRight>>([]),
    Effect.catchIf(
      fault => "code" in fault && fault.code === "PERMISSION_DENIED",
      () =>
        Effect.succeed([
          {
            right: `read and write keys below ${prefix === "" ? "the root" : prefix}`,
            remedy: `etcdctl role grant-permission ROLE --prefix=true readwrite ${prefix === "" ? "''" : prefix}, of a role of ${settings.username ?? "the user"}`
          }
        ])
    )
  )
}
