import { status } from "@grpc/grpc-js"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { Health } from "../../pipeline/report/Health.ts"
import type { Handlers } from "./Adapter.ts"
import { Closing } from "./Closing.ts"
import { type CallError, Refused } from "./Details.ts"
import {
  type Health as Service,
  HealthCheckResponse_ServingStatus as Serving
} from "./generated/grpc/health/v1/health_pb.ts"
import { MigrationService } from "./generated/migration_pb.ts"

/** The empty name is the server as a whole. */
const services = ["", MigrationService.typeName]

/** The same that `/health/ready` says. */
const current = Effect.gen(function* () {
  const { report } = yield* Health
  return { status: (yield* report).ready ? Serving.SERVING : Serving.NOT_SERVING }
})

/** `grpc.health.v1`, fed by what HTTP says about health. Who watches hears of the end of the server. */
export const handlers: Handlers<typeof Service, CallError, Health> = {
  check: ({ service }) =>
    services.includes(service)
      ? current
      : new Refused({ code: status.NOT_FOUND, details: `unknown service ${service}` }),
  watch: ({ service }) =>
    Stream.unwrap(
      Effect.map(Closing, ({ begun }) => (services.includes(service) ? watched(begun) : unknown(begun)))
    ),
  list: () =>
    Effect.map(current, standing => ({
      statuses: Object.fromEntries(services.map(service => [service, standing]))
    }))
}

const watched = (closing: Effect.Effect<void>) =>
  Stream.repeatEffectWithSchedule(current, Schedule.spaced("1 second")).pipe(
    Stream.interruptWhen(closing),
    Stream.concat(Stream.make({ status: Serving.NOT_SERVING })),
    Stream.changesWith((a, b) => a.status === b.status)
  )

const unknown = (closing: Effect.Effect<void>) =>
  Stream.concat(Stream.make({ status: Serving.SERVICE_UNKNOWN }), Stream.execute(closing))
