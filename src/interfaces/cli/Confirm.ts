import * as Effect from "effect/Effect"
import { RequestInvalid } from "../../domain/Errors.ts"
import type { Plan, Step } from "../../domain/Plan.ts"
import * as ExitCode from "./ExitCode.ts"
import { Screen } from "./Screen.ts"
import type { Style } from "./Style.ts"
import * as Text from "./Text.ts"

const most = 12
const losing = /^\s*(DROP|TRUNCATE|DELETE)\b|\bDROP\s+(COLUMN|CONSTRAINT|VALUE|PARTITION)\b/i

/** Whether somebody has to agree first. */
export const needed = (plan: Plan): boolean =>
  plan.steps.length > 0 && (plan.direction === "down" || plan.steps.some(({ destructive }) => destructive))

/** What is about to be lost, and the question. */
export const question = (
  style: Style,
  plan: Plan
): { readonly lines: ReadonlyArray<string>; readonly question: string } => {
  const steps = plan.direction === "down" ? plan.steps : plan.steps.filter(({ destructive }) => destructive)
  const verb = plan.direction === "down" ? "Rolling back" : "Applying"
  const lost = steps.some(step => losses(step).length > 0)
  return {
    lines: [
      `${verb} ${Text.count(steps.length, "step")}${lost ? ", and this would be lost" : ""}:`,
      ...Text.few(
        steps.flatMap(step => entry(style, step)),
        most
      )
    ],
    question: plan.direction === "down" ? "Roll back?" : "Apply?"
  }
}

const entry = (style: Style, step: Step): ReadonlyArray<string> => {
  const where = step.schema === "" ? step.connection : `${step.connection}, schema ${step.schema}`
  return [
    `  ${style.colour.bold(Text.clean(`${step.version} ${step.name}`))}  ${Text.clean(where)}`,
    ...losses(step).map(loss => `    ${style.colour.red(Text.fit(style, loss, style.width - 4))}`)
  ]
}

/** First lines of the statements that take something away. */
const losses = (step: Step): ReadonlyArray<string> =>
  step.units
    .flatMap(unit => unit.statements)
    .filter(({ text }) => losing.test(text))
    .map(({ text }) => Text.clean(text).trim().split("\n")[0] ?? "")

const notAsked = (plan: Plan): RequestInvalid =>
  new RequestInvalid({
    problems: [
      `rolling back ${Text.count(plan.steps.length, "step")} asks first, and nobody can be asked here: add --yes (look first: --dry-run)`
    ]
  })

/**
 * Asks before anything is rolled back or lost. Where nobody can be asked, rolling back needs `--yes`;
 * applying goes on, as in every pipeline.
 */
export const agreed = Effect.fn("cli.Confirm.agreed")(function* (plan: Plan, yes: boolean) {
  if (yes || !needed(plan)) return true
  const screen = yield* Screen
  if (!screen.interactive) return plan.direction === "down" ? yield* notAsked(plan) : true
  const { lines, question: asked } = question(screen.style, plan)
  yield* screen.err(lines)
  return yield* Effect.onInterrupt(screen.ask(asked), () =>
    screen.err(["", `${screen.style.colour.yellow("✘ interrupted")}: nothing was changed`])
  )
})

/** What a no comes to. */
export const declined = Effect.gen(function* () {
  const screen = yield* Screen
  yield* screen.err(["Nothing was changed."])
  return ExitCode.refused
})

/** What asks first, where nobody can be asked. */
export const unasked = (what: string): string =>
  `${what} asks first, and nobody can be asked here: add --yes (look first: --dry-run)`
