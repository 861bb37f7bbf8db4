import type { Errors, MigrationItem, Run, SourceProblem, Status } from "bfm/client"
import * as Text from "../../parts/Text.ts"

/** Something that needs a person, and the next step to take. */
export interface Concern {
  readonly key: string
  readonly kind:
    | "failed"
    | "interrupted"
    | "changed"
    | "missing"
    | "blocked"
    | "unreachable"
    | "broken"
    | "waiting"
    | "idle"
    | "paused"
  readonly connection: string
  readonly title: string
  /** The migration that it is about. */
  readonly id?: string
  readonly schema?: string
  /** The run that it is about. */
  readonly run?: string
  readonly said: string
}

const said: Readonly<Record<string, string>> = {
  failed: "It failed. Mend the script or the data, then plan it again.",
  interrupted: "It was begun and did not end. The next run goes on with it.",
  changed: "What was applied is not what its file says now.",
  missing: "It is applied, and its file is gone from the sources."
}

const first = (text: string | undefined): string | undefined => text?.split("\n", 1)[0]

export const ofItem = (item: MigrationItem): Concern => ({
  key: `${item.migration_id} ${item.schema}`,
  kind: item.status as Concern["kind"],
  connection: item.connection,
  title: `${item.version} ${item.name}`,
  id: item.migration_id,
  schema: item.schema,
  said: (item.status === "failed" ? first(item.error_message) : undefined) ?? said[item.status] ?? ""
})

export const ofConnection = ({ connection, error }: Status.ConnectionStatus): ReadonlyArray<Concern> =>
  error === undefined
    ? []
    : [
        {
          key: `c ${connection}`,
          kind: "unreachable",
          connection,
          title: "does not answer",
          said: `${error}; it is asked again by itself`
        }
      ]

/** What is queued while no worker listens: nothing of it goes on by itself. */
export const ofQueue = (runs: ReadonlyArray<Run.Run>): ReadonlyArray<Concern> => {
  const queued = runs.filter(({ state }) => state === "queued").length
  return [
    {
      key: "q",
      kind: queued === 0 ? "idle" : "waiting",
      connection: "",
      title:
        queued === 0 ? "No worker listens" : `${Text.count(queued, "run")} queued, and no worker listens`,
      said: `Start one with bfm worker: it takes up what waits.`
    }
  ]
}

/** Runs that go on when somebody wants it. */
export const ofPaused = (runs: ReadonlyArray<Run.Run>): ReadonlyArray<Concern> =>
  runs
    .filter(({ state, continued_by }) => state === "paused" && continued_by === undefined)
    .map(({ id, succeeded, total }) => ({
      key: `r ${id}`,
      kind: "paused",
      connection: "",
      title: `Run ${id.slice(-6)}: ${Text.number(succeeded)} of ${Text.count(total, "step")} done`,
      run: id,
      said: "It pauses after what was to be looked at first. Resume it, or plan what is left."
    }))

/** What is wrong with the sources: nothing is run while anything is. */
export const ofSource = ({ path, line, reason }: SourceProblem): Concern => ({
  key: `s ${path} ${line} ${reason}`,
  kind: "broken",
  connection: "",
  title: line === undefined ? path : `${path}:${line}`,
  said: reason
})

/** Why what is pending cannot be planned, as far as nothing else says it. */
export const ofPlan = (error: Errors.BfmError | undefined): ReadonlyArray<Concern> =>
  error?._tag === "PlanRejected"
    ? error.problems.map(({ id, path, line, reason }) => ({
        key: `p ${id} ${path} ${line} ${reason}`,
        kind: "blocked",
        connection: "",
        title: path === undefined ? (id ?? "The plan") : line === undefined ? path : `${path}:${line}`,
        ...(id === undefined ? {} : { id }),
        said: reason
      }))
    : []
