import * as Args from "@effect/cli/Args"
import * as Effect from "effect/Effect"
import { RequestInvalid } from "../../domain/Errors.ts"
import type { Order } from "../../domain/Request.ts"
import * as Selector from "../../domain/SchemaSelector.ts"
import { Pipeline } from "../../pipeline/Pipeline.ts"
import * as ExitCode from "./ExitCode.ts"
import * as Follow from "./Follow.ts"
import { Interruption } from "./Interruption.ts"
import * as Options from "./Options.ts"
import * as RenderTenants from "./RenderTenants.ts"
import { Screen } from "./Screen.ts"
import * as Show from "./Show.ts"
import * as Verb from "./Verb.ts"

/** `tenants`: which version each tenant has. */
export const tenants = Verb.make(
  {
    words: ["tenants"],
    summary: "which tenants are at head, behind, or failed",
    examples: ["bfm tenants", "bfm tenants --connection core --json"],
    flags: { connections: Options.connection, json: Options.json }
  },
  Effect.fn("cli.tenants")(function* ({ connections, json }) {
    const screen = yield* Screen
    const report = yield* (yield* Pipeline).tenants({ connections })
    yield* json ? screen.json(report) : screen.out(RenderTenants.report(screen.style, report))
    return report.connections.some(({ error }) => error !== undefined) ? ExitCode.refused : ExitCode.done
  })
)

/** `tenants provision NAME`: a new tenant with everything that the others have. */
export const provision = Verb.make(
  {
    words: ["tenants", "provision"],
    summary: "bring a new tenant to head",
    examples: ["bfm tenants provision acme", "bfm tenants provision acme --connection core"],
    flags: {
      connections: Options.connection,
      variables: Options.variables,
      json: Options.json
    },
    operands: { shown: "NAME", args: Args.text({ name: "NAME" }) }
  },
  Effect.fn("cli.tenants.provision")(function* ({ connections, variables, json }, name) {
    const pipeline = yield* Pipeline
    const meant = connections.length > 0 ? connections : yield* withTenants
    const again = [
      ...["tenants", "provision", name],
      ...connections.flatMap(value => ["--connection", value]),
      ...pipeline.words
    ]
    const order: Order = {
      _tag: "Up",
      request: {
        target: { connections: meant, tables: [], tags: [] },
        schemas: [Selector.literal(name)],
        variables: yield* Options.values(variables),
        ignore_dependencies: false,
        out_of_order: "allow",
        strict_schema: false
      },
      options: Options.defaults
    }
    const heard = yield* Follow.follow(pipeline.run(order), again)
    const interruption = yield* Interruption
    return yield* Show.outcome(heard, again, { json, rehearsal: false, interruption })
  })
)

/** The connections that have tenants. */
const withTenants = Effect.gen(function* () {
  const { connections } = yield* (yield* Pipeline).tenants({ connections: [] })
  if (connections.length > 0) return connections.map(({ connection }) => connection)
  const problem =
    "no connection has tenants: say which one with --connection, or set its variable {CONN}_TENANTS"
  return yield* new RequestInvalid({ problems: [problem] })
})
