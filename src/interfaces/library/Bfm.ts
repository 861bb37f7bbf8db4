import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { RunFailed } from "../../domain/Errors.ts"
import {
  DownRequest,
  type DownRequestInput,
  RunOptions,
  type RunOptionsInput,
  UpRequest,
  type UpRequestInput
} from "../../domain/Request.ts"
import type { Event, RunResult } from "../../domain/Run.ts"
import * as Resolution from "../../pipeline/execute/Resolution.ts"
import * as Result from "../../pipeline/execute/Result.ts"
import * as Run from "../../pipeline/execute/Run.ts"
import * as Planning from "../../pipeline/plan/Planning.ts"
import * as History from "../../pipeline/report/History.ts"
import * as Status from "../../pipeline/report/Status.ts"
import * as Validation from "../../pipeline/report/Validation.ts"

const upRequest = Schema.decodeSync(UpRequest)
const downRequest = Schema.decodeSync(DownRequest)
const runOptions = Schema.decodeSync(RunOptions)

/** What applying would do now, step by step with its statements. Changes nothing and takes no lock. */
export const plan = (request: UpRequestInput = {}) => Planning.up(upRequest(request))

/** What rolling back would do now. */
export const planDown = (request: DownRequestInput) => Planning.down(downRequest(request))

/**
 * Applies what is pending and selected. Fails with `RunFailed`, which carries the result, when a step failed:
 * what was applied before it stays applied, and the next run goes on after it.
 */
export const up = (request: UpRequestInput = {}, options: RunOptionsInput = {}) =>
  finish(upEvents(request, options))

/** Rolls one migration back; fails with `RunFailed` as {@link up} does. */
export const down = (request: DownRequestInput, options: RunOptionsInput = {}) =>
  finish(downEvents(request, options))

/** Executes what {@link up} would, and takes everything back. */
export const rehearse = (request: UpRequestInput = {}) => finish(Run.rehearse(upRequest(request)))

/** The same run as a stream of events; the first is `Planned`. Fold them with {@link result}. */
export const upEvents = (request: UpRequestInput = {}, options: RunOptionsInput = {}) =>
  Run.up(upRequest(request), runOptions(options))

/** Rolling back as a stream of events. */
export const downEvents = (request: DownRequestInput, options: RunOptionsInput = {}) =>
  Run.down(downRequest(request), runOptions(options))

/** What a stream of events comes to. */
export const result = <E, R>(events: Stream.Stream<Event, E, R>): Effect.Effect<RunResult, E, R> =>
  Stream.runFold(events, Result.initial, Result.step)

/** Every known migration in every schema, with its status. */
export const status = (query: Partial<Status.Query> = {}) =>
  Status.report({ connections: [], schemas: [], ...query })

/** What happened, newest first. */
export const history = (query: Partial<History.Query> = {}) => History.page({ limit: 100, ...query })

/** Holds what was applied against what the sources say now. */
export const validate = (query: Partial<Validation.Query> = {}) =>
  Validation.report({ ids: [], connections: [], ...query })

/** Records what only a human can know, without running anything. */
export const resolve = Resolution.resolve

const finish = <E, R>(events: Stream.Stream<Event, E, R>) =>
  Effect.filterOrFail(
    result(events),
    outcome => outcome.success,
    outcome => new RunFailed({ result: outcome })
  )
