import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import * as HashMap from "effect/HashMap"
import * as HashSet from "effect/HashSet"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"

/** How the service speaks to whoever collects its output. */
export interface LogSettings {
  readonly format: "json" | "text"
  readonly level: keyof typeof levels
}

const levels = {
  debug: LogLevel.Debug,
  info: LogLevel.Info,
  warning: LogLevel.Warning,
  error: LogLevel.Error,
  fatal: LogLevel.Fatal
}

/** The fields of one line, the three that each has in front; the same in both formats. */
const fields = ({ annotations, cause, date, logLevel, message }: Logger.Logger.Options<unknown>) => ({
  time: date.toISOString(),
  level: nameOf(logLevel),
  msg: (Array.isArray(message) ? message : [message]).map(said).join(" "),
  ...Object.fromEntries(HashMap.toEntries(annotations)),
  ...(Cause.isEmpty(cause) ? {} : { error: Cause.pretty(cause) })
})

const said = (part: unknown): string => (typeof part === "string" ? part : JSON.stringify(part))

const names = new Map<LogLevel.LogLevel, string>(Object.entries(levels).map(([name, level]) => [level, name]))

const nameOf = (level: LogLevel.LogLevel): string => names.get(level) ?? level.label.toLowerCase()

const json = Logger.make<unknown, string>(entry => JSON.stringify(fields(entry)))

const text = Logger.make<unknown, string>(entry =>
  Object.entries(fields(entry))
    .map(([key, value]) => `${key}=${plain(value)}`)
    .join(" ")
)

/** What would be read as two words, or as two lines, stands between quotes. */
const plain = (value: unknown): string => {
  const written = typeof value === "string" ? value : JSON.stringify(value)
  return /^[\w.:/@+-]+$/.test(written) ? written : JSON.stringify(written)
}

/**
 * Writes lines to standard output, those of one turn of the event loop together: under load the system is asked
 * once for many of them. Nothing is kept beyond the turn, nor when the process ends.
 */
const writer = Effect.acquireRelease(
  Effect.sync(() => {
    let waiting = ""
    const flush = () => {
      if (waiting === "") return
      const text = waiting
      waiting = ""
      process.stdout.write(text)
    }
    process.on("exit", flush)
    const write = (line: string): void => {
      if (waiting === "") setImmediate(flush)
      waiting += `${line}\n`
    }
    return { write, flush }
  }),
  ({ flush }) =>
    Effect.sync(() => {
      flush()
      process.off("exit", flush)
    })
)

/** One line for each message, on standard output. */
export const layer = ({ format, level }: LogSettings): Layer.Layer<never> =>
  Layer.merge(
    Layer.scopedDiscard(
      Effect.flatMap(writer, ({ write }) =>
        // In the place of whatever speaks to a person at a terminal.
        Effect.locallyScoped(
          FiberRef.currentLoggers,
          HashSet.make(Logger.map(format === "json" ? json : text, write))
        )
      )
    ),
    Logger.minimumLogLevel(levels[level])
  )
