import * as Schema from "effect/Schema"
import type { DownRequest } from "../../domain/Request.ts"
import * as Optional from "./Optional.ts"

/** `POST /api/v1/migrations/{id}/rollback`; the body may be left out. */
export const RollbackRequest = Schema.Struct({ schemas: Optional.texts }).annotations({
  identifier: "RollbackRequest",
  examples: [{ schemas: ["tenant_a"] }]
})
export type RollbackRequest = typeof RollbackRequest.Type

export const toDown = (id: string, request: RollbackRequest): DownRequest => ({
  id,
  schemas: Optional.named(request.schemas),
  variables: {},
  cascade: false,
  generated: false,
  ignore_dependencies: false
})
