import * as Redacted from "effect/Redacted"
import type { Environment } from "./Reader.ts"

/** A service that carries out what a command asks for. */
export interface Named {
  /** `BFM_SERVER`. */
  readonly server?: string
  /** `BFM_TOKEN`. */
  readonly token?: Redacted.Redacted<string>
}

export const variables = ["BFM_SERVER", "BFM_TOKEN"]

export const named = (environment: Environment): Named => {
  const server = environment["BFM_SERVER"]?.trim() ?? ""
  const token = environment["BFM_TOKEN"]?.trim() ?? ""
  return {
    ...(server === "" ? {} : { server }),
    ...(token === "" ? {} : { token: Redacted.make(token) })
  }
}
