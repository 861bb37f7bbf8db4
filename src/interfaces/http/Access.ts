import * as HttpApiMiddleware from "@effect/platform/HttpApiMiddleware"
import * as HttpApiSecurity from "@effect/platform/HttpApiSecurity"
import * as Context from "effect/Context"
import * as Schema from "effect/Schema"
import type { Principal, Scope } from "../../domain/Principal.ts"
import * as Problem from "./Problem.ts"

/** Who is behind the request that is being answered. */
export class Caller extends Context.Tag("bfm/http/Caller")<Caller, Principal>() {}

const token = HttpApiSecurity.bearer

const failure = Schema.Union(Problem.unauthenticated, Problem.forbidden, Problem.tooManyAttempts)

const options = { provides: Caller, failure, security: { token } } as const

/** The endpoint needs a token that may read. */
export class Read extends HttpApiMiddleware.Tag<Read>()("bfm/http/Read", options) {}

/** The endpoint needs a token that may apply. */
export class Migrate extends HttpApiMiddleware.Tag<Migrate>()("bfm/http/Migrate", options) {}

/** The endpoint needs a token that may roll back. */
export class RollBack extends HttpApiMiddleware.Tag<RollBack>()("bfm/http/RollBack", options) {}

/** Which scope stands behind each of them. */
export const scopes = { Read: "read", Migrate: "migrate", RollBack: "rollback" } as const satisfies Record<
  string,
  Scope
>
