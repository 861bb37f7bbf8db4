import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Redacted from "effect/Redacted"
import { type ConfigInvalid, TooManyAttempts, Unauthenticated } from "../../domain/Errors.ts"
import type { Principal } from "../../domain/Principal.ts"
import { Identity } from "../../ports/Identity.ts"
import * as Attempts from "./Attempts.ts"
import * as Known from "./Known.ts"
import { sourceOf } from "./Source.ts"
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

  const judge = (
    presented: string,
    address: string,
    now: number
  ): Effect.Effect<Principal, Unauthenticated | TooManyAttempts> => {
    const found = Token.find(tokens(), Token.digestOf(presented))
    const source = sourceOf(address)
    const wait = attempts.blockedFor(source, now)
    const trusted = found !== undefined && attempts.isTrusted(source, found.principal.name, now)
    // The others behind the same proxy go on working.
    if (wait > 0 && !trusted) return blocked(wait)
    if (found === undefined) return refused("invalid API token", address, attempts.failed(source, now))
    attempts.succeeded(source, found.principal.name, now)
    return Effect.succeed(found.principal)
  }

  return Identity.of({
    authenticate: (presented, address) =>
      presented === undefined
        ? // Nothing was guessed: whoever has no token may be told so as often as they like.
          refused("missing Authorization header", address, 0)
        : // Done for every request: it makes no span.
          Effect.flatMap(Clock.currentTimeMillis, now => judge(Redacted.value(presented), address, now)),
    revoked: principal => {
      const same = JSON.stringify(principal)
      const stands = Effect.sync(() => tokens().some(token => JSON.stringify(token.principal) === same))
      return Effect.asVoid(
        Effect.repeat(Effect.delay(stands, sources.interval ?? 1_000), { while: good => good })
      )
    }
  })
})

/** Identity by named tokens. Fails when the tokens file is not valid, with everything that is wrong with it. */
export const layer = (sources: Known.Sources): Layer.Layer<Identity, ConfigInvalid> =>
  Layer.scoped(Identity, make(sources))
