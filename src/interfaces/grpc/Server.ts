import * as grpc from "@grpc/grpc-js"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Address from "../../domain/Address.ts"
import { Runs } from "../../pipeline/runs/Runs.ts"
import { ListenFailed } from "../service/ListenFailed.ts"
import * as Access from "./Access.ts"
import * as Adapter from "./Adapter.ts"
import * as Calls from "./Calls.ts"
import { Closing } from "./Closing.ts"
import { file_grpc_health_v1_health, Health as HealthService } from "./generated/grpc/health/v1/health_pb.ts"
import { file_migration, MigrationService } from "./generated/migration_pb.ts"
import * as Health from "./Health.ts"
import type { Needs } from "./Needs.ts"
import * as Reflection from "./Reflection.ts"
import * as Service from "./Service.ts"

export interface Options {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** Where that one is taken, any other will do. */
  readonly anyPort?: boolean
  /** In PEM; in the clear when absent. */
  readonly tls?: { readonly certificate: string; readonly key: string } | undefined
  /** Bytes that a message may have. */
  readonly messageLimit: number
}

/** The server, listening. */
export class GrpcServer extends Context.Tag("bfm/GrpcServer")<GrpcServer, { readonly port: number }>() {}

/** Milliseconds that calls have at the end, after the runs have ended, before they are cut off. */
const farewell = 5_000

const minute = 60_000

const limits = ({ messageLimit }: Options): grpc.ServerOptions => ({
  "grpc.max_receive_message_length": messageLimit,
  "grpc.max_send_message_length": -1,
  "grpc.max_concurrent_streams": 1_000,
  // Whoever is gone without a word is noticed.
  "grpc.keepalive_time_ms": minute,
  "grpc.keepalive_timeout_ms": minute / 3
})

/**
 * Answers calls until its scope closes. Then the runs are asked to end, which whoever waits for them hears; after that
 * streams end, calls in flight have a moment for their answers, and what is left is cut off.
 */
export const layer = (options: Options) =>
  Layer.scoped(
    GrpcServer,
    Effect.gen(function* () {
      const runs = yield* Runs
      const closing = yield* Deferred.make<void>()
      const runner = yield* Effect.provideService(Calls.make<Needs>(), Closing, {
        begun: Deferred.await(closing)
      })
      const server = yield* Effect.acquireRelease(
        Effect.sync(() => create(options)),
        started =>
          runs.drain.pipe(
            Effect.zipRight(Deferred.succeed(closing, undefined)),
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
        Adapter.implementation(HealthService, Health.handlers, open)
      )
      yield* Reflection.addTo(
        server,
        [file_migration, file_grpc_health_v1_health],
        runner(() => Access.reflection)
      )
      return { port: yield* listen(server, options) }
    })
  )

const create = (options: Options): grpc.Server => {
  // Our log says what matters; lines of another kind do not belong on the same output.
  grpc.setLogVerbosity(grpc.logVerbosity.NONE)
  return new grpc.Server(limits(options))
}

const credentials = ({ tls }: Options): grpc.ServerCredentials =>
  tls === undefined
    ? grpc.ServerCredentials.createInsecure()
    : grpc.ServerCredentials.createSsl(null, [
        { cert_chain: Buffer.from(tls.certificate), private_key: Buffer.from(tls.key) }
      ])

/** On the port that is wanted, or on any. */
const listen = (server: grpc.Server, options: Options): Effect.Effect<number, ListenFailed> =>
  options.anyPort === true
    ? Effect.orElse(bind(server, options), () => bind(server, { ...options, port: 0 }))
    : bind(server, options)

const bind = (server: grpc.Server, options: Options): Effect.Effect<number, ListenFailed> =>
  Effect.async(resume => {
    const address = Address.of(options.host, options.port)
    server.bindAsync(address, credentials(options), (error, port) =>
      resume(error === null ? Effect.succeed(port) : new ListenFailed({ address, reason: error.message }))
    )
  })

/** Also in a finalizer, which cannot be interrupted. */
const shutdown = (server: grpc.Server): Effect.Effect<void> =>
  Effect.async<void>(resume => server.tryShutdown(() => resume(Effect.void))).pipe(
    Effect.interruptible,
    Effect.timeoutOption(farewell),
    Effect.ensuring(Effect.sync(() => server.forceShutdown()))
  )
