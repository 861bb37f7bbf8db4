import * as Duration from "../../domain/Duration.ts"
import type { HistoryItem } from "../../domain/History.ts"
import { short } from "../../domain/Identity.ts"
import type { Plan } from "../../domain/Plan.ts"
import type { Goal, Sight } from "../../pipeline/report/Sight.ts"
import type { Outcome } from "../../pipeline/report/Wait.ts"
import * as ExitCode from "./ExitCode.ts"
import * as Moment from "./Moment.ts"
import * as RenderRun from "./RenderRun.ts"
import type { Style } from "./Style.ts"
import * as Text from "./Text.ts"

/** Milliseconds after which a log is told that nothing has changed. */
const patience = 30_000

/** What a look adds to what was said before: nothing, where things stand as they did. */
export const changes = (): ((outcome: Outcome) => ReadonlyArray<string>) => {
  let said = ""
  let at = 0
  return ({ sight, waited }) => {
    const lines = standing(sight)
    const text = lines.join("\n")
    if (text === said && waited - at < patience) return []
    const still = text === said
    said = text
    at = waited
    if (still) return [`… the same after ${Duration.render(waited)}`]
    return lines.map((line, index) => (index === 0 ? `… ${line}` : `  ${line}`))
  }
}

/** How it ended. */
export const ending = (style: Style, goal: Goal, { sight, waited }: Outcome): ReadonlyArray<string> => {
  const time = Duration.render(waited)
  switch (sight._tag) {
    case "Reached":
      return reached(style, goal, sight.plan, time)
    case "Failed":
      return [
        `${style.colour.red("✘")} ${Text.count(sight.failed.length, "step")} failed while waiting`,
        ...Text.indent(sight.failed.map(failure)),
        ...exit(style, "What happened: bfm history · where it stands: bfm status", ExitCode.stepFailed)
      ]
    case "Pending":
      return [
        `${style.colour.red("✘")} ${pending(sight.plan)}; waited ${time} (--timeout)`,
        ...exit(style, advice(sight.plan), ExitCode.pending)
      ]
    default:
      return [
        `${style.colour.red("✘")} nothing has answered; waited ${time}`,
        ...exit(style, "Where it hangs: bfm status", ExitCode.refused)
      ]
  }
}

const advice = ({ steps }: Plan): string =>
  steps.length === 0
    ? "Is BFM_SFM_PATH right, and does the service have this version's migrations? See: bfm status"
    : "Who works on it: bfm runs · apply it: bfm migrate up, with the same options"

const exit = (style: Style, advice: string, code: number): ReadonlyArray<string> =>
  Text.apart(style, `  ${advice}`, style.colour.dim(`exit ${code}`))

const reached = (style: Style, goal: Goal, plan: Plan | undefined, time: string): ReadonlyArray<string> => {
  if (plan === undefined || goal === "reachable")
    return [`${style.colour.green("✔")} everything answers, after ${time}`]
  return [
    `${style.colour.green("✔")} nothing is pending, after ${time}: ${Text.count(plan.skipped.length, "migration")} applied`,
    ...RenderRun.waiting(style, RenderRun.view(plan).names, plan.waiting)
  ]
}

const standing = (sight: Sight): ReadonlyArray<string> => {
  if (sight._tag === "Away") return Text.clean(sight.error.message).split("\n")
  if (sight._tag === "Pending") {
    return [
      pending(sight.plan),
      ...Text.few(
        sight.failed.map(item => `it may be tried again: ${failure(item)}`),
        3
      )
    ]
  }
  return ["no answer"]
}

/** `2 steps pending on core: 20250601090000 create_users, 20250602090000 add_email`. */
const pending = ({ steps }: Plan): string => {
  if (steps.length === 0) return "no migration is selected: none is known that fits"
  const connections = [...new Set(steps.map(({ connection }) => connection))]
  const names = steps.map(step =>
    [`${step.version} ${step.name}`, ...(step.schema === "" ? [] : [`in ${step.schema}`])].join(" ")
  )
  return Text.clean(
    `${Text.count(steps.length, "step")} pending on ${connections.join(", ")}: ${Text.few(names, 3).join(", ")}`
  )
}

const failure = (item: HistoryItem): string =>
  Text.clean(
    `${short(item).replace("_", " ")} failed at ${Moment.local(item.at)}: ${(item.error ?? "no reason is known").split("\n").join(" · ")}`
  )
