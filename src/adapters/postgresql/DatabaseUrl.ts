import * as Either from "effect/Either"
import { type Tls, tlsModes } from "./Settings.ts"

/** What a `postgres://` URL says; what it leaves out is absent. */
export interface UrlParts {
  readonly host?: string
  readonly port?: number
  readonly username?: string
  readonly password?: string
  readonly database?: string
  readonly tls?: Tls
  readonly rootCertificate?: string
  readonly certificate?: string
  readonly key?: string
}

const parameters = ["host", "sslmode", "sslrootcert", "sslcert", "sslkey"]

/** The words with which the URLs of one kind of server begin, and its usual port. */
export interface Scheme {
  readonly names: readonly [string, string]
  readonly port: number
}

export const postgresql: Scheme = { names: ["postgres", "postgresql"], port: 5432 }
export const mysql: Scheme = { names: ["mysql", "mariadb"], port: 3306 }

/**
 * `postgres://user:password@host:port/database?sslmode=…&sslrootcert=…&sslcert=…&sslkey=…`, each part percent-encoded.
 * A unix socket is `postgres://user@/database?host=/run/postgresql`, or its directory encoded in the host's place. MySQL
 * has the file of the socket there.
 * Left: everything that is wrong, without any part of the text.
 */
export const parse = (
  text: string,
  { names, port }: Scheme = postgresql
): Either.Either<UrlParts, ReadonlyArray<string>> => {
  const url = read(text)
  // A `/` or `@` left in the path may be the end of a password that was not encoded.
  if (url === undefined || /[/@]/.test(url.pathname.slice(1))) {
    return Either.left([
      `must look like ${names[0]}://user:password@host:${port}/database, with @ : / ? # % and blanks in its parts percent-encoded`
    ])
  }
  const problems: Array<string> = []
  if (!names.some(name => url.protocol === `${name}:`)) {
    problems.push(`must begin with ${names.map(name => `${name}://`).join(" or ")}`)
  }
  // Not by its name: a password that was not encoded may have become one.
  if ([...url.searchParams.keys()].some(name => !parameters.includes(name))) {
    problems.push(`has a parameter that is not supported; known are ${parameters.join(", ")}`)
  }
  const mode = url.searchParams.get("sslmode") ?? undefined
  const tls = tlsModes.find(known => known === mode)
  if (mode !== undefined && tls === undefined) {
    problems.push(`has an unknown sslmode; use one of ${tlsModes.join(", ")}`)
  }
  const parts = { ...decoded(url, problems), ...(tls === undefined ? {} : { tls }) }
  return problems.length === 0 ? Either.right(parts) : Either.left(problems)
}

/** The URL parser wants a host: `user@/database` and `///database` get one that is taken away again. */
const noHost = "no-host.invalid"

const read = (text: string): URL | undefined => {
  const filled = text.replace(/^([a-z]+:\/\/[^/?#]*@|[a-z]+:\/\/)(?=[/?:]|$)/i, `$1${noHost}`)
  return URL.canParse(filled) ? new URL(filled) : undefined
}

const decoded = (url: URL, problems: Array<string>): UrlParts => {
  const part = (name: string, raw: string): string | undefined => {
    if (raw === "") return undefined
    const value = unencoded(raw)
    if (value === undefined) problems.push(`has a ${name} with a % that is not part of a percent-encoding`)
    return value
  }
  const username = part("user name", url.username)
  const password = part("password", url.password)
  const database = part("database", url.pathname.replace(/^\//, ""))
  const authority = url.hostname === noHost ? undefined : part("host", url.hostname)
  const host = url.searchParams.get("host") ?? authority?.replace(/^\[(.*)\]$/, "$1")
  const [rootCertificate, certificate, key] = ["sslrootcert", "sslcert", "sslkey"].map(name =>
    url.searchParams.get(name)
  )
  if (host?.includes(",") === true) problems.push("names several hosts; give one")
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(database === undefined ? {} : { database }),
    ...(host === undefined || host === "" ? {} : { host }),
    ...(url.port === "" ? {} : { port: Number(url.port) }),
    ...(rootCertificate ? { rootCertificate } : {}),
    ...(certificate ? { certificate } : {}),
    ...(key ? { key } : {})
  }
}

const unencoded = (raw: string): string | undefined =>
  /%(?![0-9a-f]{2})/i.test(raw)
    ? undefined
    : Either.getOrUndefined(Either.try({ try: () => decodeURIComponent(raw), catch: () => undefined }))
