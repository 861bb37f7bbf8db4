import * as Effect from "effect/Effect"
import { Pipeline } from "../../pipeline/Pipeline.ts"
import * as Flag from "./Flag.ts"
import * as Options from "./Options.ts"
import * as Show from "./Show.ts"
import * as Verb from "./Verb.ts"

/** `migrate plan`: what `migrate up` would do, with every statement. */
export const plan = Verb.make(
  {
    words: ["migrate", "plan"],
    summary: "show what would be applied, with its SQL; changes nothing",
    examples: [
      "bfm migrate plan --connection core",
      "bfm migrate plan --schema tenant_a --json",
      "bfm migrate plan --graph"
    ],
    flags: {
      ...Options.selection,
      graph: Flag.toggle({
        name: "graph",
        help: "draw the order across connections; with --json as Mermaid too"
      }),
      format: Flag.choice({
        name: "format",
        choices: ["text", "mermaid"],
        fallback: "text",
        help: "mermaid: the order as a Mermaid flowchart, for documents"
      }),
      json: Options.json
    }
  },
  Effect.fn("cli.plan")(function* (given) {
    const pipeline = yield* Pipeline
    const request = yield* Options.upRequest(given)
    const apply = ["migrate", "up", ...Options.words(given), ...pipeline.words]
    const plan = yield* pipeline.plan({ _tag: "Up", request, options: Options.defaults })
    return yield* given.graph || given.format === "mermaid"
      ? Show.graph(plan, { mermaid: given.format === "mermaid", json: given.json })
      : Show.plan(plan, apply, { statements: true, json: given.json })
  })
)
