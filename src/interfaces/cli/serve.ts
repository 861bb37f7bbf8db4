import * as Effect from "effect/Effect"
import { type BfmError, NotSupported } from "../../domain/Errors.ts"
import type { Screen } from "./Screen.ts"
import * as Verb from "./Verb.ts"

/**
 * A program that goes on until it is told to stop. It is a bundle of its own, which the launcher loads; `undefined` in
 * the one that does everything else.
 */
export type Lasting = Effect.Effect<number, BfmError, Screen> | undefined

const make = (word: string, summary: string, lasting: Lasting) =>
  Verb.make(
    { words: [word], summary, examples: [`bfm ${word}`], flags: {} },
    Effect.fn(`cli.${word}`)(function* () {
      return yield* lasting ??
        new NotSupported({
          connection: "",
          action: word,
          reason: "this is not the launcher: start bin/bfm"
        })
    })
  )

/** `serve`: HTTP and gRPC, until it is told to stop. */
export const serve = (lasting: Lasting) =>
  make("serve", "run the service: HTTP and gRPC, until it is told to stop", lasting)

/** `worker`: carries out what services have queued. */
export const worker = (lasting: Lasting) =>
  make("worker", "carry out what services have queued, until it is told to stop", lasting)

/** `dev`: `serve` for whoever tries it, with nothing but the embedded database. */
export const dev = (lasting: Lasting) =>
  make("dev", "try it: the page and everything else on the embedded database, with a token", lasting)
