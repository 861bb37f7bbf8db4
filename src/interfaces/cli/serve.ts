import * as Effect from "effect/Effect"
import { type BfmError, NotSupported } from "../../domain/Errors.ts"
import * as Verb from "./Verb.ts"

/** The service is a bundle of its own, which the launcher loads; `undefined` in the one that does everything else. */
export type Serve = Effect.Effect<number, BfmError> | undefined

const elsewhere = new NotSupported({
  connection: "",
  action: "serve",
  reason: "this is not the launcher: start bin/bfm"
})

/** `serve`: HTTP and gRPC, until it is told to stop. */
export const make = (serve: Serve) =>
  Verb.make(
    {
      words: ["serve"],
      summary: "run the service: HTTP and gRPC, until it is told to stop",
      examples: ["bfm serve"],
      flags: {}
    },
    Effect.fn("cli.serve")(function* () {
      return yield* serve ?? elsewhere
    })
  )
