import type { MessageInitShape } from "@bufbuild/protobuf"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Stream from "effect/Stream"
import { MigrationService, type RunEvent } from "../../../src/interfaces/grpc/generated/migration_pb.ts"
import type * as Project from "../../fixtures/Project.ts"
import { type Driver, type Environment, type Failed, type Outcome, Refused } from "../Scenario.suite.ts"
import type { CallFailed, Client } from "./Client.ts"
import * as Service from "./Service.ts"

const { method } = MigrationService

const told = <A>(call: Effect.Effect<A, CallFailed>) =>
  Effect.mapError(call, ({ reason, details }) => new Refused({ code: reason, message: details }))

type Request = MessageInitShape<typeof method.startRun.input>

/** Begins a run and hears it to its end. */
const run = (client: Client, request: Request) =>
  Effect.gen(function* () {
    const { id } = yield* client.unary(method.startRun, request)
    const events = yield* Stream.runCollect(client.stream(method.watchRun, { runId: id }))
    return Array.from(events).reduce(step, { success: true, applied: [], failed: [], notRun: [] })
  })

const step = (before: Outcome, { event }: RunEvent): Outcome => {
  switch (event.case) {
    case "stepSucceeded":
      return { ...before, applied: [...before.applied, event.value.id] }
    case "stepFailed": {
      const { line = 0, column = 0, code = "" } = event.value.failure ?? {}
      const failed: Failed = { id: event.value.id, line, column, code }
      return { ...before, success: false, failed: [...before.failed, failed] }
    }
    case "stepNotRun":
      return { ...before, success: false, notRun: [...before.notRun, event.value.id] }
    default:
      return before
  }
}

const quiet = Logger.minimumLogLevel(LogLevel.Error)

/** Calls over a socket. */
export const make = Effect.fnUntraced(function* (project: Project.Project, environment: Environment) {
  const client = yield* Effect.provide(Service.connected(project, { environment }), quiet)
  const carryOut = (request: Request) => told(run(client, request))
  const driver: Driver = {
    plan: Effect.map(told(client.unary(method.plan, { target: { connections: ["core"] } })), ({ steps }) =>
      steps.map(({ id, units }) => [id, units[0]?.statements[0]?.text ?? ""] as const)
    ),
    dryRun: Effect.map(
      told(client.unary(method.migrateUp, { connection: "core", dryRun: true })),
      ({ applied }) => applied
    ),
    up: (tags = []) => carryOut({ target: { connections: ["core"], tags: [...tags] } }),
    down: (id, cascade = false) => carryOut({ direction: "down", id, cascade }),
    status: Effect.map(told(client.unary(method.listMigrations, {})), ({ items }) =>
      Object.fromEntries(items.map(({ migrationId, status }) => [migrationId, status]))
    ),
    history: id =>
      Effect.map(told(client.unary(method.getMigrationHistory, { migrationId: id })), ({ history }) =>
        history.map(({ event }) => event)
      )
  }
  return driver
})
