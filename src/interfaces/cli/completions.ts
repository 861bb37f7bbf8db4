import * as Args from "@effect/cli/Args"
import * as Effect from "effect/Effect"
import * as BashCompletion from "./BashCompletion.ts"
import * as Completion from "./Completion.ts"
import * as ExitCode from "./ExitCode.ts"
import * as FishCompletion from "./FishCompletion.ts"
import { Screen } from "./Screen.ts"
import * as Verb from "./Verb.ts"
import * as ZshCompletion from "./ZshCompletion.ts"

const scripts = { bash: BashCompletion.script, zsh: ZshCompletion.script, fish: FishCompletion.script }

/** `completions SHELL`: prints what the shell reads, made of the very commands that there are. */
export const make = (verbs: () => ReadonlyArray<Completion.Completable>) =>
  Verb.make(
    {
      words: ["completions"],
      summary: "completion for your shell: source <(bfm completions bash)",
      examples: ["bfm completions bash", "bfm completions zsh", "bfm completions fish"],
      operands: {
        shown: Object.keys(scripts).join("|"),
        args: Args.choice(Object.entries(scripts), { name: Object.keys(scripts).join("|") })
      },
      flags: {}
    },
    Effect.fn("cli.completions")(function* (_, script) {
      const screen = yield* Screen
      yield* screen.out(script(Completion.places(verbs())))
      return ExitCode.done
    })
  )
