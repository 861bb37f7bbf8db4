import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Connections } from "../../ports/Connections.ts"
import { Fleet } from "../../ports/Fleet.ts"
import { Runs } from "../runs/Runs.ts"
import * as Workers from "../runs/Workers.ts"
import { Snapshot, type View } from "./Snapshot.ts"

/** Something that the service stands on. */
export interface Component {
  /** `state`, `sources`, `connection core`. */
  readonly name: string
  readonly ok: boolean
  /** What is wrong, for those who may know: it names addresses. */
  readonly reason?: string
  /** The same in one word, for everybody; of what is well, what is amiss all the same. */
  readonly code?: string
}

export interface Report {
  /** Every component is well. */
  readonly healthy: boolean
  /** The service can do work now: it is not ending, and what it cannot do without is well, with one store at least. */
  readonly ready: boolean
  /** It begins nothing new any more. */
  readonly ending: boolean
  readonly components: ReadonlyArray<Component>
}

/** How the service is: cheap, answered from what was seen not long ago, and without touching any table's shape. */
export class Health extends Context.Tag("bfm/Health")<Health, { readonly report: Effect.Effect<Report> }>() {}

/** What is found out from one view of everything. */
export const judge = (view: View, connections: ReadonlyArray<string>, ending: boolean): Report => {
  const own = [component("state", view.state), component("sources", sources(view))]
  const stores = connections.map(name => component(`connection ${name}`, unanswered(view, name)))
  const components = [...own, ...stores]
  // A balancer that sends nothing here because of one store would take all the others from everybody.
  const works = own.every(({ ok }) => ok) && (stores.length === 0 || stores.some(({ ok }) => ok))
  return { healthy: components.every(({ ok }) => ok), ready: works && !ending, ending, components }
}

/** A service whose runs wait for nobody does its own work all the same. */
const manned =
  (report: Report) =>
  (listening: boolean): Report => {
    const workers: Component = listening
      ? { name: "workers", ok: true }
      : { name: "workers", ok: true, reason: Workers.nobody, code: "degraded" }
    return { ...report, components: [...report.components, workers] }
  }

interface Wrong {
  readonly _tag: string
  readonly message: string
}

const component = (name: string, wrong: Wrong | undefined): Component =>
  wrong === undefined ? { name, ok: true } : { name, ok: false, reason: wrong.message, code: wrong._tag }

const sources = ({ catalog }: View): Wrong | undefined => {
  const [first] = catalog.problems
  return first === undefined
    ? undefined
    : {
        _tag: "SourceInvalid",
        message: `${catalog.problems.length} problem(s), the first in ${first.path}: ${first.reason}`
      }
}

/** A store whose connections are all taken by a run is well. */
const unanswered = ({ unanswered, busy }: View, name: string): Wrong | undefined =>
  busy.has(name) ? undefined : unanswered.get(name)

export const layer: Layer.Layer<Health, never, Snapshot | Connections | Runs | Fleet> = Layer.effect(
  Health,
  Effect.gen(function* () {
    const snapshot = yield* Snapshot
    const { configured } = yield* Connections
    const runs = yield* Runs
    const fleet = Workers.areListening(yield* Fleet)
    return Health.of({
      report: Effect.zipWith(snapshot.current, runs.isClosing, (view, ending) =>
        judge(view, [...configured.keys()], ending)
      ).pipe(
        Effect.flatMap(report => (runs.queues ? Effect.map(fleet, manned(report)) : Effect.succeed(report)))
      )
    })
  })
)
