import * as Effect from "effect/Effect"
import * as ExitCode from "./ExitCode.ts"
import * as Options from "./Options.ts"
import { Screen } from "./Screen.ts"
import * as Verb from "./Verb.ts"

/** `version`: asks nothing of anybody. */
export const make = (version: string) =>
  Verb.make(
    {
      words: ["version"],
      summary: "which bfm this is",
      examples: ["bfm version"],
      flags: { json: Options.json }
    },
    Effect.fn("cli.version")(function* ({ json }) {
      const screen = yield* Screen
      yield* json ? screen.json({ version }) : screen.out([`BfM CLI version ${version}`])
      return ExitCode.done
    })
  )
