import { readFile } from "node:fs/promises"
import { createSecureContext } from "node:tls"
import * as Effect from "effect/Effect"
import { reasonOf } from "../adapters/store/Reason.ts"
import { ConfigInvalid } from "../domain/Errors.ts"
import type { ServerConfig } from "./Server.ts"

/** A certificate (with its chain) and its key, in PEM. */
export interface Identity {
  readonly certificate: string
  readonly key: string
}

/** Reads what `BFM_TLS_CERT` and `BFM_TLS_KEY` name; fails also when the two do not belong together. */
export const read = (files: NonNullable<ServerConfig["tls"]>): Effect.Effect<Identity, ConfigInvalid> =>
  Effect.gen(function* () {
    const [certificate, key] = yield* Effect.all([
      content("BFM_TLS_CERT", files.certificate),
      content("BFM_TLS_KEY", files.key)
    ])
    yield* Effect.try({
      try: () => createSecureContext({ cert: certificate, key }),
      catch: () => invalid("BFM_TLS_CERT", "and BFM_TLS_KEY are not a certificate in PEM and its key")
    })
    return { certificate, key }
  })

const content = (variable: string, path: string) =>
  Effect.tryPromise({
    try: () => readFile(path, "utf8"),
    catch: error => invalid(variable, `names ${path}, which ${reasonOf(error)}`)
  })

const invalid = (variable: string, reason: string) => new ConfigInvalid({ problems: [{ variable, reason }] })
