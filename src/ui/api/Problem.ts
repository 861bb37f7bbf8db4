import type { Errors } from "bfm/client"

/** Why something could not be done, as a screen shows it. */
export class Problem extends Error {
  /** `unreachable`: nobody answered. `refused`: the service answered, and said why not. */
  readonly kind: "unreachable" | "unauthenticated" | "refused"
  /** What the service said, where it did. */
  readonly error: Errors.BfmError | undefined

  constructor(kind: Problem["kind"], message: string, error?: Errors.BfmError) {
    super(message)
    this.kind = kind
    this.error = error
  }
}

/** What is said when nobody answers. */
export const silence = "The service cannot be reached."

const tagged = (value: unknown): value is { readonly _tag: string; readonly message?: unknown } =>
  typeof value === "object" && value !== null && "_tag" in value && typeof value._tag === "string"

/** Errors of the client itself; all other tagged ones are those of the service. */
const ofClient: ReadonlySet<string> = new Set(["RequestError", "ResponseError", "ParseError"])

export const of = (failure: unknown): Problem => {
  if (failure instanceof Problem) return failure
  if (!tagged(failure)) return new Problem("refused", failure instanceof Error ? failure.message : "unknown")
  if (failure._tag === "RequestError") return new Problem("unreachable", silence)
  if (failure._tag === "ResponseError") return unexpected(failure)
  if (ofClient.has(failure._tag)) {
    return new Problem(
      "refused",
      "The service answered in a way that this page does not understand. It may be of another version: reload the page."
    )
  }
  // The client decodes nothing else into a tagged value.
  const error = failure as Errors.BfmError
  return new Problem(error._tag === "Unauthenticated" ? "unauthenticated" : "refused", error.message, error)
}

/** An answer that is not ours: something between here and the service. */
const unexpected = (failure: object): Problem => {
  const response = "response" in failure ? failure.response : undefined
  const status =
    typeof response === "object" && response !== null && "status" in response ? Number(response.status) : 0
  return status >= 502 && status <= 504
    ? new Problem("unreachable", silence)
    : new Problem("refused", `The service answered with status ${status}; its log says more.`)
}
