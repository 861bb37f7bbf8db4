import * as Args from "@effect/cli/Args"
import * as Effect from "effect/Effect"
import { Pipeline } from "../../pipeline/Pipeline.ts"
import * as ExitCode from "./ExitCode.ts"
import * as Options from "./Options.ts"
import * as RenderValidation from "./RenderValidation.ts"
import { Screen } from "./Screen.ts"
import * as Verb from "./Verb.ts"

/** `validate [ID…]`: whether applied migrations still say what was applied. */
export const validate = Verb.make(
  {
    words: ["validate"],
    summary: "whether applied migrations still say what was applied",
    examples: [
      "bfm validate",
      "bfm validate 20250102093000_create_orders",
      "bfm validate --connection core --json"
    ],
    operands: { shown: "[ID…]", args: Args.text({ name: "ID" }).pipe(Args.repeated) },
    flags: { connections: Options.connection, json: Options.json }
  },
  Effect.fn("cli.validate")(function* ({ connections, json }, ids) {
    const screen = yield* Screen
    const pipeline = yield* Pipeline
    const report = yield* pipeline.validate({ ids, connections })
    if (json) yield* screen.json(report)
    else {
      const { createTwoFilesPatch } = yield* Effect.promise(() => import("diff"))
      const difference: RenderValidation.Difference = (path, applied, source) =>
        createTwoFilesPatch("as applied", path, applied, source, undefined, undefined, { context: 2 })
          .split("\n")
          .filter(line => !line.startsWith("====="))
          .join("\n")
      yield* screen.out(RenderValidation.report(screen.style, report, difference))
    }
    return report.valid ? ExitCode.done : ExitCode.drift
  })
)
