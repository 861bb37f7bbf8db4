import * as Args from "@effect/cli/Args"
import type * as CliApp from "@effect/cli/CliApp"
import * as CliConfig from "@effect/cli/CliConfig"
import * as Options from "@effect/cli/Options"
import type { ValidationError } from "@effect/cli/ValidationError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Flag from "./Flag.ts"

/** One command: how it is written, what it says of itself, and what it does. */
export interface Verb<E, R> {
  /** `["migrate", "up"]`. */
  readonly words: ReadonlyArray<string>
  readonly summary: string
  /** `ID`, `[ID…]`: what stands beside the options. */
  readonly operands: string
  readonly examples: ReadonlyArray<string>
  readonly flags: ReadonlyArray<Flag.Shape>
  /** Leaves the effect to run, whose value is the exit code. `given`: only options, each with its value. */
  readonly parse: (
    given: ReadonlyArray<string>,
    operands: ReadonlyArray<string>
  ) => Effect.Effect<Parsed<E, R>, ValidationError, CliApp.CliApp.Environment>
}

export interface Parsed<E, R> {
  readonly run: Effect.Effect<number, E, R>
  /** Operands that nobody asked for. */
  readonly rest: ReadonlyArray<string>
}

/** What each of the flags leaves. */
type Flags<Values> = { readonly [Key in keyof Values]: Flag.Flag<Values[Key]> }

const config = CliConfig.make({ isCaseSensitive: true, autoCorrectLimit: 0 })

interface Definition<Values, Operands> {
  readonly words: readonly [string, ...ReadonlyArray<string>]
  readonly summary: string
  readonly examples: ReadonlyArray<string>
  readonly flags: Flags<Values>
  readonly operands?: { readonly shown: string; readonly args: Args.Args<Operands> }
}

export const make = <Values extends Readonly<Record<string, unknown>>, Operands = void, E = never, R = never>(
  definition: Definition<Values, Operands>,
  handler: (values: Values, operands: Operands) => Effect.Effect<number, E, R>
): Verb<E, R> => {
  const { words, summary, examples, operands, flags } = definition
  const read = reader<Values>(flags)
  // Without operands `Operands` is `void`.
  const args = operands?.args ?? (Args.none as Args.Args<Operands>)
  return {
    words,
    summary,
    examples,
    operands: operands?.shown ?? "",
    flags: Object.values<Flag.Shape>(flags),
    parse: Effect.fnUntraced(function* (given, operands) {
      const values = yield* read(given)
      const [rest, value] = yield* Args.validate(args, operands, config)
      return { run: handler(values, value), rest }
    })
  }
}

/** Makes values of options, each with its own value behind it. */
export const reader = <Values extends Readonly<Record<string, unknown>>>(flags: Flags<Values>) => {
  const all: Readonly<Record<string, Flag.Flag<unknown>>> = flags
  const entries = Object.entries(all).map(([key, flag]) => [key, flag.options] as const)
  // `Options.all` gives each key the value of its option, which is what the flags promise.
  const options = (
    entries.length === 0 ? Options.none : Options.all(Object.fromEntries(entries))
  ) as Options.Options<Values>
  return Effect.fnUntraced(function* (given: ReadonlyArray<string>) {
    const [wrong, , values] = yield* Options.processCommandLine(options, given, config)
    return yield* Option.isSome(wrong) ? Effect.fail(wrong.value) : Effect.succeed(values)
  })
}
