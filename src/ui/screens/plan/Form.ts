import type { PlanSearch } from "../../app/Search.ts"
import * as Text from "../../parts/Text.ts"

/** For buttons that stand elsewhere. */
export const id = "selected"

/** The part of the address that the form speaks of; what it leaves empty is taken away. */
export const read = (form: FormData, down: boolean): PlanSearch => {
  const field = (name: string) => String(form.get(name) ?? "").trim()
  const list = (name: string) => listed(Text.names(field(name)))
  const lines = field("set").split("\n")
  return {
    schema: list("schema"),
    set: listed(lines.map(line => line.trim()).filter(Boolean)),
    alone: field("alone") === "yes" ? "yes" : undefined,
    failure: field("failure") === "continue" ? "continue" : undefined,
    lanes: optional(field("lanes")),
    canary: optional(field("canary")),
    waves: optional(field("waves")),
    pause: field("pause") === "yes" ? "yes" : undefined,
    lost: optional(field("lost")),
    ...(down
      ? { cascade: field("cascade") === "yes" ? ("yes" as const) : undefined }
      : {
          tag: list("tag"),
          to: optional(field("to")),
          late: field("late") === "refuse" ? ("refuse" as const) : undefined
        })
  }
}

/** Whether what is written is not what the address says. */
export const differs = (written: PlanSearch, search: PlanSearch): boolean => {
  const said: Readonly<Record<string, unknown>> = search
  return Object.entries(written).some(([key, value]) => JSON.stringify(value) !== JSON.stringify(said[key]))
}

/** Whether the address says how it is carried out. */
export const tells = ({
  alone,
  cascade,
  late,
  failure,
  lanes,
  canary,
  waves,
  pause,
  lost,
  set
}: PlanSearch) =>
  [alone, cascade, late, failure, lanes, canary, waves, pause, lost, set].some(value => value !== undefined)

const optional = (text: string): string | undefined => (text === "" ? undefined : text)

const listed = (found: ReadonlyArray<string>): ReadonlyArray<string> | undefined =>
  found.length === 0 ? undefined : found
