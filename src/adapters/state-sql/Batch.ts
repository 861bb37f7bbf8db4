import { createHash } from "node:crypto"
import type { Asked } from "../../domain/Asked.ts"
import type { Execution } from "../../domain/Execution.ts"
import type { HistoryItem, Skip } from "../../domain/History.ts"
import type { Run } from "../../domain/Run.ts"
import * as WrittenError from "../../domain/WrittenError.ts"
import type { StateChange } from "../../ports/StateStore.ts"
import * as EventParts from "./EventParts.ts"

/** What a list of changes comes to: one last word per row, and history in order. */
export interface Batch {
  readonly runs: ReadonlyArray<RunNote>
  readonly events: ReadonlyArray<EventParts.EventPart>
  readonly executions: ReadonlyArray<Execution>
  readonly removed: ReadonlyArray<{ readonly migration_id: string; readonly schema: string }>
  readonly history: ReadonlyArray<HistoryItem & { readonly event_key: string }>
  readonly skips: ReadonlyArray<Skip & { readonly event_key: string }>
}

/** A run with what is known of it besides. */
export interface RunNote extends Run {
  readonly fence: number
  readonly fleet: boolean
  readonly asked: Asked | null
  readonly refusal: WrittenError.WrittenError | null
}

/** How many skips of one migration in one schema are kept. */
export const keptSkips = 5

export const fold = (changes: ReadonlyArray<StateChange>): Batch => {
  const runs = new Map<string, RunNote>()
  const asked = new Map<string, Pick<RunNote, "asked" | "fleet">>()
  const events = EventParts.make()
  const executions = new Map<string, Execution>()
  const removed = new Map<string, Batch["removed"][number]>()
  const history: Array<Batch["history"][number]> = []
  const skips = new Map<string, Batch["skips"][number]>()
  for (const change of changes) {
    switch (change._tag) {
      case "Run": {
        const { run, fence = 0, refusal } = change
        const why = refusal === undefined ? null : WrittenError.write(refusal)
        runs.set(run.id, { ...run, fence, fleet: false, asked: null, refusal: why })
        break
      }
      case "Asked": {
        asked.set(change.runId, { asked: change.asked, fleet: change.fleet === true })
        break
      }
      case "Events": {
        events.add(change)
        break
      }
      case "Execution": {
        const { execution } = change
        const key = keyOf(execution.migration_id, execution.schema)
        executions.set(key, execution)
        removed.delete(key)
        break
      }
      case "ExecutionRemoved": {
        const key = keyOf(change.migrationId, change.schema)
        removed.set(key, { migration_id: change.migrationId, schema: change.schema })
        executions.delete(key)
        break
      }
      case "History": {
        history.push({ ...change.item, event_key: eventKey(change.item) })
        break
      }
      case "Skipped": {
        const event_key = eventKey({ ...change.skip, event: "skipped" })
        skips.set(event_key, { ...change.skip, event_key })
        break
      }
    }
  }
  for (const [id, more] of asked) {
    const run = runs.get(id)
    if (run !== undefined) runs.set(id, { ...run, ...more })
  }
  // The same order in every process: two batches at once cannot lock each other's rows crosswise.
  return {
    runs: sorted(runs),
    events: events.parts,
    executions: sorted(executions),
    removed: sorted(removed),
    history,
    skips: sorted(skips)
  }
}

interface EventOf extends Pick<HistoryItem, "migration_id" | "schema" | "run_id"> {
  readonly event: HistoryItem["event"] | "skipped"
}

/**
 * A run does one thing to a migration in a schema: writing a batch again adds nothing, nor does telling of it
 * twice, once by the run itself and once by whoever found it in the ledger.
 */
const eventKey = ({ migration_id, schema, event, run_id }: EventOf): string =>
  createHash("sha256")
    .update(JSON.stringify([migration_id, schema, event, run_id]))
    .digest("hex")
    .slice(0, 40)

/** Replaces characters that SQL databases cannot store: an odd error text must not lose a batch. */
export const storable = (text: string): string => text.replaceAll(/[\p{Surrogate}\0]/gu, "\uFFFD")

/** As JSON that can be stored: texts and names of fields. */
export const encode = (value: object): string => {
  const text = JSON.stringify(value)
  return odd.test(text) ? JSON.stringify(value, replaced) : text
}

/** JSON writes what cannot be stored so; hardly any text has it, and looking for it once is quick. */
const odd = /\\u(0000|d[89a-f])/

const replaced = (_: string, part: unknown): unknown => {
  if (typeof part === "string") return storable(part)
  return isRecord(part) && Object.keys(part).some(name => storable(name) !== name)
    ? Object.fromEntries(Object.entries(part).map(([name, field]) => [storable(name), field]))
    : part
}

const isRecord = (part: unknown): part is Readonly<Record<string, unknown>> =>
  typeof part === "object" && part !== null && !Array.isArray(part)

const keyOf = (migrationId: string, schema: string): string => JSON.stringify([migrationId, schema])

const sorted = <A>(entries: ReadonlyMap<string, A>): ReadonlyArray<A> =>
  [...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value)
