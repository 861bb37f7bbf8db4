import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
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

/** One line for each message, on standard output. */
export const layer = ({ format, level }: LogSettings): Layer.Layer<never> =>
  Layer.merge(
    // In the place of whatever speaks to a person at a terminal.
    Layer.scopedDiscard(
      Effect.locallyScoped(
        FiberRef.currentLoggers,
        HashSet.make(Logger.withConsoleLog(format === "json" ? Logger.jsonLogger : Logger.logfmtLogger))
      )
    ),
    Logger.minimumLogLevel(levels[level])
  )
