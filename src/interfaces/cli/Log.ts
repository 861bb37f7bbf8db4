import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import { Screen } from "./Screen.ts"
import * as Text from "./Text.ts"

/** Log lines as a person reads them, on standard error: standard output belongs to what was asked for. */
export const layer = Layer.unwrapEffect(
  Effect.map(Screen, screen =>
    Logger.replace(
      Logger.defaultLogger,
      Logger.make(({ logLevel, message }) => {
        const text = Text.clean((Array.isArray(message) ? message : [message]).map(String).join(" "))
        const { colour } = screen.style
        if (LogLevel.greaterThanEqual(logLevel, LogLevel.Error))
          Effect.runSync(screen.err([colour.red(`✘ ${text}`)]))
        else if (logLevel === LogLevel.Warning) Effect.runSync(screen.err([colour.yellow(`⚠ ${text}`)]))
        else Effect.runSync(screen.err([`  ${text}`]))
      })
    )
  )
)
