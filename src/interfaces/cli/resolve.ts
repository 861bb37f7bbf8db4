import * as Args from "@effect/cli/Args"
import * as Effect from "effect/Effect"
import { RequestInvalid } from "../../domain/Errors.ts"
import * as Resolution from "../../pipeline/execute/Resolution.ts"
import * as ExitCode from "./ExitCode.ts"
import * as Flag from "./Flag.ts"
import * as Options from "./Options.ts"
import { Screen } from "./Screen.ts"
import * as Text from "./Text.ts"
import * as Verb from "./Verb.ts"

/** `resolve ID`: a person says what only a person can know. */
export const resolve = Verb.make(
  {
    words: ["resolve"],
    summary: "say what is applied where only you can know it; runs nothing",
    examples: [
      "bfm resolve 20250103080000_index_orders --applied",
      "bfm resolve 20250104070000_tenant_settings --pending --schema tenant_a"
    ],
    operands: { shown: "ID", args: Args.text({ name: "ID" }) },
    flags: {
      applied: Flag.toggle({ name: "applied", help: "everything that it does is there" }),
      pending: Flag.toggle({ name: "pending", help: "nothing of it is there: it will be run again" }),
      schemas: Options.schema,
      json: Options.json
    }
  },
  Effect.fn("cli.resolve")(function* ({ applied, pending, schemas, json }, id) {
    if (applied === pending) {
      return yield* new RequestInvalid({
        problems: ["say one of --applied and --pending: bfm resolve --help"]
      })
    }
    const screen = yield* Screen
    const items = yield* Resolution.resolve({ id, schemas, as: applied ? "applied" : "pending" })
    if (json) yield* screen.json({ items, total: items.length })
    else {
      yield* screen.out(
        items.map(({ migration_id, schema, status }) => {
          const where = schema === "" ? "" : ` in schema ${Text.clean(schema)}`
          return `${screen.style.colour.green("✔")} ${Text.clean(migration_id)}${where} is now ${status}; nothing was run`
        })
      )
    }
    return ExitCode.done
  })
)
