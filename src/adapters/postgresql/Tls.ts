import * as fs from "node:fs"
import { type ConnectionOptions, createSecureContext } from "node:tls"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { reasonOf } from "../store/Reason.ts"
import type { Server } from "./Settings.ts"

/** What the files hold, in PEM. */
export interface Certificates {
  /** Signed the server's certificate; the system's authorities when absent. */
  readonly ca?: string
  /** What is shown to a server that wants to see one. */
  readonly cert?: string
  readonly key?: string
}

/** A file for TLS cannot be read, or is not what it should be. */
export class CertificateUnreadable extends Data.TaggedError("CertificateUnreadable")<{
  readonly reason: string
}> {
  override get message() {
    return this.reason
  }
}

/**
 * Reads the files, and finds out whether they can be used, before anything is dialled. What comes back reads them again
 * for each session, as certificates are renewed while a service runs; it keeps what it had while they cannot be used.
 */
export const open = (server: Server): Effect.Effect<() => Certificates, CertificateUnreadable> =>
  Effect.map(
    Effect.suspend(() => read(server)),
    first => {
      let last = first
      return () => {
        last = Either.getOrElse(read(server), () => last)
        return last
      }
    }
  )

const read = (server: Server): Either.Either<Certificates, CertificateUnreadable> =>
  Either.gen(function* () {
    const { rootCertificate, certificate, key } = server
    const found = {
      ...(rootCertificate === undefined ? {} : { ca: yield* content("root certificate", rootCertificate) }),
      ...(certificate === undefined ? {} : { cert: yield* content("certificate", certificate) }),
      ...(key === undefined ? {} : { key: yield* content("certificate's key", key) })
    }
    // To ask costs time where nothing is there: Node reads all of the system's authorities then.
    if (found.ca !== undefined) yield* usable(`the root certificate ${rootCertificate}`, { ca: found.ca })
    if (found.cert !== undefined || found.key !== undefined) {
      const { cert, key: secret } = found
      yield* usable(`the certificate ${certificate} with the key ${key}`, { cert, key: secret })
    }
    return found
  })

const content = (what: string, path: string) =>
  Either.try({
    try: () => fs.readFileSync(path, "utf8"),
    catch: error => new CertificateUnreadable({ reason: `the ${what} ${path} ${reasonOf(error)}` })
  })

const usable = (what: string, part: { readonly [Name in keyof Certificates]: string | undefined }) =>
  Either.try({
    try: () => createSecureContext(part),
    catch: error => {
      const reason = error instanceof Error ? error.message.replace(/^error:\w+:/, "") : String(error)
      return new CertificateUnreadable({ reason: `${what} cannot be used: ${reason}` })
    }
  })

/** As libpq does it: `require` checks the chain too when a root certificate is given. */
export const options = (server: Server, certificates: Certificates): false | ConnectionOptions => {
  // libpq does not encrypt over a unix socket either.
  if (server.tls === "disable" || server.host.startsWith("/")) return false
  if (server.tls === "verify-full") return { rejectUnauthorized: true, ...certificates }
  if (server.tls === "verify-ca" || (server.tls === "require" && certificates.ca !== undefined)) {
    return { rejectUnauthorized: true, checkServerIdentity: () => undefined, ...certificates }
  }
  return { rejectUnauthorized: false, ...certificates }
}
