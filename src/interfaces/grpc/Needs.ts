import type { Stores } from "../../pipeline/ActiveRun.ts"
import type { Health } from "../../pipeline/Health.ts"
import type { Runs } from "../../pipeline/Runs.ts"
import type { Snapshot } from "../../pipeline/Snapshot.ts"
import type { Fleet } from "../../ports/Fleet.ts"
import type { Caller } from "./Caller.ts"

/** What calls are answered with. */
export type Needs = Caller | Runs | Snapshot | Health | Fleet | Stores
