import type { Connections } from "../../ports/Connections.ts"
import type { Fleet } from "../../ports/Fleet.ts"
import type { Lock } from "../../ports/Lock.ts"
import type { Registry } from "../../ports/Registry.ts"
import type { StateStore } from "../../ports/StateStore.ts"

/** What commands that look at stores need; built when such a command runs, and only then. */
export type Env = Registry | Connections | StateStore | Lock | Fleet
