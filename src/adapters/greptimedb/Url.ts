import * as Either from "effect/Either"

/** What an `http(s)://` URL says of a GreptimeDB; what it leaves out is absent. */
export interface UrlParts {
  readonly tls: boolean
  readonly host: string
  readonly port?: number
  readonly username?: string
  readonly password?: string
  readonly database?: string
}

/**
 * `https://user:password@host:4000/database`, each part percent-encoded. Left: everything that is wrong,
 * without any part of the text.
 */
export const parse = (text: string): Either.Either<UrlParts, ReadonlyArray<string>> => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  // A `/` or `@` left in the path may be the end of a password that was not encoded.
  if (url === undefined || !/^https?:$/.test(url.protocol) || /[/@]/.test(url.pathname.slice(1))) {
    return Either.left([
      "must look like http://user:password@host:4000/database or https://…, with @ : / ? # % and blanks in its parts percent-encoded"
    ])
  }
  const problems: Array<string> = []
  if (url.search !== "" || url.hash !== "") problems.push("has parameters; none is known")
  const part = (name: string, raw: string): string | undefined => {
    if (raw === "") return undefined
    const value = Either.getOrUndefined(Either.try(() => decodeURIComponent(raw)))
    if (value === undefined) problems.push(`has a ${name} with a % that is not part of a percent-encoding`)
    return value
  }
  const tls = url.protocol === "https:"
  const username = part("user name", url.username)
  const password = part("password", url.password)
  const database = part("database", url.pathname.replace(/^\//, ""))
  // The port that a protocol has by itself is left out by the parser: somebody wrote it all the same.
  const port = url.port === "" ? written(text, tls) : Number(url.port)
  const parts: UrlParts = {
    tls,
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    ...(port === undefined ? {} : { port }),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(database === undefined ? {} : { database })
  }
  return problems.length === 0 ? Either.right(parts) : Either.left(problems)
}

const written = (text: string, tls: boolean): number | undefined => {
  const port = tls ? 443 : 80
  return new RegExp(`^\\w+://[^/?#]*:${port}(?:[/?#]|$)`).test(text) ? port : undefined
}
