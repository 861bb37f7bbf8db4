import type { Event } from "../../domain/Run.ts"
import type { StateChange } from "../../ports/StateStore.ts"

/** Consecutive events of a run, in one row. */
export interface EventPart {
  readonly run_id: string
  readonly fence: number
  readonly first: number
  readonly last: number
  readonly events: ReadonlyArray<Event>
}

interface Growing extends EventPart {
  last: number
  readonly events: Array<Event>
}

/** Events in one row at most. */
const largest = 500

/** Puts what follows each other into as few rows as that takes. A plan stands alone: who wants it need not read the rest. */
export const make = () => {
  const parts: Array<Growing> = []
  const add = ({ runId, fence, first, events }: StateChange & { readonly _tag: "Events" }): void => {
    for (const [index, event] of events.entries()) {
      const sequence = first + index
      const open = parts.at(-1)
      if (open !== undefined && takes(open, runId, fence, sequence, event)) {
        open.last = sequence
        open.events.push(event)
      } else parts.push({ run_id: runId, fence, first: sequence, last: sequence, events: [event] })
    }
  }
  return { add, parts: parts as ReadonlyArray<EventPart> }
}

const takes = (open: Growing, runId: string, fence: number, sequence: number, event: Event): boolean =>
  open.run_id === runId &&
  open.fence === fence &&
  open.last + 1 === sequence &&
  open.events.length < largest &&
  event._tag !== "Planned" &&
  open.events[0]?._tag !== "Planned"
