import type { Health } from "../../pipeline/report/Health.ts"
import type { Snapshot } from "../../pipeline/report/Snapshot.ts"
import type { Stores } from "../../pipeline/runs/ActiveRun.ts"
import type { Runs } from "../../pipeline/runs/Runs.ts"
import type { Fleet } from "../../ports/Fleet.ts"
import type { Identity } from "../../ports/Identity.ts"
import type { Caller } from "./Caller.ts"

/** What calls are answered with. */
export type Needs = Caller | Runs | Snapshot | Health | Identity | Fleet | Stores
