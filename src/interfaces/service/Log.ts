import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import type * as LogLevel from "effect/LogLevel"

/** How the service speaks to whoever collects its output. */
export interface LogSettings {
  readonly format: "json" | "text"
  readonly level: LogLevel.LogLevel
}

/** One line for each message, on standard output. */
export const layer = ({ format, level }: LogSettings): Layer.Layer<never> =>
  Layer.merge(format === "json" ? Logger.json : Logger.logFmt, Logger.minimumLogLevel(level))
