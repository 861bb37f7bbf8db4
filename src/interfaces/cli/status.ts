import * as Effect from "effect/Effect"
import type { StatusReport } from "../../domain/Status.ts"
import { Pipeline } from "../../pipeline/Pipeline.ts"
import * as ExitCode from "./ExitCode.ts"
import * as Flag from "./Flag.ts"
import * as Options from "./Options.ts"
import * as RenderStatus from "./RenderStatus.ts"
import { Screen } from "./Screen.ts"
import * as Verb from "./Verb.ts"

/** `status`: what is applied, what is pending, and where something is wrong. */
export const status = Verb.make(
  {
    words: ["status"],
    summary: "what is applied and what is pending",
    examples: [
      "bfm status",
      "bfm status --connection core --exit-code",
      "bfm status --schema tenant_a --json",
      "bfm status --schema 'tenant_*'"
    ],
    flags: {
      connections: Options.connection,
      schemas: Options.schema,
      exitCode: Flag.toggle({
        name: "exit-code",
        help: "exit 2 when something is pending, 3 when something changed"
      }),
      json: Options.json
    }
  },
  Effect.fn("cli.status")(function* ({ connections, schemas, exitCode, json }) {
    const screen = yield* Screen
    const pipeline = yield* Pipeline
    const report = yield* pipeline.status({ connections, schemas })
    yield* json ? screen.json(report) : screen.out(RenderStatus.report(screen.style, report))
    return code(report, exitCode)
  })
)

const pending: ReadonlySet<string> = new Set(["pending", "failed", "rolled_back", "running", "interrupted"])

/** What the exit code says of a report; a store that could not be asked is always an error. */
export const code = ({ items, connections }: StatusReport, told: boolean): number => {
  if (connections.some(({ error }) => error !== undefined)) return ExitCode.refused
  if (!told) return ExitCode.done
  if (items.some(({ status }) => status === "changed")) return ExitCode.drift
  return items.some(({ status }) => pending.has(status)) ? ExitCode.pending : ExitCode.done
}
