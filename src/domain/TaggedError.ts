import type * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

/** Fields that are read by nothing but themselves. */
interface Shape {
  readonly [name: PropertyKey]: Schema.Schema.AnyNoContext | Schema.optional<Schema.Schema.AnyNoContext>
}

type Instance<Tag extends string, Fields extends Shape> = Cause.YieldableError & {
  readonly _tag: Tag
} & Readonly<Schema.Struct.Type<Fields>>

/** A class of expected errors. */
export interface ErrorClass<Tag extends string, Fields extends Shape> {
  new (fields: Schema.Struct.Constructor<Fields>): Instance<Tag, Fields>
  readonly _tag: Tag
  /** The error that was written down as these fields; none where they are not its own. */
  readonly read: (fields: unknown) => Instance<Tag, Fields> | undefined
}

/**
 * What the fields are is said as Schemas, so that an error can be read from what a service answered. Only then
 * are they made: those of all errors would be a good part of each start.
 */
export const TaggedError = <Tag extends string, Fields extends Shape>(
  tag: Tag,
  fields: () => Fields
): ErrorClass<Tag, Fields> => {
  const shape: () => Shape = fields
  class Base extends Data.TaggedError(tag)<Record<string, unknown>> {
    static readonly _tag = tag
    static read(written: unknown): Base | undefined {
      const decode = Schema.decodeUnknownOption(Schema.Struct(shape()))
      return Option.getOrUndefined(Option.map(decode(written), said => new this(said)))
    }
  }
  // What the fields are is known to the compiler by their schemas, and not by this class.
  return Base as unknown as ErrorClass<Tag, Fields>
}
