import * as Effect from "effect/Effect"
import { RequestInvalid } from "../../domain/Errors.ts"
import type { Order } from "../../domain/Request.ts"
import { Pipeline } from "../../pipeline/Pipeline.ts"
import * as Confirm from "./Confirm.ts"
import * as Flag from "./Flag.ts"
import * as Follow from "./Follow.ts"
import { Interruption } from "./Interruption.ts"
import * as Options from "./Options.ts"
import { Screen } from "./Screen.ts"
import * as Show from "./Show.ts"
import * as Verb from "./Verb.ts"

/** `migrate up`: everything pending that is selected. */
export const up = Verb.make(
  {
    words: ["migrate", "up"],
    summary: "apply what is pending",
    examples: [
      "bfm migrate up",
      "bfm migrate up --connection core --schema tenant_a --schema tenant_b",
      "bfm migrate up --tag feature=billing --dry-run"
    ],
    flags: {
      ...Options.selection,
      ...Options.execution,
      dryRun: Flag.toggle({ name: "dry-run", help: "only say what would be done" }),
      rehearse: Flag.toggle({ name: "rehearse", help: "really execute, then take everything back" }),
      yes: Options.yes,
      json: Options.json
    }
  },
  Effect.fn("cli.up")(function* (given) {
    const screen = yield* Screen
    const pipeline = yield* Pipeline
    if (given.dryRun && given.rehearse) {
      const problems = ["say one of --dry-run, which runs nothing, and --rehearse, which takes it back"]
      return yield* new RequestInvalid({ problems })
    }
    const request = yield* Options.upRequest(given)
    const again = ["migrate", "up", ...Options.words(given), ...pipeline.words]
    let order: Order = { _tag: "Up", request, options: Options.runOptions(given) }
    if (given.dryRun) {
      return yield* Show.plan(yield* pipeline.plan(order), again, { statements: false, json: given.json })
    }
    if (screen.interactive && !given.yes && !given.rehearse) {
      const plan = yield* pipeline.plan(order)
      if (!(yield* Confirm.agreed(plan, false))) return yield* Confirm.declined
      order = Options.expecting(order, plan)
    }
    const events = given.rehearse ? pipeline.rehearse(request) : pipeline.run(order)
    const heard = yield* Follow.follow(events, again)
    const interruption = yield* Interruption
    return yield* Show.outcome(heard, again, { json: given.json, rehearsal: given.rehearse, interruption })
  })
)
