import * as Effect from "effect/Effect"
import type { Plan } from "../../domain/Plan.ts"
import type { RunResult } from "../../domain/Run.ts"
import * as Result from "../../pipeline/execute/Result.ts"
import { Pipeline } from "../../pipeline/Pipeline.ts"
import * as PlanGraph from "../../pipeline/plan/PlanGraph.ts"
import * as ExitCode from "./ExitCode.ts"
import type { Shared } from "./Interruption.ts"
import * as RenderFailure from "./RenderFailure.ts"
import * as RenderGraph from "./RenderGraph.ts"
import * as RenderPlan from "./RenderPlan.ts"
import * as RenderRun from "./RenderRun.ts"
import { Screen } from "./Screen.ts"
import type { Style } from "./Style.ts"
import type { Transcript } from "./Transcript.ts"

/** Colours for SQL, loaded only where they are seen. */
const highlighted = (style: Style): Effect.Effect<Style> =>
  style.colour.isColorSupported
    ? Effect.map(
        Effect.promise(() => import("sql-highlight")),
        ({ highlight }) => ({ ...style, sql: (text: string) => highlight(text) })
      )
    : Effect.succeed(style)

/** A plan that is only looked at. `apply`: the words that carry it out. */
export const plan = Effect.fn("cli.Show.plan")(function* (
  plan: Plan,
  apply: ReadonlyArray<string>,
  options: { readonly statements: boolean; readonly json: boolean }
) {
  const screen = yield* Screen
  if (options.json) {
    yield* screen.json(Result.dryRun(plan))
    return ExitCode.done
  }
  const view = { apply, addresses: yield* (yield* Pipeline).addresses }
  if (options.statements) yield* screen.out(RenderPlan.plan(yield* highlighted(screen.style), plan, view))
  else yield* screen.out(RenderPlan.brief(screen.style, plan, view))
  return ExitCode.done
})

/** The order of a plan, drawn. */
export const graph = Effect.fn("cli.Show.graph")(function* (
  plan: Plan,
  options: { readonly mermaid: boolean; readonly json: boolean }
) {
  const screen = yield* Screen
  if (options.json) yield* screen.json({ ...Result.dryRun(plan), graph: PlanGraph.mermaid(plan) })
  else if (options.mermaid) yield* screen.out(PlanGraph.mermaid(plan).trimEnd().split("\n"))
  else if (plan.steps.length === 0) yield* screen.out([RenderPlan.nothing(plan)])
  else yield* screen.out(RenderGraph.graph(screen.style, plan))
  return ExitCode.done
})

/** How a run ended. `again`: the words that run it again. */
export const outcome = Effect.fn("cli.Show.outcome")(function* (
  { result, running }: Transcript,
  again: ReadonlyArray<string>,
  options: { readonly json: boolean; readonly rehearsal: boolean; readonly interruption: Shared }
) {
  const screen = yield* Screen
  const style = screen.style
  if (options.json) yield* screen.json(withoutPlan(result))
  yield* screen.out(summary(style, result, options.rehearsal))
  const stopped = options.interruption.wishes > 0 && result.state !== "succeeded"
  const shown = stopped ? RenderRun.genuine(result) : result
  if (shown.failures.length > 0) {
    yield* screen.err(["", ...RenderFailure.failures(yield* highlighted(style), shown, again)])
  }
  if (result.state === "paused") {
    yield* screen.out(RenderRun.paused(style, result, (yield* Pipeline).words))
  }
  if (!stopped) return ExitCode.ofResult(result)
  const unended = running.map(({ step }) => step)
  yield* screen.err(RenderRun.interrupted(style, result, unended, again))
  return ExitCode.interrupted
})

const summary = (style: Style, result: RunResult, rehearsal: boolean): ReadonlyArray<string> => {
  const { plan } = result
  if (plan === undefined) return []
  const waiting = RenderRun.waiting(style, RenderRun.view(plan).names, plan.waiting)
  if (plan.steps.length === 0) return [RenderPlan.nothing(plan), ...waiting]
  const total = rehearsal ? RenderRun.rehearsed(style, result) : RenderRun.summary(style, result)
  return [...waiting, "", ...total]
}

/** A run's own plan says what was sent; who wants to see that asks for the plan. */
const withoutPlan = ({ plan: _, ...result }: RunResult): Omit<RunResult, "plan"> => result
