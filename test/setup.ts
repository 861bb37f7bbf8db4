import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import type { TestProject } from "vitest/node"
import * as Debian from "./fixtures/Debian.ts"
import * as TestServer from "./fixtures/TestServer.ts"

declare module "vitest" {
  export interface ProvidedContext {
    postgresql: TestServer.Address
  }
}

/** The servers are installed, and one throw-away PostgreSQL is started for the whole run. */
export default async (project: TestProject): Promise<() => Promise<void>> => {
  Debian.install()
  const scope = await Effect.runPromise(Scope.make())
  const address = await Effect.runPromise(Scope.extend(TestServer.start, scope))
  project.provide("postgresql", address)
  return () => Effect.runPromise(Scope.close(scope, Exit.void))
}
