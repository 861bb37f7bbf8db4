import * as Effect from "effect/Effect"
import * as Planning from "../../pipeline/Planning.ts"
import * as Options from "./Options.ts"
import * as Show from "./Show.ts"
import * as Verb from "./Verb.ts"

/** `migrate plan`: what `migrate up` would do, with every statement. */
export const plan = Verb.make(
  {
    words: ["migrate", "plan"],
    summary: "show what would be applied, with its SQL; changes nothing",
    examples: ["bfm migrate plan --connection core", "bfm migrate plan --schema tenant_a --json"],
    flags: { ...Options.selection, json: Options.json }
  },
  Effect.fn("cli.plan")(function* (given) {
    const request = yield* Options.upRequest(given)
    const apply = ["migrate", "up", ...Options.words(given)]
    return yield* Show.plan(yield* Planning.up(request), apply, { statements: true, json: given.json })
  })
)
