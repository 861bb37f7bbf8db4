import { ConnectionUnreachable, StoreRefused } from "../../domain/Errors.ts"
import type { Connection } from "../../ports/Connections.ts"
import type { Client } from "./Client.ts"
import type * as Fault from "./Fault.ts"
import type { Keys } from "./Keys.ts"
import * as Rights from "./Rights.ts"

/** What a store is made of. */
export interface Setup {
  readonly connection: Connection
  readonly client: Client
  readonly keys: Keys
}

/** A fault of the store itself, where no step is to blame. */
export const errorOf = (
  { connection, client, keys }: Setup,
  action: string,
  schema: string,
  fault: Fault.Fault
): ConnectionUnreachable | StoreRefused => {
  const { reason, code, hint } = Rights.explain(client.settings, keys, schema, fault)
  const { name, address } = connection
  const told = { reason, ...(code === undefined ? {} : { code }) }
  return fault._tag === "Lost"
    ? new ConnectionUnreachable({ connection: name, address, ...told })
    : new StoreRefused({ connection: name, action, ...told, ...(hint === undefined ? {} : { hint }) })
}
