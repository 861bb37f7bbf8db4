import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import type { BfmError } from "../domain/Errors.ts"
import type { HistoryItem } from "../domain/History.ts"
import type { Plan } from "../domain/Plan.ts"
import type { Order, UpRequest } from "../domain/Request.ts"
import type * as Run from "../domain/Run.ts"
import type { StatusReport } from "../domain/Status.ts"
import type { TenantsReport } from "../domain/Tenants.ts"
import type { ValidationReport } from "../domain/Validation.ts"
import type { Worker } from "../domain/Worker.ts"
import { Connections } from "../ports/Connections.ts"
import type { Fleet } from "../ports/Fleet.ts"
import type { Lock } from "../ports/Lock.ts"
import type { Registry } from "../ports/Registry.ts"
import type { HistoryPage, StateStore } from "../ports/StateStore.ts"
import * as Running from "./execute/Run.ts"
import * as Planning from "./plan/Planning.ts"
import * as History from "./report/History.ts"
import type { Page, Part } from "./report/List.ts"
import * as Status from "./report/Status.ts"
import * as Tenants from "./report/Tenants.ts"
import * as Validation from "./report/Validation.ts"
import * as Following from "./runs/Following.ts"
import * as ResumeHere from "./runs/ResumeHere.ts"
import * as RunBook from "./runs/RunBook.ts"
import * as Workers from "./runs/Workers.ts"

/** Everything that a command asks for, wherever it is done: in this process, or by a service. */
export class Pipeline extends Context.Tag("bfm/Pipeline")<
  Pipeline,
  {
    readonly plan: (order: Order) => Effect.Effect<Plan, BfmError>
    /** Whoever stops listening ends the run after the step in flight. */
    readonly run: (order: Order) => Stream.Stream<Run.Event, BfmError>
    readonly rehearse: (request: UpRequest) => Stream.Stream<Run.Event, BfmError>
    readonly status: (query: Status.Query) => Effect.Effect<StatusReport, BfmError>
    readonly tenants: (query: Tenants.Query) => Effect.Effect<TenantsReport, BfmError>
    readonly validate: (query: Validation.Query) => Effect.Effect<ValidationReport, BfmError>
    readonly history: (query: History.Query) => Effect.Effect<HistoryPage, BfmError>
    /**
     * What happened last, newest first; at most so many. Nothing is made for the answer: a state without tables of this
     * version tells of nothing.
     */
    readonly recent: (limit: number) => Effect.Effect<ReadonlyArray<HistoryItem>, BfmError>
    readonly runs: {
      readonly list: (page: Page) => Effect.Effect<Part<Run.Run>, BfmError>
      readonly show: (id: string) => Effect.Effect<RunBook.Detail, BfmError>
      readonly result: (id: string) => Effect.Effect<Run.RunResult, BfmError>
      /** From the event after the given one to the end of the run, whichever process carries it out. */
      readonly follow: (id: string, after: number) => Stream.Stream<Run.Event, BfmError>
      /** `now`: with the statement in flight. */
      readonly cancel: (id: string, now: boolean) => Effect.Effect<Run.Run, BfmError>
      /** Does the rest of it. Whoever stops listening ends that after the step in flight. */
      readonly resume: (id: string) => Stream.Stream<Run.Event, BfmError>
    }
    readonly workers: Effect.Effect<ReadonlyArray<Worker>, BfmError>
    /** Where each connection leads to, for people. */
    readonly addresses: Effect.Effect<ReadonlyMap<string, string>, BfmError>
    /** What the words of a command need besides to be carried out at the same place. */
    readonly words: ReadonlyArray<string>
  }
>() {}

/** The state is asked: no run is this process's own. */
const followed = (id: string, after: number) =>
  Stream.unwrap(
    Effect.as(
      RunBook.find(id, undefined),
      Stream.flattenIterables(Stream.mapAccum(Following.events(id, after), undefined, Following.asEvents))
    )
  )

type Stores = Registry | Connections | StateStore | Lock | Fleet

/** In this process. */
export const layer: Layer.Layer<Pipeline, never, Stores> = Layer.effect(
  Pipeline,
  Effect.map(Effect.context<Stores>(), stores => {
    // What the caller brings along (who asks, how a run is told to end) comes first.
    const here = <R>(caller: Context.Context<R>) => Context.merge(stores, caller)
    const effect = <A, E>(work: Effect.Effect<A, E, Stores>) => Effect.mapInputContext(work, here<never>)
    const stream = <A, E>(work: Stream.Stream<A, E, Stores>) => Stream.mapInputContext(work, here<never>)
    return {
      plan: order => effect(Planning.of(order)),
      run: order => stream(Running.of(order)),
      rehearse: request => stream(Running.rehearse(request)),
      status: query => effect(Status.report(query)),
      tenants: query => effect(Tenants.report(query)),
      validate: query => effect(Validation.report(query)),
      history: query => effect(History.page(query)),
      recent: limit => effect(History.recent(limit)),
      runs: {
        list: page => effect(RunBook.list(page, undefined)),
        show: id => effect(RunBook.detail(id, undefined)),
        result: id => effect(RunBook.resultOf(id, undefined)),
        follow: (id, after) => stream(followed(id, after)),
        cancel: (id, now) => effect(RunBook.cancel(id, now)),
        resume: id => stream(ResumeHere.resume(id))
      },
      workers: effect(Workers.list),
      addresses: effect(
        Effect.map(
          Connections,
          ({ configured }) => new Map([...configured].map(([name, { address }]) => [name, address]))
        )
      ),
      words: []
    }
  })
)
