/** What Node says of a connection that failed; its errors have an empty message when several addresses did. */
export const describe = (cause: unknown): { readonly reason: string; readonly code: string | undefined } => {
  const error = rootOf(cause)
  if (!(error instanceof Error)) return { reason: String(error), code: undefined }
  const code = "code" in error ? String(error.code) : undefined
  const reason =
    error instanceof AggregateError && error.errors.length > 0
      ? error.errors.map(part => (part instanceof Error ? part.message : String(part))).join("; ")
      : error.message || error.name
  return { reason: spoken(error.name, reason), code }
}

/** A port of something else is an everyday mistake, and parsers tell it in words of their own. */
const spoken = (name: string, reason: string): string => {
  if (name === "HTTPParserError") return "what answers there does not speak HTTP"
  if (/wrong version number|packet length too long/i.test(reason))
    return "what answers there does not speak TLS"
  return reason
}

/** Some clients wrap what happened and say nothing themselves. */
const rootOf = (cause: unknown): unknown =>
  cause instanceof Error && cause.message === "" && cause.cause instanceof Error ? cause.cause : cause
