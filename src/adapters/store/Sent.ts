import * as Effect from "effect/Effect"

/** What is sent to a store: its own name in OpenTelemetry's list of databases, and what it is asked to do. */
export interface Sent {
  readonly system: "postgresql" | "greptimedb" | "etcd"
  readonly action: string
  /** Without the values of parameters. */
  readonly text?: string
}

/** Characters of a statement in a span: whoever collects them wants to recognise it, not to keep scripts. */
const longest = 2_000

/** A span around one message to a store and its answer. */
export const traced =
  ({ system, action, text }: Sent) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.withSpan(effect, `${system} ${action}`, {
      kind: "client",
      captureStackTrace: false,
      attributes: {
        "db.system.name": system,
        ...(text === undefined ? {} : { "db.query.text": text.slice(0, longest) })
      }
    })
