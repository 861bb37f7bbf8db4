import * as Args from "@effect/cli/Args"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Build from "../../pipeline/author/Build.ts"
import * as ExitCode from "./ExitCode.ts"
import * as Flag from "./Flag.ts"
import { Screen } from "./Screen.ts"
import type { Sources } from "./Sources.ts"
import * as Verb from "./Verb.ts"

/** `build [SFM-PATH]`: one TypeScript module for each pair of scripts, so that no directory is needed at run time. */
export const make = (sources: Sources) =>
  Verb.make(
    {
      words: ["build"],
      summary: "make TypeScript modules of the scripts, for applications",
      examples: ["bfm build", "bfm build ./sfm --output src/migrations", "bfm build ./sfm --check"],
      operands: {
        shown: "[SFM-PATH]",
        args: Args.text({ name: "SFM-PATH" }).pipe(Args.optional, Args.map(Option.getOrUndefined))
      },
      flags: {
        path: Flag.text({
          name: "path",
          alias: "p",
          value: "DIR",
          help: "the SFM directory (BFM_SFM_PATH, ./sfm)"
        }),
        output: Flag.text({
          name: "output",
          alias: "o",
          value: "DIR",
          help: "where the modules go; else beside the scripts"
        }),
        dryRun: Flag.toggle({ name: "dry-run", help: "only say what would be written" }),
        check: Flag.toggle({
          name: "check",
          help: "write nothing, exit 1 when a module is missing or stale"
        }),
        verbose: Flag.toggle({ name: "verbose", alias: "v", help: "name every file" })
      }
    },
    Effect.fn("cli.build")(function* ({ output, dryRun, check, verbose, ...given }, operand) {
      const screen = yield* Screen
      const path = operand ?? given.path ?? (yield* sources.path)
      const report = yield* Build.build({ path, output, dryRun, check, verbose }).pipe(
        Effect.provide(sources.layer(path))
      )
      yield* screen.out(report.lines)
      return ExitCode.done
    })
  )
