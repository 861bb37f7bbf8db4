import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import type * as Config from "../src/Config.ts"
import * as RenderDev from "../src/interfaces/cli/RenderDev.ts"
import * as Screen from "../src/interfaces/cli/Screen.ts"
import * as Service from "../src/Service.ts"
import { lasting, program } from "./program.mts"

/** What the build puts beside the programs. */
export const shipped: Service.Shipped = {
  version: program.version,
  page: fileURLToPath(new URL("./ui/", import.meta.url))
}

type Kind = Parameters<typeof Service.dev>[1]

/** A service for whoever tries it: says where it is, and goes on until it is told to stop. */
export const tried = (kind: Kind, more: ReadonlyArray<string>) =>
  Effect.flatMap(Screen.Screen, screen =>
    lasting(stop => Service.dev(shipped, kind, told(screen, kind, more), stop))
  )

const told =
  (screen: Screen.Screen["Type"], kind: Kind, more: ReadonlyArray<string>) =>
  (dev: Config.DevConfig, listening: Service.Listening) =>
    screen.out([
      ...(kind === "embedded"
        ? [
            `  Everything is embedded, with its data in ${dev.config.dataDir}; what is pending is applied.`,
            ""
          ]
        : []),
      ...RenderDev.lines(screen.style, { ...dev, ...listening }),
      ...more,
      "",
      "  Ctrl-C ends it."
    ])
