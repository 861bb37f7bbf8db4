import * as Backend from "../../domain/Backend.ts"
import * as Duration from "../../domain/Duration.ts"
import type { NotPlanned, Plan, Step } from "../../domain/Plan.ts"
import type { RunResult } from "../../domain/Run.ts"
import type { Style } from "./Style.ts"
import * as Text from "./Text.ts"

/** Columns of the lines of one run, and what is said beside a step. */
export interface RunView {
  readonly steps: ReadonlyMap<string, Step>
  readonly names: number
  readonly places: number
  readonly several: boolean
}

export const view = (plan: Plan): RunView => {
  const several = new Set(plan.steps.map(step => step.connection)).size > 1
  return {
    steps: new Map(plan.steps.map(step => [step.id, step])),
    names: Text.widest(
      [...plan.steps, ...plan.waiting].map(({ name }) => name),
      40
    ),
    places: Text.widest(
      plan.steps.map(step => place(step, several)),
      30
    ),
    several
  }
}

const place = ({ connection, schema, table }: Step, several: boolean): string => {
  const inside = [schema, table ?? ""].filter(part => part !== "").join(".")
  return several || inside === "" ? [connection, inside].filter(part => part !== "").join("/") : inside
}

/** `  ✔ 20250101120000 create_users   core.users   12ms`. */
export const succeeded = (style: Style, view: RunView, step: Step, durationMs: number): string => {
  const time = Duration.render(durationMs).padStart(7)
  const line = `${columns(view, step)} ${time}`
  const note = Text.fit(style, notes(view, step), style.width - line.length - 7)
  return `  ${style.colour.green("✔")} ${line}${note === "" ? "" : `   ${style.colour.dim(note)}`}`
}

export const failed = (style: Style, view: RunView, step: Step, durationMs: number): string =>
  `  ${style.colour.red("✘")} ${columns(view, step)} ${Duration.render(durationMs).padStart(7)}   failed`

export const skipped = (style: Style, view: RunView, step: Step, reason: string): string =>
  `  ${style.colour.dim("–")} ${columns(view, step)}         ${style.colour.dim(Text.clean(reason))}`

const columns = (view: RunView, step: Step): string =>
  Text.clean(
    `${step.version} ${step.name.padEnd(view.names)}  ${place(step, view.several).padEnd(view.places)}`
  )

const notes = (view: RunView, step: Step): string => {
  const after = step.after.map(id => view.steps.get(id)?.name ?? id)
  const verified = step.units.some(({ verify }) => verify?._tag === "IndexBuilt")
  return Text.clean(
    [
      step.direction === "down" ? "rolled back" : "",
      isEmpty(step) ? "no statements" : "",
      verified ? "concurrently, index verified" : "",
      after.length === 0 ? "" : `after ${Text.few(after, 3).join(", ")}`
    ]
      .filter(note => note !== "")
      .join(" · ")
  )
}

const isEmpty = ({ units, depends_on_data }: Step): boolean =>
  !depends_on_data && units.every(({ statements }) => statements.length === 0)

/** Migrations that cannot run before a request names their schema. */
export const waiting = (
  style: Style,
  names: number,
  items: ReadonlyArray<NotPlanned>
): ReadonlyArray<string> =>
  Text.few(
    items.map(({ version, name, reason }) => Text.clean(`${version} ${name.padEnd(names)}  ${reason}`)),
    10
  ).map(line => `  ${style.colour.yellow("–")} ${line}`)

/** `  3 applied, 1 waits for a schema, 0 failed in 0.4s        run 01JD…`. */
export const summary = (style: Style, result: RunResult): ReadonlyArray<string> => {
  const down = result.plan?.direction === "down"
  const parts = [
    `${Text.number(result.applied.length)} ${down ? "rolled back" : "applied"}`,
    ...(result.waiting.length === 0 ? [] : [waits(result.waiting.length)]),
    `${Text.number(result.failures.length)} failed`,
    ...(result.not_run.length === 0 ? [] : [`${Text.number(result.not_run.length)} not run`])
  ]
  const line = `  ${parts.join(", ")} in ${Duration.render(result.duration_ms)}`
  const run = result.run_id === "" ? "" : `run ${result.run_id}`
  const painted = colour(style, result)(line)
  return run === "" ? [painted] : Text.apart(style, painted, style.colour.dim(run))
}

const colour = ({ colour }: Style, { success, state }: RunResult): ((text: string) => string) => {
  if (success) return colour.green
  return state === "paused" ? colour.yellow : colour.red
}

/** How a run goes on that stands still as it was asked to. `place`: the words that say where it is carried out. */
export const paused = (
  style: Style,
  { run_id, not_run: [first] }: RunResult,
  place: ReadonlyArray<string>
): ReadonlyArray<string> => [
  ...(first === undefined ? [] : [Text.clean(`  ${first.reason}`)]),
  `  Go on: ${style.colour.bold(Text.command(["runs", "resume", run_id, ...place]))}`
]

const waits = (n: number): string =>
  n === 1 ? "1 waits for a schema" : `${Text.number(n)} wait for a schema`

/** What a rehearsal came to. */
export const rehearsed = (style: Style, result: RunResult): ReadonlyArray<string> => {
  const outcome = `${Text.count(result.applied.length, "step")} would succeed, ${Text.number(result.failures.length)} would fail`
  const line = `  Rehearsed in ${Duration.render(result.duration_ms)}: ${outcome}. Everything was taken back.`
  return [result.success ? style.colour.green(line) : style.colour.red(line)]
}

/** What state things are in after the run was stopped from outside. `again`: the words that go on with it. */
export const interrupted = (
  style: Style,
  result: RunResult,
  running: ReadonlyArray<Step>,
  again: ReadonlyArray<string>
): ReadonlyArray<string> => {
  const { plan, applied, failures, run_id } = result
  const head = style.colour.yellow("✘ interrupted")
  const where = run_id === "" ? "exit 130" : `exit 130, run ${run_id}`
  const next = Text.apart(
    style,
    `  Go on: ${style.colour.bold(Text.command(again))}`,
    style.colour.dim(where)
  )
  if (plan === undefined) return [`${head} before anything was run`, ...next]
  const verb = plan.direction === "down" ? "rolled back" : "applied"
  return [
    `${head}: ${Text.number(applied.length)} of ${Text.count(plan.steps.length, "step")} ${verb} and recorded`,
    ...failures
      .filter(({ code }) => Backend.isCalledOff(code))
      .map(failure => Text.clean(`  ${failure.version} ${failure.name} was cancelled: ${failure.aftermath}`)),
    ...running.map(step =>
      Text.clean(`  ${step.version} ${step.name} was under way: bfm status says what became of it`)
    ),
    ...next
  ]
}

/** Failures that were not asked for. */
export const genuine = (result: RunResult): RunResult => ({
  ...result,
  failures: result.failures.filter(({ code }) => !Backend.isCalledOff(code))
})

/** What was done before an error ended the run as a whole. */
export const before = ({ applied, plan }: RunResult): ReadonlyArray<string> =>
  applied.length === 0
    ? []
    : [
        `  ${Text.number(applied.length)} of ${Text.count(plan?.steps.length ?? 0, "step")} applied and recorded before this:`
      ]
