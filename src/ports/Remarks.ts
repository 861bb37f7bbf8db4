import * as Context from "effect/Context"

/** What is odd about the configuration, and does not keep anything from working. */
export class Remarks extends Context.Reference<Remarks>()("bfm/Remarks", {
  defaultValue: () => ({
    /** What was chosen because nothing was said. */
    notices: [] as ReadonlyArray<string>,
    /** What was said and has no effect. */
    warnings: [] as ReadonlyArray<string>
  })
}) {}
