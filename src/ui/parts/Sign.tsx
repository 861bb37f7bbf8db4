import type { Run, Status } from "bfm/client"
import { Icon, type Name } from "./Icon.tsx"

export type Tone = "good" | "bad" | "warn" | "info" | "odd" | "calm"

interface Look {
  readonly tone: Tone
  readonly icon: Name
  readonly word: string
}

const statuses: Readonly<Record<Status.Status, Look>> = {
  applied: { tone: "good", icon: "check", word: "applied" },
  pending: { tone: "info", icon: "clock", word: "pending" },
  failed: { tone: "bad", icon: "cross", word: "failed" },
  changed: { tone: "warn", icon: "edit", word: "changed" },
  interrupted: { tone: "warn", icon: "pause", word: "interrupted" },
  missing: { tone: "odd", icon: "question", word: "missing" },
  rolled_back: { tone: "calm", icon: "back", word: "rolled back" },
  running: { tone: "info", icon: "turn", word: "running" }
}

const states: Readonly<Record<Run.RunState, Look>> = {
  queued: { tone: "calm", icon: "clock", word: "queued" },
  running: { tone: "info", icon: "turn", word: "running" },
  succeeded: { tone: "good", icon: "check", word: "succeeded" },
  failed: { tone: "bad", icon: "cross", word: "failed" },
  paused: { tone: "warn", icon: "pause", word: "paused" },
  cancelled: { tone: "calm", icon: "pause", word: "cancelled" },
  interrupted: { tone: "warn", icon: "pause", word: "interrupted" }
}

/** In the order in which people want to hear of them. */
export const allStatuses: ReadonlyArray<Status.Status> = [
  "failed",
  "interrupted",
  "changed",
  "missing",
  "running",
  "pending",
  "rolled_back",
  "applied"
]

export const wordOf = (status: Status.Status): string => statuses[status].word

/** A word with its sign and colour. */
export const Sign = ({ tone, icon, children }: Omit<Look, "word"> & { readonly children: string }) => (
  <span className={`sign ${tone}`}>
    <Icon name={icon} turning={icon === "turn"} />
    {children}
  </span>
)

/** How a migration stands. */
export const StatusSign = ({ status }: { readonly status: Status.Status }) => {
  const { word, ...look } = statuses[status]
  return <Sign {...look}>{word}</Sign>
}

/** How a run stands. */
export const RunSign = ({ state }: { readonly state: Run.RunState }) => {
  const { word, ...look } = states[state]
  return <Sign {...look}>{word}</Sign>
}
