import { readFile } from "node:fs/promises"
import * as tls from "node:tls"
import * as Effect from "effect/Effect"
import { Misconfigured } from "./Fault.ts"
import type { EtcdSettings, TlsFiles } from "./Settings.ts"

/** What the files hold. */
export type Certificates = { readonly [Name in keyof TlsFiles]?: Buffer }

/** Reads the files, and finds out whether they can be used, before anything is dialled. */
export const load = Effect.fn("Tls.load")(function* ({ files }: EtcdSettings) {
  const certificates: { -readonly [Name in keyof Certificates]: Buffer } = {}
  for (const name of ["ca", "cert", "key"] as const) {
    const file = files[name]
    if (file !== undefined) certificates[name] = yield* read(name, file)
  }
  if (certificates.ca !== undefined) yield* usable("ca", { ca: certificates.ca })
  if (certificates.cert !== undefined) yield* usable("cert", { cert: certificates.cert })
  if (certificates.key !== undefined) yield* usable("key", certificates)
  return certificates
})

const read = (name: keyof TlsFiles, file: string) =>
  Effect.tryPromise({
    try: () => readFile(file),
    catch: cause => {
      const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause)
      return new Misconfigured({ variable: name, reason: `cannot be read: ${file} (${code})` })
    }
  })

const usable = (name: keyof TlsFiles, certificates: Certificates) =>
  Effect.try({
    try: () => tls.createSecureContext(certificates),
    catch: cause => {
      const reason = cause instanceof Error ? cause.message.replace(/^error:\w+:/, "") : String(cause)
      return new Misconfigured({ variable: name, reason: `is not what it should be: ${reason}` })
    }
  })
