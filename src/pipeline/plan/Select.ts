import * as Either from "effect/Either"
import * as Backend from "../../domain/Backend.ts"
import { RequestInvalid } from "../../domain/Errors.ts"
import { canonical } from "../../domain/Identity.ts"
import type { Migration } from "../../domain/Migration.ts"
import type { UpRequest } from "../../domain/Request.ts"
import type { SchemaSelector } from "../../domain/SchemaSelector.ts"
import * as Tag from "../../domain/Tag.ts"
import type { Connection } from "../../ports/Connections.ts"
import * as Scope from "./Scope.ts"

/** A target with every part understood. */
export interface Selection {
  readonly backend: Backend.Backend | undefined
  readonly schema: string | undefined
  readonly tables: ReadonlySet<string>
  readonly version: string | undefined
  readonly to: string | undefined
  readonly connections: ReadonlySet<string>
  readonly tags: Tag.Tags
  /** Canonical, once they are known to exist. */
  readonly ids: ReadonlySet<string>
  /** The schemas that the request means: names, patterns, or all tenants. */
  readonly schemas: ReadonlyArray<SchemaSelector>
  /** The target names single migrations (by id, version, table or tag), not a whole connection. */
  readonly named: boolean
}

const version = /^\d{14}$/

/** Understands a request, or says everything that is wrong with it. */
export const parse = (request: UpRequest): Either.Either<Selection, RequestInvalid> => {
  const problems: Array<string> = []
  const { target } = request
  const backend = target.backend === undefined ? undefined : Backend.parse(target.backend)
  if (target.backend !== undefined && backend === undefined) {
    problems.push(`target.backend: ${target.backend} is not one of ${Backend.all.join(", ")}`)
  }
  const versions = [["target.version", target.version] as const, ["to", request.to] as const]
  for (const [field, value] of versions) {
    if (value !== undefined && !version.test(value)) {
      problems.push(`${field}: ${value} is not a version (14 digits, YYYYMMDDHHMMSS)`)
    }
  }
  const tags: Record<string, string> = {}
  for (const [index, text] of target.tags.entries()) {
    const tag = Tag.parse(text)
    if (tag === undefined)
      problems.push(`tags[${index}]: ${text.trim() === "" ? "empty tag" : "tag must be key=value"}`)
    else tags[tag[0]] = tag[1]
  }
  const schemas = Scope.parse(request.schemas)
  if (Either.isLeft(schemas)) problems.push(...schemas.left.problems)
  if (Either.isLeft(schemas) || problems.length > 0) return Either.left(new RequestInvalid({ problems }))
  return Either.right({
    backend,
    schema: target.schema,
    tables: new Set(target.tables),
    version: target.version,
    to: request.to,
    connections: new Set(target.connections),
    tags,
    ids: new Set(target.ids),
    schemas: schemas.right,
    named: [target.version ?? [], target.tables, target.tags, target.ids ?? []].some(part => part.length > 0)
  })
}

/** Whether the selection means this migration of this connection. */
export const matches = (
  selection: Selection,
  scope: Scope.Scope,
  migration: Migration,
  connection: Connection
): boolean =>
  (selection.backend === undefined || selection.backend === migration.backend) &&
  (selection.ids.size === 0 || selection.ids.has(canonical(migration))) &&
  (selection.connections.size === 0 || selection.connections.has(migration.connection)) &&
  (selection.version === undefined || selection.version === migration.version) &&
  (selection.to === undefined || migration.version <= selection.to) &&
  (selection.schema === undefined || inSchema(selection, scope, migration, connection)) &&
  (selection.tables.size === 0 || (migration.table !== undefined && selection.tables.has(migration.table))) &&
  Tag.matches(migration.tags, selection.tags)

/** `target.schema` means the declared schema, the connection's default, or one that the request names. */
const inSchema = (
  selection: Selection,
  scope: Scope.Scope,
  migration: Migration,
  connection: Connection
): boolean => {
  const wanted = selection.schema
  if (wanted === undefined) return true
  if (migration.schema._tag === "Fixed") return migration.schema.name === wanted
  return scope.has(wanted) || (migration.schema._tag === "Unspecified" && connection.schema === wanted)
}
