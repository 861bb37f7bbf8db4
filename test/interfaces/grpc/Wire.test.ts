import { readFileSync } from "node:fs"
import type { DescMessage, DescMethod } from "@bufbuild/protobuf"
import { assert, describe, it } from "@effect/vitest"
import type * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"
import * as Plan from "../../../src/domain/Plan.ts"
import * as Run from "../../../src/domain/Run.ts"
import { ConnectionStatus } from "../../../src/domain/Status.ts"
import * as Generated from "../../../src/interfaces/grpc/generated/migration_pb.ts"
import { file_migration, MigrationService } from "../../../src/interfaces/grpc/generated/migration_pb.ts"
import { Execution } from "../../../src/interfaces/wire/Execution.ts"
import { HealthResponse } from "../../../src/interfaces/wire/HealthResponse.ts"
import { HistoryItem } from "../../../src/interfaces/wire/HistoryItem.ts"
import { MigrateDownRequest } from "../../../src/interfaces/wire/MigrateDownRequest.ts"
import { MigrateRequest } from "../../../src/interfaces/wire/MigrateRequest.ts"
import { MigrateResponse } from "../../../src/interfaces/wire/MigrateResponse.ts"
import { MigrateUpRequest } from "../../../src/interfaces/wire/MigrateUpRequest.ts"
import { MigrationDetail } from "../../../src/interfaces/wire/MigrationDetail.ts"
import { MigrationItem } from "../../../src/interfaces/wire/MigrationItem.ts"
import { MigrationStatus } from "../../../src/interfaces/wire/MigrationStatus.ts"
import { ReindexResponse } from "../../../src/interfaces/wire/ReindexResponse.ts"
import { RollbackResponse } from "../../../src/interfaces/wire/RollbackResponse.ts"
import { RunRequest } from "../../../src/interfaces/wire/RunRequest.ts"
import { Skipped } from "../../../src/interfaces/wire/Skipped.ts"

/** The messages as the Go service has them: `name number`, `r` repeated; a text where nothing is said. */
const predecessor: Readonly<Record<string, string>> = {
  MigrationTarget: "backend=1, schema=2, repeated tables=3, version=4, connection=5, repeated tags=6",
  MigrateRequest:
    "message target=1, connection=2, schema=3, schema_name=4, bool dry_run=5, bool ignore_dependencies=6",
  MigrateResponse: "bool success=1, repeated applied=2, repeated skipped=3, repeated errors=4",
  MigrateProgress: "migration_id=1, status=2, message=3, int32 progress=4",
  MigrateDownRequest: "migration_id=1, repeated schemas=2, bool dry_run=3, bool ignore_dependencies=4",
  ListMigrationsRequest: "schema=1, table=2, connection=3, backend=4, status=5, version=6",
  ListMigrationsResponse: "repeated message items=1, int32 total=2",
  MigrationListItem:
    "migration_id=1, schema=2, table=3, version=4, name=5, connection=6, backend=7, bool applied=8, status=9, applied_at=10, error_message=11, repeated tags=12",
  GetMigrationRequest: "migration_id=1",
  GetMigrationStatusRequest: "migration_id=1",
  IsMigrationAppliedRequest: "migration_id=1",
  GetMigrationHistoryRequest: "migration_id=1",
  MigrationDetailResponse:
    "migration_id=1, schema=2, table=3, version=4, name=5, connection=6, backend=7, bool applied=8, up_sql=9, down_sql=10, repeated dependencies=11, repeated message structured_dependencies=12, repeated tags=13",
  DependencyResponse: "connection=1, schema=2, target=3, target_type=4, requires_table=5, requires_schema=6",
  MigrationStatusResponse: "migration_id=1, status=2, bool applied=3, applied_at=4, error_message=5",
  IsMigrationAppliedResponse: "bool applied=1",
  MigrationHistoryResponse: "migration_id=1, repeated message history=2",
  MigrationHistoryItem:
    "migration_id=1, schema=2, table=3, version=4, connection=5, backend=6, applied_at=7, status=8, error_message=9, executed_by=10, execution_method=11, execution_context=12",
  RollbackMigrationRequest: "migration_id=1, repeated schemas=2",
  RollbackResponse: "bool success=1, message=2, repeated errors=3",
  ReindexMigrationsRequest: "sfm_path=1",
  ReindexResponse: "repeated added=1, repeated removed=2, repeated updated=3, int32 total=4",
  HealthRequest: "",
  HealthResponse: "status=1, map checks=2"
}

const kindOf = (field: DescMessage["fields"][number]): string => {
  if (field.fieldKind === "map") return "map "
  if (field.fieldKind === "message") return "message "
  if (field.fieldKind === "list") return field.listKind === "message" ? "repeated message " : "repeated "
  return field.fieldKind === "scalar"
    ? ({ 9: "", 8: "bool ", 5: "int32 " }[field.scalar as number] ?? "? ")
    : "? "
}

describe("messages of earlier versions", () => {
  it.each(Object.entries(predecessor))("%s has its fields under their numbers", (name, fields) => {
    const found = file_migration.messages
      .find(message => message.name === name)
      ?.fields.map(field => `${kindOf(field)}${field.name}=${field.number}`)
    const wanted = fields === "" ? [] : fields.split(", ")
    assert.deepStrictEqual(found?.slice(0, wanted.length), wanted)
  })

  it("methods take and give the same messages", () => {
    const old =
      "Migrate MigrateRequest MigrateResponse, StreamMigrate MigrateRequest MigrateProgress, MigrateDown MigrateDownRequest MigrateResponse, ListMigrations ListMigrationsRequest ListMigrationsResponse, GetMigration GetMigrationRequest MigrationDetailResponse, GetMigrationStatus GetMigrationStatusRequest MigrationStatusResponse, IsMigrationApplied IsMigrationAppliedRequest IsMigrationAppliedResponse, GetMigrationHistory GetMigrationHistoryRequest MigrationHistoryResponse, RollbackMigration RollbackMigrationRequest RollbackResponse, ReindexMigrations ReindexMigrationsRequest ReindexResponse, Health HealthRequest HealthResponse"
    const found = MigrationService.methods.map(
      ({ name, input, output }: DescMethod) => `${name} ${input.name} ${output.name}`
    )
    assert.deepStrictEqual(
      old.split(", ").filter(method => !found.includes(method)),
      []
    )
    assert.strictEqual(MigrationService.typeName, "migration.MigrationService")
    assert.strictEqual(MigrationService.method.streamMigrate.methodKind, "server_streaming")
  })
})

/** What a shape has at the top, whatever its kind. */
const propertiesOf = (ast: AST.AST): ReadonlyArray<string> => {
  if (AST.isUnion(ast)) return [...new Set(ast.types.flatMap(propertiesOf))]
  if (AST.isTransformation(ast)) return propertiesOf(ast.from)
  return AST.getPropertySignatures(ast).map(({ name }) => String(name))
}

describe("what HTTP says", () => {
  const shapes: ReadonlyArray<readonly [Schema.Schema.All, DescMessage]> = [
    [MigrateRequest, Generated.MigrateRequestSchema],
    [MigrateUpRequest, Generated.MigrateUpRequestSchema],
    [MigrateDownRequest, Generated.MigrateDownRequestSchema],
    [RunRequest, Generated.RunRequestSchema],
    [MigrateResponse, Generated.MigrateResponseSchema],
    [RollbackResponse, Generated.RollbackResponseSchema],
    [ReindexResponse, Generated.ReindexResponseSchema],
    [MigrationItem, Generated.MigrationListItemSchema],
    [MigrationDetail, Generated.MigrationDetailResponseSchema],
    [MigrationStatus, Generated.MigrationStatusResponseSchema],
    [HistoryItem, Generated.MigrationHistoryItemSchema],
    [Execution, Generated.ExecutionSchema],
    [Skipped, Generated.SkippedSchema],
    [ConnectionStatus, Generated.ConnectionSchema],
    [HealthResponse, Generated.HealthResponseSchema],
    [Run.Run, Generated.RunSchema],
    [Run.Failure, Generated.FailureSchema],
    [Plan.Plan, Generated.PlanSchema],
    [Plan.Step, Generated.StepSchema],
    [Plan.Statement, Generated.StatementSchema],
    [Plan.NotPlanned, Generated.NotPlannedSchema]
  ]

  it.each(shapes.map(([shape, message]) => [message.name, shape, message] as const))(
    "%s says it too, under the same names",
    (_, shape, message) => {
      const known = message.fields.map(({ name }) => name)
      assert.deepStrictEqual(
        propertiesOf(shape.ast).filter(name => !known.includes(name)),
        []
      )
    }
  )

  it("every event has its message, with all that it says", () => {
    const events = AST.isUnion(Run.Event.ast) ? Run.Event.ast.types : []
    const variants = Generated.RunEventSchema.oneofs[0]?.fields ?? []
    for (const event of events) {
      const [tag, ...fields] = propertiesOf(event)
      assert.strictEqual(tag, "_tag")
      const literal = AST.getPropertySignatures(event)[0]?.type
      const name = literal !== undefined && AST.isLiteral(literal) ? String(literal.literal) : ""
      const message = variants.find(variant => variant.message?.name === name)?.message
      assert.includeMembers(message?.fields.map(field => field.name) ?? [], fields, name)
    }
    assert.lengthOf(events, variants.length - 1)
  })
})

describe("the contract", () => {
  it("says of every method what it is for", () => {
    const text = readFileSync(new URL("../../../proto/migration.proto", import.meta.url), "utf8")
    const service = text.slice(text.indexOf("service MigrationService"), text.indexOf("\n}\n"))
    const lines = service.split("\n")
    const silent = lines.filter(
      (line, index) => /^ {2}rpc/.test(line) && !/^ {2}\/\//.test(lines[index - 1] ?? "")
    )
    assert.deepStrictEqual(silent, [])
  })
})
