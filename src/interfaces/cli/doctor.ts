import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type { BfmError } from "../../domain/Errors.ts"
import * as Diagnose from "../../pipeline/doctor/Diagnose.ts"
import * as Examine from "../../pipeline/doctor/Examine.ts"
import type { Env } from "./Env.ts"
import * as ExitCode from "./ExitCode.ts"
import * as Options from "./Options.ts"
import * as RenderDoctor from "./RenderDoctor.ts"
import { Screen } from "./Screen.ts"
import * as Verb from "./Verb.ts"

/** `doctor`: whether everything that a run stands on is well. */
export const make = (env: Layer.Layer<Env, BfmError>) =>
  Verb.make(
    {
      words: ["doctor"],
      summary: "what is wrong, and the safe next step; changes nothing",
      examples: ["bfm doctor", "bfm doctor --json"],
      flags: { json: Options.json }
    },
    Effect.fn("cli.doctor")(function* ({ json }) {
      const screen = yield* Screen
      const report = yield* Effect.provide(Examine.report(), env).pipe(
        Effect.catchTag("ConfigInvalid", ({ problems }) => Effect.succeed(Diagnose.unusable(problems)))
      )
      yield* json ? screen.json(report) : screen.out(RenderDoctor.report(screen.style, report))
      return report.healthy ? ExitCode.done : ExitCode.refused
    })
  )
