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

const config = CliConfig.make({ isCaseSensitive: true, autoCorrectLimit: 0 })

interface Definition<Values, Operands> {
  readonly words: readonly [string, ...ReadonlyArray<string>]
  readonly summary: string
  readonly examples: ReadonlyArray<string>
  readonly flags: { readonly [Key in keyof Values]: Flag.Flag<Values[Key]> }
  readonly operands?: { readonly shown: string; readonly args: Args.Args<Operands> }
}

export const make = <Values extends Readonly<Record<string, unknown>>, Operands = void, E = never, R = never>(
  definition: Definition<Values, Operands>,
  handler: (values: Values, operands: Operands) => Effect.Effect<number, E, R>
): Verb<E, R> => {
  const { words, summary, examples, operands } = definition
  const flags: Readonly<Record<string, Flag.Flag<unknown>>> = definition.flags
  const entries = Object.entries(flags).map(([key, flag]) => [key, flag.options] as const)
  // `Options.all` gives each key the value of its option, which is what the definition promises.
  const options = (
    entries.length === 0 ? Options.none : Options.all(Object.fromEntries(entries))
  ) as Options.Options<Values>
  // Without operands `Operands` is `void`.
  const args = operands?.args ?? (Args.none as Args.Args<Operands>)
  return {
    words,
    summary,
    examples,
    operands: operands?.shown ?? "",
    flags: Object.values(flags),
    parse: Effect.fnUntraced(function* (given, operands) {
      const [wrong, , values] = yield* Options.processCommandLine(options, given, config)
      if (Option.isSome(wrong)) return yield* Effect.fail(wrong.value)
      const [rest, value] = yield* Args.validate(args, operands, config)
      return { run: handler(values, value), rest }
    })
  }
}
