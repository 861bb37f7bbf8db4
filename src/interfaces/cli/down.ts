import * as Args from "@effect/cli/Args"
import * as Effect from "effect/Effect"
import * as Backend from "../../domain/Backend.ts"
import type { DownRequest, Order } from "../../domain/Request.ts"
import { Pipeline } from "../../pipeline/Pipeline.ts"
import * as Confirm from "./Confirm.ts"
import * as Flag from "./Flag.ts"
import * as Follow from "./Follow.ts"
import { Interruption } from "./Interruption.ts"
import * as Options from "./Options.ts"
import * as Show from "./Show.ts"
import * as Verb from "./Verb.ts"

const capturing = Backend.able(can => can.capturesReplaced)

/** `migrate down ID`: one migration, and with `--cascade` what depends on it. */
export const down = Verb.make(
  {
    words: ["migrate", "down"],
    summary: "roll one migration back",
    examples: [
      "bfm migrate down 20250102093000_create_orders --dry-run",
      "bfm migrate down 20250101120000_create_users --cascade --yes"
    ],
    operands: { shown: "ID", args: Args.text({ name: "ID" }) },
    flags: {
      schemas: Options.schema,
      variables: Options.variables,
      cascade: Flag.toggle({ name: "cascade", help: "first roll back what depends on it" }),
      ignoreDependencies: Flag.toggle({
        name: "ignore-dependencies",
        help: "roll back even though something applied depends on it"
      }),
      generated: Flag.toggle({
        name: "generated",
        help: `take back what was captured when it was applied (${capturing}), also where there is a down script`
      }),
      ...Options.execution,
      dryRun: Flag.toggle({ name: "dry-run", help: "only say what would be done, with its SQL" }),
      yes: Options.yes,
      json: Options.json
    }
  },
  Effect.fn("cli.down")(function* (given, id) {
    const pipeline = yield* Pipeline
    const request: DownRequest = {
      id,
      schemas: given.schemas,
      variables: yield* Options.values(given.variables),
      cascade: given.cascade,
      generated: given.generated,
      ignore_dependencies: given.ignoreDependencies
    }
    const again = [
      "migrate",
      "down",
      id,
      ...given.schemas.flatMap(value => ["--schema", value]),
      ...given.variables.flatMap(value => ["--var", value]),
      ...(given.cascade ? ["--cascade"] : []),
      ...(given.generated ? ["--generated"] : []),
      ...(given.ignoreDependencies ? ["--ignore-dependencies"] : []),
      ...pipeline.words
    ]
    let order: Order = { _tag: "Down", request, options: Options.runOptions(given) }
    if (given.dryRun || !given.yes) {
      const plan = yield* pipeline.plan(order)
      if (given.dryRun) return yield* Show.plan(plan, again, { statements: true, json: given.json })
      if (!(yield* Confirm.agreed(plan, false))) return yield* Confirm.declined
      order = Options.expecting(order, plan)
    }
    const heard = yield* Follow.follow(pipeline.run(order), again)
    const interruption = yield* Interruption
    return yield* Show.outcome(heard, again, { json: given.json, rehearsal: false, interruption })
  })
)
