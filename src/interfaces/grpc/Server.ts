import * as grpc from "@grpc/grpc-js"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ConfigInvalid } from "../../domain/Errors.ts"
import { Runs } from "../../pipeline/Runs.ts"
import * as Access from "./Access.ts"
import * as Adapter from "./Adapter.ts"
import * as Calls from "./Calls.ts"
import { file_grpc_health_v1_health, Health as HealthService } from "./generated/grpc/health/v1/health_pb.ts"
import { file_migration, MigrationService } from "./generated/migration_pb.ts"
import * as Health from "./Health.ts"
import type { Needs } from "./Needs.ts"
import * as Reflection from "./Reflection.ts"
import * as Service from "./Service.ts"

export interface Settings {
  /** 0: any free port. */
  readonly port: number
  /** In PEM; in the clear when absent. */
  readonly tls?: { readonly certificate: Buffer; readonly key: Buffer }
  /** Bytes that a message may have. */
  readonly messageLimit: number
}

/** The server, listening. */
export class GrpcServer extends Context.Tag("bfm/GrpcServer")<GrpcServer, { readonly port: number }>() {}

/** Milliseconds that calls have at the end, after the runs have ended, before they are cut off. */
const farewell = 5_000

const minute = 60_000

const options = ({ messageLimit }: Settings): grpc.ServerOptions => ({
  "grpc.max_receive_message_length": messageLimit,
  "grpc.max_send_message_length": -1,
  "grpc.max_concurrent_streams": 1_000,
  // Whoever is gone without a word is noticed.
  "grpc.keepalive_time_ms": minute,
  "grpc.keepalive_timeout_ms": minute / 3
})

/**
 * Answers calls until its scope closes. Then the runs are asked to end, who watches hears that it is over, and calls
 * in flight get their answers; what is not over after that is cut off.
 */
export const layer = (settings: Settings) =>
  Layer.scoped(
    GrpcServer,
    Effect.gen(function* () {
      const runs = yield* Runs
      const closing = yield* Deferred.make<void>()
      const runner = yield* Calls.make<Needs>()
      const server = yield* Effect.acquireRelease(
        Effect.sync(() => new grpc.Server(options(settings))),
        started =>
          Deferred.succeed(closing, undefined).pipe(
            Effect.zipRight(runs.drain),
            Effect.zipRight(shutdown(started))
          )
      )
      const open = runner(() => "public")
      server.addService(
        Adapter.definition(MigrationService),
        Adapter.implementation(MigrationService, Service.handlers, runner(Access.of))
      )
      server.addService(
        Adapter.definition(HealthService),
        Adapter.implementation(HealthService, Health.handlers(Deferred.await(closing)), open)
      )
      Reflection.addTo(
        server,
        [file_migration, file_grpc_health_v1_health],
        runner(() => Access.reflection)
      )
      return { port: yield* listen(server, settings) }
    })
  )

const credentials = ({ tls }: Settings): grpc.ServerCredentials =>
  tls === undefined
    ? grpc.ServerCredentials.createInsecure()
    : grpc.ServerCredentials.createSsl(null, [{ cert_chain: tls.certificate, private_key: tls.key }])

/** On all interfaces. */
const listen = (server: grpc.Server, settings: Settings): Effect.Effect<number, ConfigInvalid> =>
  Effect.async<number, ConfigInvalid>(resume => {
    server.bindAsync(`[::]:${settings.port}`, credentials(settings), (error, port) =>
      resume(error === null ? Effect.succeed(port) : unavailable(settings.port, error.message))
    )
  })

const unavailable = (port: number, reason: string) =>
  new ConfigInvalid({
    problems: [{ variable: "BFM_GRPC_PORT", reason: `${port} cannot be listened on: ${reason}` }]
  })

/** Also in a finalizer, which cannot be interrupted. */
const shutdown = (server: grpc.Server): Effect.Effect<void> =>
  Effect.async<void>(resume => server.tryShutdown(() => resume(Effect.void))).pipe(
    Effect.interruptible,
    Effect.timeoutOption(farewell),
    Effect.ensuring(Effect.sync(() => server.forceShutdown()))
  )
