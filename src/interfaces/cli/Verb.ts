import * as Args from "@effect/cli/Args"
import * as Descriptor from "@effect/cli/CommandDescriptor"
import * as Options from "@effect/cli/Options"
import type * as Effect from "effect/Effect"
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
  /** Parsing it leaves the effect to run; the effect's value is the exit code. */
  readonly descriptor: Descriptor.Command<Effect.Effect<number, E, R>>
}

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
    descriptor: Descriptor.make(words.at(-1) ?? "", options, args).pipe(
      Descriptor.withDescription(summary),
      Descriptor.map(parsed => handler(parsed.options, parsed.args))
    )
  }
}
