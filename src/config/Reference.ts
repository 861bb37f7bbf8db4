/** One variable, as the documents explain it. In Markdown. */
export interface Described {
  /** `{CONN}` stands for the name of a connection. */
  readonly name: string
  /** Empty where nothing stands in for it. */
  readonly fallback: string
  readonly meaning: string
}

export interface Group {
  readonly heading: string
  readonly variables: ReadonlyArray<Described>
}

const group = (
  heading: string,
  ...variables: ReadonlyArray<readonly [name: string, fallback: string, meaning: string]>
): Group => ({
  heading,
  variables: variables.map(([name, fallback, meaning]) => ({ name, fallback, meaning }))
})

export const runs: Group = group(
  "Runs",
  ["BFM_SFM_PATH", "`./sfm`", "the directory of the migrations"],
  ["BFM_DATA_DIR", "`.bfm`", "where the embedded PostgreSQL keeps its data"],
  ["BFM_LOCK_TIMEOUT", "`30s`", "how long to wait for another run on the same connection and schema"],
  [
    "BFM_ACTOR",
    "the account of the operating system",
    "who runs this, as history and locks name it (not from `.env`)"
  ],
  ["BFM_VAR_*", "", "template variables: `BFM_VAR_REGION=eu` is `{{.Vars.region}}`"]
)

export const state: Group = group(
  "The state",
  [
    "BFM_STATE_BACKEND",
    "`embedded` when no `BFM_STATE_*` is set, else `postgresql`",
    "where the state is: `postgresql`, `mysql` (MariaDB too) or `embedded`"
  ],
  [
    "BFM_STATE_DB_URL",
    "",
    "the state's database as one URL, or as the parts below; `mysql://…` says `mysql`"
  ],
  ["BFM_STATE_DB_HOST", "`localhost`", "a name, an address, the directory of a socket, or `embedded`"],
  ["BFM_STATE_DB_PORT", "`5432`, MySQL `3306`", "its port"],
  ["BFM_STATE_DB_USERNAME", "`postgres`, MySQL `root`", "who BfM is there"],
  [
    "BFM_STATE_DB_PASSWORD",
    "",
    "must be set when a state server is named and its URL has no password; may be empty"
  ],
  [
    "BFM_STATE_DB_PASSWORD_FILE",
    "",
    "instead: the file that has the password; it is read for each new session"
  ],
  ["BFM_STATE_DB_NAME", "`migration_state`", "the database; it must exist"],
  ["BFM_STATE_DB_SSLMODE", "`prefer`", "`disable` `prefer` `require` `verify-ca` `verify-full`"],
  ["BFM_STATE_DB_SSLROOTCERT", "the system's", "a PEM file"],
  [
    "BFM_STATE_DB_SSLCERT",
    "",
    "what is shown to a server that wants a certificate; read for each new session too"
  ],
  ["BFM_STATE_DB_SSLKEY", "", "its key"],
  [
    "BFM_STATE_SCHEMA",
    "`public`",
    "schema of BfM's own tables; not for MySQL: there the database is the place"
  ]
)

export const connections: Group = group(
  "Connections",
  [
    "{CONN}_BACKEND",
    "what the SFM directory says",
    "needed when the directory has the connection under several backends, or not at all"
  ],
  ["{CONN}_DB_URL", "", "the database as one URL, or as the parts below"],
  ["{CONN}_DB_HOST", "`localhost`", "a name, an address, the directory of a socket, or `embedded`"],
  ["{CONN}_DB_PORT", "`5432`", "its port"],
  ["{CONN}_DB_USERNAME", "`postgres`", "who BfM is there; for etcd too"],
  ["{CONN}_DB_PASSWORD", "", "its password; for etcd too"],
  [
    "{CONN}_DB_PASSWORD_FILE",
    "",
    "instead: the file that has the password; it is read for each new session, for etcd when the connection is opened"
  ],
  ["{CONN}_DB_NAME", "the user's name", "the database; it must exist"],
  ["{CONN}_DB_SSLMODE", "`prefer`", "as above"],
  ["{CONN}_DB_SSLROOTCERT", "the system's", "a PEM file"],
  [
    "{CONN}_DB_SSLCERT",
    "",
    "what is shown to a server that wants a certificate; read for each new session too"
  ],
  ["{CONN}_DB_SSLKEY", "", "its key"],
  [
    "{CONN}_TLS_CA",
    "the system's",
    "GreptimeDB: a PEM file with the authorities to trust; TLS without an https URL"
  ],
  ["{CONN}_SCHEMA", "the search path", "schema of migrations that declare none"],
  ["{CONN}_SCHEMA_MODE", "`fixed`", "`dynamic`: migrations that declare no schema wait for `--schema`"],
  [
    "{CONN}_TENANTS",
    "none",
    "what `--schema all` means: names with commas between, or a query (etcd: a prefix/)"
  ],
  ["{CONN}_LEDGER_SCHEMA", "`bfm`", "schema of the ledger in this database; for etcd its prefix, `/bfm/`"],
  ["{CONN}_ENDPOINTS", "", "etcd: `host:port`, `https://host:port`, several with commas between"],
  ["{CONN}_PREFIX", "`/`", "etcd: what stands before all keys"],
  ["{CONN}_TLS_CA", "the system's", "etcd: a PEM file"],
  ["{CONN}_TLS_CERT", "", "etcd: what is shown to a server that wants a certificate"],
  ["{CONN}_TLS_KEY", "", "etcd: its key"],
  ["{CONN}_TIMEOUT", "`5s`", "etcd: how long one call may take; it is repeated for four times as long"]
)

export const pools: Group = group(
  "Pools, of the state and of each connection",
  ["BFM_DB_MAX_OPEN_CONNS", "`2`", "connections of each pool"],
  ["BFM_DB_MAX_IDLE_CONNS", "`1`", "of these, how many stay open without work"],
  ["BFM_DB_CONN_MAX_LIFETIME_MINUTES", "`3`", "`0` is no limit"],
  ["BFM_DB_CONN_MAX_IDLE_TIME_MINUTES", "`1`", "how long a connection stays open without work"],
  ["BFM_DB_CONN_MAX_IDLE_TIME_SECONDS", "`0`", "wins over the minutes when it is more than 0"]
)

export const locks: Group = group(
  "Locks in etcd",
  ["BFM_LOCK_BACKEND", "`state`", "where runs lock each other out: `state`, or `etcd`"],
  ["BFM_LOCK_ENDPOINTS", "", "the etcd of the locks, as `{CONN}_ENDPOINTS`"],
  ["BFM_LOCK_PREFIX", "`/bfm/run-lock/`", "what stands before the keys of the locks"],
  ["BFM_LOCK_USERNAME", "", "who BfM is to that etcd"],
  ["BFM_LOCK_PASSWORD", "", "its password"],
  ["BFM_LOCK_PASSWORD_FILE", "", "instead: the file that has the password"],
  ["BFM_LOCK_TLS_CA", "the system's", "a PEM file"],
  ["BFM_LOCK_TLS_CERT", "", "what is shown to an etcd that wants a certificate"],
  ["BFM_LOCK_TLS_KEY", "", "its key"]
)

export const service: Group = group(
  "The service and its workers",
  ["BFM_API_TOKEN", "", "`bfm serve`: the token that may do everything; this or the next is required"],
  ["BFM_API_TOKENS_FILE", "", "a file of named tokens with scopes; read again when it changes"],
  [
    "BFM_LISTEN_ADDRESS",
    "`0.0.0.0`",
    "`bfm serve`: the address of this machine to listen at; `::` is every one, of IPv6 and IPv4"
  ],
  ["BFM_HTTP_PORT", "`7070`", "`0` is any free one"],
  ["BFM_GRPC_PORT", "`9090`", "`0` is any free one"],
  ["BFM_TLS_CERT", "", "a PEM file, for HTTP and gRPC"],
  ["BFM_TLS_KEY", "", "its key"],
  ["BFM_CORS_ORIGINS", "none", "pages of these origins may call, with commas between"],
  ["BFM_BODY_LIMIT", "`1048576`", "bytes of a request"],
  ["BFM_MAX_RUNS", "`4`", "runs at the same time"],
  [
    "BFM_QUEUE_ENABLED",
    "`false`",
    "`true`: runs wait for a worker; the same for `bfm serve` and `bfm worker`"
  ],
  ["BFM_SHUTDOWN_GRACE", "`30s`", "how long the step in flight has when the service is told to stop"],
  ["BFM_REINDEX_INTERVAL_MINUTES", "`5`", "how often sources and ledgers are looked at; `0` is never"],
  ["BFM_AUTO_MIGRATE", "`true`", "what is pending is applied when the service starts"],
  ["BFM_AUTO_MIGRATE_CONNECTIONS", "all", "only on these, with commas between"],
  ["BFM_AUTO_MIGRATE_RETRY_INTERVAL", "`5s`", "`0`: one round"],
  ["BFM_AUTO_MIGRATE_RETRY_MAX_ROUNDS", "`24`", "how many rounds before it gives up until the next start"],
  ["BFM_LOG_LEVEL", "`info`", "`debug` `info` `warn` `error` `fatal`"],
  ["BFM_LOG_FORMAT", "`json`", "`json` or `text`"]
)

export const remote: Group = group(
  "A service that carries commands out",
  ["BFM_SERVER", "", "the service that carries commands out: `https://bfm.example.com:7070`"],
  ["BFM_TOKEN", "", "what it knows you by"]
)

export const telemetry: Group = group(
  "Telemetry",
  [
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "",
    "where traces, logs and metrics go (OTLP, JSON over HTTP); without it nowhere"
  ],
  ["OTEL_EXPORTER_OTLP_HEADERS", "", "`name=value` with commas between"],
  ["OTEL_SERVICE_NAME", "`bfm`", "what the service is called there"]
)

/** Every variable that BfM reads. docs/configuration.md is made of this by bin/generate.mjs. */
export const all: ReadonlyArray<Group> = [runs, state, connections, pools, locks, service, remote, telemetry]
