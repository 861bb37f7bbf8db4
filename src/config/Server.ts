import { isIP } from "node:net"
import * as Redacted from "effect/Redacted"
import type { Reader } from "./Reader.ts"

export const logLevels = ["debug", "info", "warning", "error", "fatal"] as const
export type LogLevel = (typeof logLevels)[number]

/** Everything that only the service needs. */
export interface ServerConfig {
  /** `BFM_API_TOKEN`: may do everything. At least one of this and `tokensFile` is there. */
  readonly token?: Redacted.Redacted<string>
  /** Where the named tokens are. */
  readonly tokensFile?: string
  /** The address of this machine at which it listens, or all of them. */
  readonly host: string
  /** 0: any free port. */
  readonly httpPort: number
  readonly grpcPort: number
  /** Files in PEM; HTTP and gRPC speak in the clear when absent. */
  readonly tls?: { readonly certificate: string; readonly key: string }
  /** Origins of pages that may call; `*` for any. None by default. */
  readonly corsOrigins: ReadonlyArray<string>
  /** Bytes that a request may have. */
  readonly bodyLimit: number
  /** Runs at the same time. */
  readonly maxRuns: number
  /** Milliseconds that a step in flight has after the service was told to end. */
  readonly shutdownGrace: number
  /** Whether runs that are asked for wait for a worker. */
  readonly queue: boolean
  /** Milliseconds between two looks at sources and ledgers; 0 means never. */
  readonly reindexInterval: number
  readonly autoMigrate: AutoMigrate
  readonly log: { readonly level: LogLevel; readonly format: "json" | "text" }
  readonly telemetry: Telemetry
}

/** Where traces, logs and figures are sent, by OpenTelemetry's own variables. */
export interface Telemetry {
  /** Absent: nowhere. */
  readonly endpoint: string | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly serviceName: string
}

/** What is applied at start without being asked for. */
export interface AutoMigrate {
  readonly enabled: boolean
  /** Lower-case names; empty means every connection. */
  readonly connections: ReadonlyArray<string>
  /** Milliseconds between two rounds; 0 means that there is only one. */
  readonly retryInterval: number
  readonly maxRounds: number
}

export const variables = [
  "BFM_API_TOKEN",
  "BFM_API_TOKENS_FILE",
  "BFM_LISTEN_ADDRESS",
  "BFM_HTTP_PORT",
  "BFM_GRPC_PORT",
  "BFM_TLS_CERT",
  "BFM_TLS_KEY",
  "BFM_CORS_ORIGINS",
  "BFM_BODY_LIMIT",
  "BFM_MAX_RUNS",
  "BFM_QUEUE_ENABLED",
  "BFM_SHUTDOWN_GRACE",
  "BFM_REINDEX_INTERVAL_MINUTES",
  "BFM_AUTO_MIGRATE",
  "BFM_AUTO_MIGRATE_CONNECTIONS",
  "BFM_AUTO_MIGRATE_RETRY_INTERVAL",
  "BFM_AUTO_MIGRATE_RETRY_MAX_ROUNDS",
  "BFM_LOG_LEVEL",
  "BFM_LOG_FORMAT"
]

const minute = 60_000

/** What a worker needs of all this. */
export type WorkerConfig = Pick<ServerConfig, "maxRuns" | "shutdownGrace" | "log" | "telemetry">

export const decodeWorker = (reader: Reader): WorkerConfig => {
  if (!queue(reader)) {
    reader.report(
      "BFM_QUEUE_ENABLED",
      "is not true: nothing is queued for a worker; set it for bfm serve and for bfm worker"
    )
  }
  return working(reader)
}

const working = (reader: Reader): WorkerConfig => ({
  maxRuns: reader.integer("BFM_MAX_RUNS", 4, 1),
  shutdownGrace: reader.duration("BFM_SHUTDOWN_GRACE", 30_000),
  log: { level: logLevel(reader), format: logFormat(reader) },
  telemetry: telemetry(reader)
})

/** As every version of BfM has read it: nothing but `true` is yes. */
const queue = (reader: Reader): boolean => reader.text("BFM_QUEUE_ENABLED") === "true"

export const decode = (reader: Reader): ServerConfig => {
  const httpPort = port(reader, "BFM_HTTP_PORT", 7070)
  const grpcPort = port(reader, "BFM_GRPC_PORT", 9090)
  if (httpPort === grpcPort && httpPort !== 0) {
    reader.report("BFM_GRPC_PORT", "is the port of BFM_HTTP_PORT; HTTP and gRPC need one each")
  }
  return {
    ...tokens(reader),
    host: host(reader),
    httpPort,
    grpcPort,
    ...tls(reader),
    corsOrigins: origins(reader),
    bodyLimit: reader.integer("BFM_BODY_LIMIT", 1_048_576, 1_024),
    ...working(reader),
    queue: queue(reader),
    reindexInterval: reader.integer("BFM_REINDEX_INTERVAL_MINUTES", 5, 0) * minute,
    autoMigrate: autoMigrate(reader)
  }
}

const telemetry = (reader: Reader): Telemetry => {
  const endpoint = reader.text("OTEL_EXPORTER_OTLP_ENDPOINT")
  if (endpoint !== undefined && !/^https?:\/\//.test(endpoint)) {
    reader.report("OTEL_EXPORTER_OTLP_ENDPOINT", "must be a URL like http://collector:4318")
  }
  const headers = list(reader, "OTEL_EXPORTER_OTLP_HEADERS").map(pair => pair.split("="))
  return {
    endpoint,
    headers: Object.fromEntries(
      headers.map(([name = "", ...value]) => [name.trim(), decodeURIComponent(value.join("=").trim())])
    ),
    serviceName: reader.text("OTEL_SERVICE_NAME") ?? "bfm"
  }
}

/** Every address of IPv4. */
const everywhere = "0.0.0.0"

const host = (reader: Reader): string => {
  const value = reader.text("BFM_LISTEN_ADDRESS") ?? everywhere
  if (isIP(value) !== 0) return value
  reader.report("BFM_LISTEN_ADDRESS", "must be an address of this machine, like 127.0.0.1; :: is all of them")
  return everywhere
}

const port = (reader: Reader, name: string, usual: number): number => {
  const value = reader.integer(name, usual, 0)
  if (value <= 65_535) return value
  reader.report(name, "must be a port, 0 to 65535; 0 is any free one")
  return usual
}

const tokens = (reader: Reader): Pick<ServerConfig, "token" | "tokensFile"> => {
  const token = reader.text("BFM_API_TOKEN")
  const tokensFile = reader.text("BFM_API_TOKENS_FILE")
  if (token === undefined && tokensFile === undefined) {
    reader.report(
      "BFM_API_TOKEN",
      "is not set, nor BFM_API_TOKENS_FILE: nobody could use the service; make a token with: openssl rand -base64 32"
    )
  }
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
    reader.report("BFM_API_TOKEN", "has characters that no Authorization header can carry; use visible ASCII")
  }
  return {
    ...(token === undefined ? {} : { token: Redacted.make(token) }),
    ...(tokensFile === undefined ? {} : { tokensFile })
  }
}

const tls = (reader: Reader): Pick<ServerConfig, "tls"> => {
  const certificate = reader.text("BFM_TLS_CERT")
  const key = reader.text("BFM_TLS_KEY")
  if (certificate !== undefined && key !== undefined) return { tls: { certificate, key } }
  if (certificate !== undefined) reader.report("BFM_TLS_KEY", "is not set, but BFM_TLS_CERT is")
  if (key !== undefined) reader.report("BFM_TLS_CERT", "is not set, but BFM_TLS_KEY is")
  return {}
}

const list = (reader: Reader, name: string): ReadonlyArray<string> =>
  (reader.text(name) ?? "")
    .split(",")
    .map(item => item.trim())
    .filter(item => item !== "")

const origins = (reader: Reader): ReadonlyArray<string> => {
  const found = list(reader, "BFM_CORS_ORIGINS")
  if (!found.every(isOrigin)) {
    reader.report(
      "BFM_CORS_ORIGINS",
      "must be a comma list of origins like https://ops.example.com, without a path; or *"
    )
  }
  return found
}

const isOrigin = (text: string): boolean =>
  text === "*" || (/^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).origin === text)

const yes = ["true", "1", "on", "yes"] as const
const no = ["false", "0", "off", "no"] as const

const autoMigrate = (reader: Reader): AutoMigrate => {
  const answer = reader.oneOf("BFM_AUTO_MIGRATE", [...yes, ...no])
  return {
    enabled: !no.some(word => word === answer),
    connections: list(reader, "BFM_AUTO_MIGRATE_CONNECTIONS").map(name => name.toLowerCase()),
    retryInterval: reader.duration("BFM_AUTO_MIGRATE_RETRY_INTERVAL", 5_000),
    maxRounds: reader.integer("BFM_AUTO_MIGRATE_RETRY_MAX_ROUNDS", 24, 1)
  }
}

const logLevel = (reader: Reader): LogLevel => {
  const level = reader.oneOf("BFM_LOG_LEVEL", [...logLevels, "warn"]) ?? "info"
  return level === "warn" ? "warning" : level
}

const logFormat = (reader: Reader): "json" | "text" =>
  (reader.oneOf("BFM_LOG_FORMAT", ["json", "text", "plain", "plaintext"]) ?? "json") === "json"
    ? "json"
    : "text"
