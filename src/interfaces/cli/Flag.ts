import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Options from "@effect/cli/Options"
import * as ValidationError from "@effect/cli/ValidationError"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

/** What help and error messages have to know of an option. */
export interface Shape {
  /** Without the dashes. */
  readonly name: string
  /** One letter. */
  readonly alias?: string
  /** Stands for the value in help; absent for a switch. */
  readonly value?: string
  /** The only values that there are. */
  readonly choices?: ReadonlyArray<string>
  readonly repeatable?: boolean
  readonly help: string
}

/** An option of a command, and the value that it leaves. */
export interface Flag<A> extends Shape {
  readonly options: Options.Options<A>
}

const described = <A>(shape: Shape, options: Options.Options<A>): Options.Options<A> => {
  const helped = Options.withDescription(options, shape.help)
  return shape.alias === undefined ? helped : Options.withAlias(helped, shape.alias)
}

export const toggle = (shape: Shape): Flag<boolean> => ({
  ...shape,
  options: described(shape, Options.boolean(shape.name))
})

export const text = (shape: Shape & { readonly value: string }): Flag<string | undefined> => ({
  ...shape,
  options: described(shape, Options.text(shape.name)).pipe(
    Options.optional,
    Options.map(Option.getOrUndefined)
  )
})

export const list = (shape: Shape & { readonly value: string }): Flag<ReadonlyArray<string>> => ({
  ...shape,
  repeatable: true,
  options: described(shape, Options.text(shape.name)).pipe(Options.repeated)
})

/** Text that has to look like something. `wanted` goes on: `--waves is …`. */
export const shaped = <A extends string>(
  shape: Shape & {
    readonly value: string
    readonly schema: Schema.Schema<A, string>
    readonly wanted: string
  }
): Flag<A | undefined> => {
  const decode = Schema.decodeOption(shape.schema)
  return {
    ...shape,
    options: described(shape, Options.text(shape.name)).pipe(
      Options.optional,
      Options.mapEffect(text => {
        if (Option.isNone(text)) return Either.right(undefined)
        const found = decode(text.value)
        return Option.isSome(found)
          ? Either.right(found.value)
          : wrong(`--${shape.name} is ${shape.wanted}, not ${JSON.stringify(text.value)}`)
      })
    )
  }
}

const wrong = (message: string) => Either.left(ValidationError.invalidValue(HelpDoc.p(message)))

export const choice = <const Choice extends string>(
  shape: Omit<Shape, "choices"> & { readonly choices: ReadonlyArray<Choice>; readonly fallback: Choice }
): Flag<Choice> => ({
  ...shape,
  value: shape.choices.join("|"),
  options: described(shape, Options.text(shape.name)).pipe(
    Options.withDefault<string>(shape.fallback),
    Options.mapEffect(text => {
      const found = shape.choices.find(choice => choice === text)
      return found === undefined
        ? wrong(`--${shape.name} is ${shape.choices.join(" or ")}, not ${JSON.stringify(text)}`)
        : Either.right(found)
    })
  )
})

export const whole = (
  shape: Shape & {
    readonly value: string
    readonly from: number
    readonly to: number
    readonly fallback: number
  }
): Flag<number> => ({
  ...shape,
  options: described(shape, Options.text(shape.name)).pipe(
    Options.withDefault(String(shape.fallback)),
    Options.mapEffect(text => {
      const n = /^\d+$/.test(text) ? Number(text) : Number.NaN
      return n >= shape.from && n <= shape.to
        ? Either.right(n)
        : wrong(
            `--${shape.name} is a whole number from ${shape.from} to ${shape.to}, not ${JSON.stringify(text)}`
          )
    })
  )
})
