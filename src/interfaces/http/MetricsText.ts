import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/** The service's figures in Prometheus' text; who puts the service together provides it. */
export class MetricsText extends Context.Reference<MetricsText>()("bfm/http/MetricsText", {
  defaultValue: () => ({ render: Effect.succeed("") })
}) {}
