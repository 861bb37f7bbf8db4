import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import type { TestProject } from "vitest/node"
import * as Debian from "./fixtures/Debian.ts"
import * as MariadbServer from "./fixtures/MariadbServer.ts"
import * as TestServer from "./fixtures/TestServer.ts"

declare module "vitest" {
  export interface ProvidedContext {
    postgresql: TestServer.Address
    mariadb: TestServer.Address
  }
}

/** The servers are installed, and a throw-away PostgreSQL and MariaDB are started for the whole run. */
export default async (project: TestProject): Promise<() => Promise<void>> => {
  Debian.install()
  const scope = await Effect.runPromise(Scope.make())
  const servers = Effect.all([TestServer.start, MariadbServer.start], { concurrency: "unbounded" })
  const [postgresql, mariadb] = await Effect.runPromise(Scope.extend(servers, scope))
  project.provide("postgresql", postgresql)
  project.provide("mariadb", mariadb)
  return () => Effect.runPromise(Scope.close(scope, Exit.void))
}
