import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { type BfmError, RequestInvalid } from "../../domain/Errors.ts"
import type { Pipeline } from "../../pipeline/Pipeline.ts"
import * as Flag from "./Flag.ts"
import type { Screen } from "./Screen.ts"
import * as Verb from "./Verb.ts"

/** The service that carries a command out. */
export interface Address {
  readonly url: string
  readonly token: Redacted.Redacted<string>
}

/** What is known of services outside the command line. */
export interface Remote {
  /** What the environment says. */
  readonly named: Effect.Effect<
    { readonly server?: string; readonly token?: Redacted.Redacted<string> },
    BfmError
  >
  readonly layer: (address: Address) => Layer.Layer<Pipeline, BfmError>
}

const flags = {
  server: Flag.text({
    name: "server",
    value: "URL",
    help: "have it done by the service there (BFM_SERVER)"
  }),
  token: Flag.text({
    name: "token",
    value: "T",
    help: "its token (BFM_TOKEN, which no list of processes shows)"
  })
}

const read = Verb.reader(flags)
const names = new Set(Object.values(flags).map(({ name }) => `--${name}`))

/** The same command with options that say where it is carried out: here, or by a service. */
export const anywhere =
  (local: Layer.Layer<Pipeline, BfmError>, remote: Remote) =>
  (verb: Verb.Verb<BfmError, Screen | Pipeline>): Verb.Verb<BfmError, Screen> => ({
    ...verb,
    flags: [...verb.flags, ...Object.values(flags)],
    parse: Effect.fnUntraced(function* (given, operands) {
      const { ours, theirs } = divide(verb.flags, given)
      const { server, token } = yield* read(ours)
      const parsed = yield* verb.parse(theirs, operands)
      const place = Effect.map(remote.named, known => {
        const wanted = {
          server: server ?? known.server,
          token: token === undefined ? known.token : Redacted.make(token)
        }
        if (wanted.server !== undefined) {
          return Either.match(address(wanted.server, wanted.token), {
            onLeft: Layer.fail,
            onRight: remote.layer
          })
        }
        return token === undefined ? local : Layer.fail(aimless)
      })
      return { ...parsed, run: Effect.provide(parsed.run, Layer.unwrapEffect(place)) }
    })
  })

/** A command that works on the databases themselves. */
export const here =
  <Env>(env: Layer.Layer<Env, BfmError>, remote: Remote) =>
  (verb: Verb.Verb<BfmError, Screen | Env>): Verb.Verb<BfmError, Screen> => ({
    ...verb,
    parse: (given, operands) =>
      Effect.map(verb.parse(given, operands), parsed => ({
        ...parsed,
        run: Effect.flatMap(remote.named, ({ server }) =>
          server === undefined ? Effect.provide(parsed.run, env) : invalid(elsewhere(verb.words))
        )
      }))
  })

const invalid = (problem: string) => new RequestInvalid({ problems: [problem] })

const aimless = invalid("--token is for a service: say which one with --server URL")

const elsewhere = (words: ReadonlyArray<string>): string =>
  `BFM_SERVER is set, and bfm ${words.join(" ")} is not done by a service: unset it and say it where the databases can be reached`

/** Options whose values may look like anything. */
const divide = (known: ReadonlyArray<Flag.Shape>, given: ReadonlyArray<string>) => {
  const valued = new Set(known.filter(({ value }) => value !== undefined).map(({ name }) => `--${name}`))
  const ours: Array<string> = []
  const theirs: Array<string> = []
  for (let at = 0; at < given.length; at++) {
    const option = given[at] ?? ""
    const words = names.has(option) || valued.has(option) ? [option, given[++at] ?? ""] : [option]
    if (names.has(option)) ours.push(...words)
    else theirs.push(...words)
  }
  return { ours, theirs }
}

const address = (
  server: string,
  token: Redacted.Redacted<string> | undefined
): Either.Either<Address, RequestInvalid> => {
  const url = URL.canParse(server) ? new URL(server) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    return Either.left(
      invalid("the server is a URL like https://bfm.example.com:7070 (--server, BFM_SERVER)")
    )
  }
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    return Either.left(invalid("the server's URL ends with its path, and has no password: that is BFM_TOKEN"))
  }
  if (token === undefined) {
    return Either.left(invalid("a service wants a token: set BFM_TOKEN, or say --token T"))
  }
  if (!/^[\x21-\x7e]+$/.test(Redacted.value(token))) {
    return Either.left(invalid("the token has characters that no token has (--token, BFM_TOKEN)"))
  }
  return Either.right({ url: `${url.origin}${url.pathname.replace(/\/+$/, "")}`, token })
}
