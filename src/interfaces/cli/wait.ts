import * as Effect from "effect/Effect"
import type { HistoryItem } from "../../domain/History.ts"
import { short } from "../../domain/Identity.ts"
import type { Plan } from "../../domain/Plan.ts"
import * as Sight from "../../pipeline/report/Sight.ts"
import * as Waiting from "../../pipeline/report/Wait.ts"
import * as ExitCode from "./ExitCode.ts"
import * as Flag from "./Flag.ts"
import * as Options from "./Options.ts"
import * as RenderWait from "./RenderWait.ts"
import { Screen } from "./Screen.ts"
import * as Verb from "./Verb.ts"

/** `wait`: until somebody else has applied what is pending. */
export const wait = Verb.make(
  {
    words: ["wait"],
    summary: "wait until nothing is pending, or until everything answers; changes nothing",
    examples: [
      "bfm wait --for applied --timeout 10m",
      "bfm wait --connection core --schema all --server https://bfm.example.com:7070",
      "bfm wait --for reachable --timeout 1m"
    ],
    flags: {
      goal: Flag.choice({
        name: "for",
        choices: Sight.goals,
        fallback: "applied",
        help: "applied: nothing is left to apply; reachable: databases and state answer"
      }),
      timeout: Flag.duration({
        name: "timeout",
        value: "D",
        fallback: "5m",
        help: "how long at most, like 90s or 10m (5m when left out); 0 looks once"
      }),
      ...Options.selection,
      json: Options.json
    }
  },
  Effect.fn("cli.wait")(function* ({ goal, timeout, json, ...selected }) {
    const screen = yield* Screen
    const request = yield* Options.upRequest(selected)
    const told = RenderWait.changes()
    const outcome = yield* Waiting.until({ goal, request, timeout }, found => screen.out(told(found)))
    const { sight, waited } = outcome
    // Time is up, and the reason is an error that says what to do.
    if (sight._tag === "Away") return yield* Effect.fail(sight.error)
    if (json) yield* screen.json({ ...result(sight), for: goal, waited_ms: waited })
    const lines = RenderWait.ending(screen.style, goal, outcome)
    yield* sight._tag === "Reached" ? screen.out(lines) : screen.err(lines)
    return codes[sight._tag]
  })
)

const codes: Record<Exclude<Sight.Sight["_tag"], "Away">, number> = {
  Reached: ExitCode.done,
  Pending: ExitCode.pending,
  Failed: ExitCode.stepFailed,
  Silent: ExitCode.refused
}

const result = (sight: Exclude<Sight.Sight, { readonly _tag: "Away" }>) => {
  const plan: Pick<Plan, "steps" | "waiting"> = ("plan" in sight ? sight.plan : undefined) ?? nothing
  const failed: ReadonlyArray<HistoryItem> = "failed" in sight ? sight.failed : []
  return {
    success: sight._tag === "Reached",
    pending: plan.steps.map(({ id }) => id),
    waiting: plan.waiting.map(({ id }) => id),
    failed: failed.map(item => ({ ...item, id: short(item) }))
  }
}

const nothing = { steps: [], waiting: [] }
