import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Effect from "effect/Effect"
import { Forbidden } from "../../domain/Errors.ts"
import { Snapshot } from "../../pipeline/report/Snapshot.ts"
import * as Status from "../../pipeline/report/Status.ts"
import * as Tenants from "../../pipeline/report/Tenants.ts"
import * as Validation from "../../pipeline/report/Validation.ts"
import { Connections } from "../../ports/Connections.ts"
import { Caller } from "./Access.ts"
import { Api } from "./Api.ts"
import { permit } from "./Begin.ts"
import * as Paging from "./Paging.ts"

/** The connections that are asked for; of a caller that may not see all, those that it may. */
const seen = Effect.fnUntraced(function* (named: ReadonlyArray<string> = []) {
  const { connections: permitted } = yield* Caller
  yield* permit("read", named)
  if (named.length > 0 || permitted === undefined) return named
  const { configured } = yield* Connections
  const visible = permitted.filter(name => configured.has(name))
  // No names at all would mean every connection.
  if (visible.length === 0)
    return yield* new Forbidden({ reason: "the token may touch no connection that there is" })
  return visible
})

export const layer = HttpApiBuilder.group(Api, "reports", handlers =>
  handlers
    .handle("status", ({ urlParams: { connection, schema } }) =>
      Effect.flatMap(seen(connection), connections => Status.report({ connections, schemas: schema ?? [] }))
    )
    .handle("tenants", ({ urlParams: { connection, standing, ...bounds } }) =>
      Effect.gen(function* () {
        const report = yield* Tenants.report({ connections: yield* seen(connection) })
        return yield* Tenants.page(report, Paging.page(bounds, 100), standing)
      })
    )
    .handle("validate", ({ urlParams: { connection, id } }) =>
      Effect.flatMap(seen(connection), connections => Validation.report({ ids: id ?? [], connections }))
    )
    .handle("sources", () =>
      Effect.gen(function* () {
        const { connections } = yield* Caller
        const { catalog } = yield* (yield* Snapshot).current
        const sees = (connection: string) => connections?.includes(connection) !== false
        return {
          problems: catalog.problems.filter(({ path }) => sees(path.split("/")[1] ?? "")),
          total: catalog.migrations.filter(({ connection }) => sees(connection)).length
        }
      })
    )
)
