import * as Otlp from "@effect/opentelemetry/Otlp"
import * as OtlpSerialization from "@effect/opentelemetry/OtlpSerialization"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Layer from "effect/Layer"

/** Where traces, logs and metrics go, in OpenTelemetry's own words. */
export interface TelemetrySettings {
  /** `OTEL_EXPORTER_OTLP_ENDPOINT`; absent means nowhere. */
  readonly endpoint: string | undefined
  /** `OTEL_SERVICE_NAME`. */
  readonly serviceName: string
  readonly version: string
  /** `OTEL_EXPORTER_OTLP_HEADERS`. */
  readonly headers: Readonly<Record<string, string>>
}

/** One trace from the request to the statement, over OTLP as JSON. */
export const layer = ({ endpoint, serviceName, version, headers }: TelemetrySettings): Layer.Layer<never> =>
  endpoint === undefined
    ? Layer.empty
    : Otlp.layer({
        baseUrl: endpoint,
        resource: { serviceName, serviceVersion: version },
        headers
      }).pipe(Layer.provide([FetchHttpClient.layer, OtlpSerialization.layerJson]))
