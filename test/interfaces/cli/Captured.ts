import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { BfmError } from "../../../src/domain/Errors.ts"
import * as Cli from "../../../src/interfaces/cli/Cli.ts"
import type * as Commands from "../../../src/interfaces/cli/Commands.ts"
import { Screen } from "../../../src/interfaces/cli/Screen.ts"
import * as Style from "../../../src/interfaces/cli/Style.ts"

/** What a command said, and its exit code. */
export interface Said {
  readonly code: number
  readonly out: string
  readonly err: string
  /** Values for standard output. */
  readonly json: ReadonlyArray<unknown>
  readonly asked: ReadonlyArray<string>
}

/** A command line that must not look at anything outside: building what stores need ends the test. */
export const storeless: Commands.Program = {
  version: "1.2.3",
  env: Layer.die(new Error("a store was opened")) as Layer.Layer<Commands.Env, BfmError>,
  checkup: Layer.die(new Error("a store was opened")) as Layer.Layer<Commands.Env, BfmError>,
  sources: {
    path: Effect.dieMessage("the configuration was read"),
    layer: () =>
      Layer.die(new Error("the sources were read")) as ReturnType<Commands.Program["sources"]["layer"]>
  },
  bench: () => Layer.die(new Error("a store was opened")) as ReturnType<Commands.Program["bench"]>,
  foreign: () => Layer.die(new Error("a store was opened")) as ReturnType<Commands.Program["foreign"]>,
  records: () => Layer.die(new Error("a store was opened")) as ReturnType<Commands.Program["records"]>,
  remote: { named: Effect.succeed({}), layer: () => Layer.die(new Error("a service was asked")) }
}

/** Runs a command line in this process with a screen that remembers. `answer`: somebody sits there and says this. */
export const run = (
  program: Commands.Program,
  args: ReadonlyArray<string>,
  answer?: boolean
): Effect.Effect<Said> =>
  Effect.gen(function* () {
    const out: Array<string> = []
    const err: Array<string> = []
    const json: Array<unknown> = []
    const asked: Array<string> = []
    const screen = Screen.of({
      style: Style.plain,
      interactive: answer !== undefined,
      lively: false,
      out: lines => Effect.sync(() => void (Cli.wantsJson(args) ? err : out).push(...lines)),
      err: lines => Effect.sync(() => void err.push(...lines)),
      json: value => Effect.sync(() => void json.push(JSON.parse(JSON.stringify(value)))),
      live: () => Effect.void,
      ask: question =>
        Effect.sync(() => {
          asked.push(question)
          return answer === true
        })
    })
    const code = yield* Effect.provideService(Cli.run(program, args), Screen, screen)
    return { code, out: out.join("\n"), err: err.join("\n"), json, asked }
  })
