import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Redacted from "effect/Redacted"
import { type ConfigInvalid, TooManyAttempts, Unauthenticated } from "../../domain/Errors.ts"
import { Identity } from "../../ports/Identity.ts"
import * as Attempts from "./Attempts.ts"
import * as Known from "./Known.ts"
import * as Token from "./Token.ts"

/** Requests that nobody known was behind. */
export const failures = Metric.counter("bfm_auth_failures_total", {
  description: "Requests without a token, with one that is not known, or after too many of those",
  incremental: true
})

const make = Effect.fnUntraced(function* (sources: Known.Sources) {
  const tokens = yield* Known.watch(sources)
  const attempts = Attempts.make()

  const blocked = (milliseconds: number) =>
    Effect.zipRight(
      Metric.increment(failures),
      new TooManyAttempts({ retry_after: Math.ceil(milliseconds / 1_000) })
    )
  const refused = (reason: string, address: string, delay: number) =>
    Metric.increment(failures).pipe(
      Effect.zipRight(Effect.logWarning(`authentication failed for ${address}: ${reason}`)),
      Effect.zipRight(Effect.sleep(delay)),
      Effect.zipRight(new Unauthenticated({ reason }))
    )

  // Done for every request: it makes no span.
  const authenticate = Effect.fnUntraced(function* (
    presented: Redacted.Redacted<string> | undefined,
    address: string
  ) {
    // Nothing was guessed: whoever has no token may be told so as often as they like.
    if (presented === undefined) return yield* refused("missing Authorization header", address, 0)
    const found = Token.find(tokens(), Token.digestOf(Redacted.value(presented)))
    const wait = yield* attempts.blockedFor(address)
    const trusted = found !== undefined && (yield* attempts.isTrusted(address, found.principal.name))
    // The others behind the same proxy go on working.
    if (wait > 0 && !trusted) return yield* blocked(wait)
    if (found === undefined) {
      return yield* refused("invalid API token", address, yield* attempts.failed(address))
    }
    yield* attempts.succeeded(address, found.principal.name)
    return found.principal
  })
  return Identity.of({ authenticate })
})

/** Identity by named tokens. Fails when the tokens file is not valid, with everything that is wrong with it. */
export const layer = (sources: Known.Sources): Layer.Layer<Identity, ConfigInvalid> =>
  Layer.scoped(Identity, make(sources))
