import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Layer from "effect/Layer"
import { CurrentActor } from "../../domain/Actor.ts"
import type { BfmError } from "../../domain/Errors.ts"
import * as ErrorBody from "../wire/ErrorBody.ts"
import * as Arguments from "./Arguments.ts"
import * as Commands from "./Commands.ts"
import * as ExitCode from "./ExitCode.ts"
import * as Log from "./Log.ts"
import * as Parse from "./Parse.ts"
import * as RenderError from "./RenderError.ts"
import * as RenderHelp from "./RenderHelp.ts"
import * as Screen from "./Screen.ts"
import * as Text from "./Text.ts"
import * as User from "./User.ts"

/** Whether standard output belongs to one JSON value, also when the rest cannot be understood. */
export const wantsJson = (args: ReadonlyArray<string>): boolean => {
  const end = args.indexOf("--")
  return (end === -1 ? args : args.slice(0, end)).includes("--json")
}

/** Runs one command line and says the exit code. Everything that can happen has been told by then. */
export const run = Effect.fn("cli.run")(function* (program: Commands.Program, args: ReadonlyArray<string>) {
  const json = wantsJson(args)
  const actor = yield* User.actor
  return yield* perform(program, args, json).pipe(
    Effect.catchAll(error => failed(error, json)),
    Effect.catchAllDefect(defect => broken(defect, json)),
    Effect.provideService(CurrentActor, actor),
    // Nobody collects the spans of a command line.
    Effect.withTracerEnabled(false),
    Effect.provide(Log.layer)
  )
})

/** Where `run` speaks when it is the process's own. */
export const screen = (args: ReadonlyArray<string>): Layer.Layer<Screen.Screen> =>
  wantsJson(args) ? Screen.layerJson : Screen.layer

const perform = Effect.fnUntraced(function* (
  program: Commands.Program,
  args: ReadonlyArray<string>,
  json: boolean
) {
  const { style, out } = yield* Screen.Screen
  const understood = Arguments.understand(Commands.all(program), args)
  if (Either.isLeft(understood)) return yield* misunderstood(understood.left, json)
  const meaning = understood.right
  switch (meaning._tag) {
    case "Overview":
      yield* out(RenderHelp.overview(style, program.version, meaning.group))
      return ExitCode.done
    case "Help":
      yield* out(RenderHelp.verb(style, meaning.verb, meaning.more))
      return ExitCode.done
    case "Run": {
      const parsed = yield* Parse.parse(meaning.verb, meaning.rest)
      return yield* Either.isLeft(parsed) ? misunderstood(parsed.left, json) : parsed.right
    }
  }
})

const misunderstood = Effect.fnUntraced(function* ({ reason, help }: Arguments.Misunderstood, json: boolean) {
  const { style, err, json: print } = yield* Screen.Screen
  yield* err([
    `${style.colour.red("✘")} ${Text.clean(reason)}`,
    ...Text.apart(style, `  See: ${help}`, style.colour.dim(`exit ${ExitCode.refused}`))
  ])
  if (json) yield* print({ error: reason, code: "Usage" })
  return ExitCode.refused
})

const failed = Effect.fnUntraced(function* (error: BfmError, json: boolean) {
  const { style, err, json: print } = yield* Screen.Screen
  yield* err(RenderError.lines(style, error))
  if (json) yield* print(ErrorBody.fromError(error))
  return ExitCode.ofError[error._tag]
})

/** A mistake of ours. What it says is all that is known; the trace is for those who ask for it. */
const broken = Effect.fnUntraced(function* (defect: unknown, json: boolean) {
  const { style, err, json: print } = yield* Screen.Screen
  const reason = defect instanceof Error ? defect.message : String(defect)
  yield* err([
    `${style.colour.red("✘")} this is a mistake in bfm itself: ${Text.clean(reason)}`,
    "  Nothing is half recorded. See where things stand: bfm status · please report the text above"
  ])
  yield* Effect.logDebug(defect instanceof Error ? defect.stack : defect)
  if (json) yield* print({ error: reason, code: "Defect" })
  return ExitCode.refused
})
