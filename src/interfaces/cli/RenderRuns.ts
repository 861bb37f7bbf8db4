import * as Duration from "../../domain/Duration.ts"
import { hasEnded, type Run, type RunResult } from "../../domain/Run.ts"
import type { Detail } from "../../pipeline/runs/RunBook.ts"
import * as Moment from "./Moment.ts"
import type { Style } from "./Style.ts"
import * as Table from "./Table.ts"
import * as Text from "./Text.ts"

/** Newest first. `more`: the words that show what is older. */
export const list = (
  style: Style,
  runs: ReadonlyArray<Run>,
  more: ReadonlyArray<string> | undefined
): ReadonlyArray<string> => {
  if (runs.length === 0) return ["No run yet"]
  const rows = runs.map(run => [
    run.id,
    moment(run.started_at),
    paint(style, run.state)(run.state),
    run.direction,
    progress(run),
    Text.clean(`by ${run.actor.name} (${run.actor.method})${aside(run)}`)
  ])
  return [
    ...Table.lines(rows),
    ...(more === undefined ? [] : [style.colour.dim(`older: ${Text.command(more)}`)])
  ]
}

const moment = (at: number): string => Moment.local(new Date(at).toISOString())

const progress = ({ total, succeeded }: Run): string =>
  total === 0 ? "" : `${Text.number(succeeded)}/${Text.number(total)}`

const aside = (run: Run): string => {
  const said = run.notice ?? run.error ?? (hasEnded(run) ? undefined : run.current)
  return said === undefined ? "" : `: ${said.split("\n")[0] ?? ""}`
}

const paint = ({ colour }: Style, state: Run["state"]): ((text: string) => string) => {
  if (state === "succeeded") return colour.green
  return state === "failed" || state === "interrupted" ? colour.red : colour.yellow
}

/** How a run stands, and what became of its steps. `place`: the words that say where it can be asked for. */
export const detail = (
  style: Style,
  { run, plan }: Detail,
  result: RunResult,
  place: ReadonlyArray<string>
): ReadonlyArray<string> => {
  const { colour } = style
  const hash = run.plan_hash === "" ? "" : ` · plan ${run.plan_hash}`
  const reached = run.connections === undefined ? "" : ` on ${run.connections.join(", ")}`
  return [
    `Run ${run.id} ${paint(style, run.state)(run.state)} · ${Text.clean(`${run.direction}${reached}${hash} · by ${run.actor.name} (${run.actor.method})`)}`,
    `  ${when(run)}`,
    ...(run.total === 0 ? [] : [`  ${counts(run)}`]),
    ...notes(run).map(note => Text.clean(`  ${note}`)),
    ...result.applied.map(id => `  ${colour.green("✔")} ${Text.clean(id)}`),
    ...result.failures.map(({ id, reason }) => `  ${colour.red("✘")} ${Text.clean(`${id}: ${reason}`)}`),
    ...result.not_run.map(({ id, reason }) => Text.clean(`  – ${id}: ${reason}`)),
    ...(plan?.left_out === undefined ? [] : [colour.dim(`  kept without ${plan.left_out}`)]),
    ...next(run, place).map(words => colour.dim(`  ${words}`))
  ]
}

const when = (run: Run): string => {
  const where = run.owner === undefined ? "" : `, on ${run.owner}`
  const took =
    run.finished_at === undefined ? "" : `, took ${Duration.render(run.finished_at - run.started_at)}`
  return `began ${moment(run.started_at)}${took}${where}`
}

const counts = (run: Run): string => {
  const parts = (["succeeded", "failed", "running", "skipped", "not_run", "pending"] as const)
    .filter(state => run[state] > 0)
    .map(state => `${Text.number(run[state])} ${state.replace("_", " ")}`)
  return `${Text.count(run.total, "step")}: ${parts.join(", ")}`
}

const notes = (run: Run): ReadonlyArray<string> => [
  ...(run.error === undefined ? [] : run.error.split("\n")),
  ...(run.notice === undefined ? [] : [run.notice]),
  ...(run.current === undefined || hasEnded(run) ? [] : [run.current]),
  ...(run.cancelled_by === undefined ? [] : [`${run.cancelled_by} asked to end it`]),
  ...(run.continues === undefined ? [] : [`does the rest of run ${run.continues}`]),
  ...(run.continued_by === undefined ? [] : [`run ${run.continued_by} does the rest`])
]

const next = (run: Run, place: ReadonlyArray<string>): ReadonlyArray<string> => {
  if (!hasEnded(run)) return [`watch it: ${Text.command(["runs", "watch", run.id, ...place])}`]
  return run.state === "succeeded" || run.continued_by !== undefined
    ? []
    : [`do the rest: ${Text.command(["runs", "resume", run.id, ...place])}`]
}

/** What was made known about a run that is to end. */
export const cancelled = (
  style: Style,
  run: Run,
  place: ReadonlyArray<string>,
  now: boolean
): ReadonlyArray<string> =>
  hasEnded(run)
    ? [`${style.colour.green("✔")} run ${run.id} ${run.state}`]
    : [
        `${style.colour.green("✔")} run ${run.id} ends ${now ? "now: its statement is cancelled" : "after the step in flight"}`,
        style.colour.dim(`  watch it: ${Text.command(["runs", "watch", run.id, ...place])}`)
      ]
