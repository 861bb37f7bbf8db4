import { stripVTControlCharacters } from "node:util"
import type * as CliApp from "@effect/cli/CliApp"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Arguments from "./Arguments.ts"
import type { Verb } from "./Verb.ts"

// None of our options reads a file or asks on the terminal while it is parsed.
const nothing = Context.empty() as Context.Context<CliApp.CliApp.Environment>

/** The effect that the arguments of a command ask for, or why they cannot be understood. */
export const parse = <E, R>(
  verb: Verb<E, R>,
  args: ReadonlyArray<string>
): Effect.Effect<Either.Either<Effect.Effect<number, E, R>, Arguments.Misunderstood>> => {
  const straight = Arguments.straighten(verb, args)
  if (Either.isLeft(straight)) return Effect.succeed(Either.left(straight.left))
  return verb.parse(straight.right.options, straight.right.operands).pipe(
    Effect.map(({ run, rest: [extra] }) =>
      extra === undefined
        ? Either.right(run)
        : Either.left(Arguments.misunderstood(`unexpected argument ${extra}`, verb.words))
    ),
    Effect.catchAll(({ error }) =>
      Effect.succeed(Either.left(Arguments.misunderstood(sentence(error), verb.words)))
    ),
    Effect.provide(nothing)
  )
}

/** The parser's own words without their layout. */
const sentence = (doc: HelpDoc.HelpDoc): string => {
  const text = stripVTControlCharacters(HelpDoc.toAnsiText(doc)).trim()
  const missing = /^Missing argument <(.+)>$/.exec(text)
  return missing?.[1] === undefined ? text : `${missing[1]} is missing`
}
