import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import colors from "picocolors"
import * as Style from "./Style.ts"

/** Where a command speaks. */
export class Screen extends Context.Tag("bfm/cli/Screen")<
  Screen,
  {
    /** Of what `out` writes to. */
    readonly style: Style.Style
    /** Someone sits there who can be asked. */
    readonly interactive: boolean
    /** Whether `live` is seen at all. */
    readonly lively: boolean
    /** What was asked for: standard output, or standard error where that belongs to one JSON value. */
    readonly out: (lines: ReadonlyArray<string>) => Effect.Effect<void>
    /** Everything else: standard error. */
    readonly err: (lines: ReadonlyArray<string>) => Effect.Effect<void>
    /** The one JSON value, on standard output. */
    readonly json: (value: unknown) => Effect.Effect<void>
    /** Replaces the line that says what is going on now; an empty one takes it away. */
    readonly live: (line: string) => Effect.Effect<void>
    /** Yes or no; anything but a yes is a no. */
    readonly ask: (question: string) => Effect.Effect<boolean>
  }
>() {}

const clear = "\r\u001B[2K"

const ask = (question: string): Effect.Effect<boolean> =>
  Effect.flatMap(
    Effect.promise(() => import("node:readline")),
    readline =>
      Effect.async<boolean>(resume => {
        const prompt = readline.createInterface({ input: process.stdin, output: process.stderr })
        prompt.once("close", () => resume(Effect.succeed(false)))
        prompt.once("SIGINT", () => process.kill(process.pid, "SIGINT"))
        prompt.question(`${question} [y/N] `, answer => {
          resume(Effect.succeed(/^y(es)?$/i.test(answer.trim())))
          prompt.close()
        })
        return Effect.sync(() => prompt.close())
      })
  )

const make = (json: boolean) => {
  const { stdin, stdout, stderr } = process
  const target = json ? stderr : stdout
  let shown = ""
  const print = (to: NodeJS.WriteStream) => (lines: ReadonlyArray<string>) =>
    Effect.sync(() => {
      if (lines.length === 0) return
      if (shown !== "") stderr.write(clear)
      to.write(`${lines.join("\n")}\n`)
      shown = ""
    })
  return Screen.of({
    style: Style.make({
      columns: target.columns,
      terminal: target.isTTY === true,
      colour: target.isTTY === true && colors.isColorSupported
    }),
    interactive: stdin.isTTY === true && stdout.isTTY === true,
    lively: stderr.isTTY === true,
    out: print(target),
    err: print(stderr),
    json: value => Effect.sync(() => stdout.write(`${JSON.stringify(value)}\n`)),
    live: line =>
      Effect.sync(() => {
        if (stderr.isTTY !== true || line === shown) return
        stderr.write(clear + line)
        shown = line
      }),
    ask
  })
}

/** The process's own streams. */
export const layer = Layer.sync(Screen, () => make(false))

/** The same where standard output belongs to one JSON value. */
export const layerJson = Layer.sync(Screen, () => make(true))
