import { readFile } from "node:fs/promises"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Equal from "effect/Equal"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { ConfigInvalid } from "../../domain/Errors.ts"
import * as Token from "./Token.ts"
import * as TokensFile from "./TokensFile.ts"

/** Where tokens come from. */
export interface Sources {
  /** `BFM_API_TOKEN`. */
  readonly token?: Redacted.Redacted<string>
  /** `BFM_API_TOKENS_FILE`. */
  readonly file?: string
  /** Milliseconds between two looks at the file. */
  readonly interval?: number
}

type Tokens = ReadonlyArray<Token.Token>

/**
 * The tokens that are good now. The file is looked at again and again, by its content: mounted secrets change
 * behind a link, with any time stamp. A file that became invalid changes nothing, and the log says why.
 */
export const watch = Effect.fn("Known.watch")(function* ({ token, file, interval = 1_000 }: Sources) {
  const own = token === undefined ? [] : [Token.api(Redacted.value(token))]
  if (file === undefined) return (): Tokens => own
  let seen = yield* content(file)
  const invalid = (problems: ReadonlyArray<string>) =>
    new ConfigInvalid({
      problems: problems.map(reason => ({ variable: "BFM_API_TOKENS_FILE", reason: `${file}: ${reason}` }))
    })
  let good = yield* Either.mapLeft(decode(seen, own), invalid)
  const look = Effect.gen(function* () {
    const now = yield* content(file)
    if (Equal.equals(now, seen)) return
    seen = now
    const decoded = decode(now, own)
    if (Either.isRight(decoded)) good = decoded.right
    yield* Either.match(decoded, {
      onRight: () => Effect.logInfo(`${file} was read again`),
      onLeft: problems =>
        Effect.logWarning(`${file} is not valid, the tokens before it stay good: ${problems.join("; ")}`)
    })
  })
  yield* Effect.forkScoped(Effect.repeat(look, Schedule.spaced(interval)))
  return (): Tokens => good
})

/** The text of the file, or why there is none. */
const content = (file: string): Effect.Effect<Either.Either<string, string>> =>
  Effect.either(
    Effect.tryPromise({
      try: () => readFile(file, "utf8"),
      catch: cause => `cannot be read (${Object(cause).code})`
    })
  )

const decode = (found: Either.Either<string, string>, own: Tokens) =>
  Either.flatMap(
    Either.mapLeft(found, reason => [reason]),
    text => TokensFile.decode(text, own)
  )
