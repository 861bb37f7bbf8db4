import * as Metrics from "@effect/opentelemetry/Metrics"
import * as Resource from "@effect/opentelemetry/Resource"
import { PrometheusSerializer } from "@opentelemetry/exporter-prometheus"
import * as Effect from "effect/Effect"
import { collectDefaultMetrics, Registry } from "prom-client"

/** What Prometheus reads at `/metrics`: what BfM counts, and how its process does. */
export const text: Effect.Effect<Effect.Effect<string>> = Effect.gen(function* () {
  const producer = yield* Effect.provide(Metrics.makeProducer, Resource.layerEmpty)
  const serializer = new PrometheusSerializer("", false, undefined, true, true)
  const process = new Registry()
  collectDefaultMetrics({ register: process })
  return Effect.promise(async () => {
    const { resourceMetrics } = await producer.collect()
    return `${serializer.serialize(resourceMetrics)}${await process.metrics()}`
  })
})
