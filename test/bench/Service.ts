import * as Effect from "effect/Effect"
import { freePort } from "../fixtures/TestServer.ts"
import type { Places } from "./Bfm.ts"
import type { Context } from "./Context.ts"
import * as Programs from "./Programs.ts"

export const token = "bench-token-0123456789"

export const port = (): Promise<number> => Effect.runPromise(freePort)

/** `bfm serve` on ports of its own; it is not yet ready. `more`: further variables. */
export const start = async (
  { bfm }: Context,
  places: Places,
  more: Readonly<Record<string, string>> = {}
): Promise<Programs.Program> => {
  const [http, grpc] = [await port(), await port()]
  const serve = bfm.command(["serve"], places)
  return Programs.start(http, {
    ...serve,
    env: {
      ...serve.env,
      BFM_API_TOKEN: token,
      BFM_HTTP_PORT: String(http),
      BFM_GRPC_PORT: String(grpc),
      BFM_AUTO_MIGRATE: "false",
      ...more
    }
  })
}
