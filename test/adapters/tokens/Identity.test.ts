import crypto from "node:crypto"
import { syncBuiltinESMExports } from "node:module"
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import * as Attempts from "../../../src/adapters/tokens/Attempts.ts"
import * as Tokens from "../../../src/adapters/tokens/Identity.ts"
import * as Token from "../../../src/adapters/tokens/Token.ts"
import { Identity } from "../../../src/ports/Identity.ts"
import * as Captured from "./Captured.ts"

const planted = "s3cret-Geheim"
const here = "10.0.0.1"
const there = "10.0.0.2"

const identity = Effect.map(
  Layer.build(Tokens.layer({ token: Redacted.make(planted) })),
  Context.get(Identity)
)

type Asked = Effect.Effect.Success<typeof identity>

const ask = (identity: Asked, token: string | undefined, address = here) =>
  identity.authenticate(token === undefined ? undefined : Redacted.make(token), address)

/** What the failure says, after as much time as its answer is held back. */
const failure = (identity: Asked, token: string | undefined, address = here) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(Effect.flip(ask(identity, token, address)))
    yield* TestClock.adjust("2 seconds")
    return yield* Fiber.join(fiber)
  })

describe("BFM_API_TOKEN", () => {
  it.scoped("stands for somebody called api who may do everything", () =>
    Effect.gen(function* () {
      const principal = yield* ask(yield* identity, planted)
      assert.deepStrictEqual(principal, { name: "api", scopes: ["admin"] })
    })
  )

  it.scoped("nothing else is let in, and neither the log nor the error tells what was tried", () =>
    Effect.gen(function* () {
      const log = yield* Captured.logs
      const said = yield* Effect.gen(function* () {
        const api = yield* identity
        const tried = [`${planted} `, planted.toLowerCase(), planted.slice(1), "", `${planted}${planted}`]
        return yield* Effect.forEach(tried, token => failure(api, token))
      }).pipe(Effect.provide(log.layer))
      assert.deepStrictEqual(
        said.map(({ _tag, message }) => [_tag, message]),
        said.map(() => ["Unauthenticated", "invalid API token"])
      )
      const lines = yield* log.all
      assert.deepStrictEqual(
        lines,
        said.map(() => `WARN authentication failed for ${here}: invalid API token`)
      )
      assert.notInclude(`${JSON.stringify(said)}${lines.join()}`.toLowerCase(), "geheim")
    })
  )
})

/** How often the comparison of two digests is asked for while the effect runs. */
const comparisons = <A>(effect: () => A): readonly [A, number] => {
  const original = crypto.timingSafeEqual
  let count = 0
  crypto.timingSafeEqual = (a, b) => {
    count++
    return original(a, b)
  }
  syncBuiltinESMExports()
  try {
    return [effect(), count]
  } finally {
    crypto.timingSafeEqual = original
    syncBuiltinESMExports()
  }
}

describe("comparing", () => {
  const tokens = ["a", "b", "c", "d"].map(name => ({ ...Token.api(name), principal: { name, scopes: [] } }))

  it.each([
    ["a", "a"],
    ["d", "d"],
    ["x", undefined]
  ])("looks at every token, whichever is right: %s", (text, name) => {
    const [found, count] = comparisons(() => Token.find(tokens, Token.digestOf(text)))
    assert.strictEqual(found?.principal.name, name)
    assert.strictEqual(count, tokens.length)
  })
})

/** As many failures at once as make the next attempt not looked at. */
const block = (identity: Asked, address: string) =>
  Effect.gen(function* () {
    const guesses = Array.from({ length: Attempts.limit }, (_, n) => `wrong-${n}`)
    yield* Effect.fork(
      Effect.forEach(guesses, token => Effect.flip(ask(identity, token, address)), {
        concurrency: "unbounded"
      })
    )
    yield* TestClock.adjust(0)
  })

describe("too many failures", () => {
  it.scoped("are answered later and later, then not looked at, and forgotten after a while", () =>
    Effect.gen(function* () {
      const api = yield* identity
      const before = yield* Metric.value(Tokens.failures)
      const held: Array<number> = []
      for (let n = 1; n < Attempts.limit; n++) {
        const [time] = yield* Effect.gen(function* () {
          const fiber = yield* Effect.fork(Effect.timed(Effect.flip(ask(api, "wrong"))))
          yield* TestClock.adjust("5 seconds")
          return yield* Fiber.join(fiber)
        })
        held.push(Duration.toMillis(time))
      }
      assert.deepStrictEqual(held.slice(0, 4), [0, 0, 0, 0])
      assert.deepStrictEqual(held.slice(4), [100, 200, 400, 800, 1600])
      const last = yield* Effect.fork(Effect.flip(ask(api, "wrong")))
      yield* TestClock.adjust(0)
      // Also the right token is not looked at, where it has never been used before.
      const right = yield* Effect.flip(ask(api, planted))
      assert.deepInclude(right, { _tag: "TooManyAttempts", retry_after: 1 })
      assert.strictEqual((yield* Metric.value(Tokens.failures)).count - before.count, Attempts.limit + 1)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual((yield* Fiber.join(last))._tag, "Unauthenticated")
      assert.strictEqual((yield* ask(api, planted)).name, "api")
      yield* TestClock.adjust("16 minutes")
      const [again] = yield* Effect.timed(Effect.flip(ask(api, "wrong")))
      assert.strictEqual(Duration.toMillis(again), 0)
    })
  )

  it.scoped("are counted by address, and a token that was right there before goes on", () =>
    Effect.gen(function* () {
      const api = yield* identity
      yield* ask(api, planted, here)
      yield* block(api, here)
      assert.strictEqual((yield* Effect.flip(ask(api, "wrong", here)))._tag, "TooManyAttempts")
      assert.strictEqual((yield* ask(api, planted, here)).name, "api")
      assert.strictEqual((yield* failure(api, "wrong", there))._tag, "Unauthenticated")
    })
  )

  it.scoped("no token at all is no guess: it is told at once, as often as one likes", () =>
    Effect.gen(function* () {
      const api = yield* identity
      for (let n = 0; n < 3 * Attempts.limit; n++) {
        const error = yield* Effect.flip(ask(api, undefined))
        assert.deepInclude(error, { _tag: "Unauthenticated", reason: "missing Authorization header" })
      }
    })
  )

  it.scoped("of one network of IPv6 are those of one address", () =>
    Effect.gen(function* () {
      const api = yield* identity
      const addresses = ["2001:db8::1", "2001:DB8:0:0:ffff::2", "2001:0db8::3%eth0"]
      for (const address of addresses) yield* block(api, address)
      assert.strictEqual((yield* failure(api, "wrong", "2001:db8::abcd"))._tag, "TooManyAttempts")
      assert.strictEqual((yield* failure(api, "wrong", "2001:db8:0:1::1"))._tag, "Unauthenticated")
      yield* block(api, "::ffff:10.1.1.1")
      assert.strictEqual((yield* failure(api, "wrong", "10.1.1.1"))._tag, "TooManyAttempts")
    })
  )

  it("of very many sources do not fill the memory: the oldest are forgotten", () => {
    const attempts = Attempts.make()
    const fail = () => {
      for (let n = 0; n < Attempts.limit; n++) attempts.failed(here, 0)
    }
    fail()
    for (let n = 0; n < 10_000; n++) attempts.failed(`host-${n}`, 0)
    assert.strictEqual(attempts.blockedFor(here, 0), 0)
    fail()
    assert.isAbove(attempts.blockedFor(here, 0), 0)
  })
})
