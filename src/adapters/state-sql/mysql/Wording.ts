import type { SqlError } from "@effect/sql/SqlError"
import { codeOf, type Explain } from "../Failure.ts"

/** What the server said, with its number: the names differ between MySQL and MariaDB. */
interface Said {
  readonly code: string
  readonly words: string
}

/** What helps, after the server's own words. */
const byNumber: Readonly<Record<string, string>> = {
  "1044": "; grant it to the user, or choose another database (BFM_STATE_DB_NAME)",
  "1045": " (BFM_STATE_DB_USERNAME, BFM_STATE_DB_PASSWORD)",
  "1049": "; create it first, bfm creates only its tables (BFM_STATE_DB_NAME)",
  "1142": "; grant it to the user",
  "1153": "; raise max_allowed_packet of the server",
  "1698": " (BFM_STATE_DB_USERNAME, BFM_STATE_DB_PASSWORD)"
}

/** The server ends a session: shutdown, killed. */
const ending = new Set(["1053", "1317", "1927", "4031"])

const cut = "the connection was cut"

const byDriver: Readonly<Record<string, string>> = {
  ERR_MODULE_NOT_FOUND: "the package @effect/sql-mysql2 is not there; install it",
  PROTOCOL_CONNECTION_LOST: cut,
  PROTOCOL_SEQUENCE_TIMEOUT: "a statement was not answered in time",
  HANDSHAKE_NO_SSL_SUPPORT: "the server does not do TLS (BFM_STATE_DB_SSLMODE)"
}

/** The server's words, or those of mysql2. */
export const explain: Explain = cause => {
  const said = saidBy(cause)
  if (said !== undefined) {
    const { code, words } = said
    return { reason: ending.has(code) ? cut : `${words}${byNumber[code] ?? ""}`, code }
  }
  const code = codeOf(cause)
  const words = cause.message || cause.name
  if (/closed state/.test(words)) return { reason: cut }
  if (code === undefined) return { reason: words }
  const tls = code === "HANDSHAKE_SSL_ERROR" ? " (BFM_STATE_DB_SSLMODE, BFM_STATE_DB_SSLROOTCERT)" : ""
  return { reason: byDriver[code] ?? `${words}${tls}`, code }
}

/** What it means is the same, whoever says it. */
export const isCut = (cause: Error): boolean => explain(cause).reason === cut

/** A table or column is not there, or the database was made anew behind the session. */
const outdated = new Set(["1046", "1051", "1054", "1146"])

export const isOutdated = (code: string | undefined): boolean => code !== undefined && outdated.has(code)

export const isDeadlock = ({ cause }: SqlError): boolean => saidBy(cause)?.code === "1213"

/** Table, column or index is there already, or is gone already: what a repeated step finds. */
const repeated = new Set(["1050", "1060", "1061", "1091"])

export const isRepeated = ({ cause }: SqlError): boolean => repeated.has(saidBy(cause)?.code ?? "")

const saidBy = (cause: unknown): Said | undefined =>
  cause instanceof Error &&
  "sqlState" in cause &&
  "errno" in cause &&
  typeof cause.errno === "number" &&
  "sqlMessage" in cause
    ? { code: String(cause.errno), words: String(cause.sqlMessage) }
    : undefined
