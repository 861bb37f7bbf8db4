import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { TaggedError } from "./TaggedError.ts"

/** A statement of a migration program was refused by the store. */
export class SessionError extends TaggedError("SessionError", () => ({
  /** The store's own words. */
  reason: Schema.String,
  /** SQLSTATE or the store's own code. */
  code: Schema.optional(Schema.String),
  statement: Schema.String,
  detail: Schema.optional(Schema.String),
  hint: Schema.optional(Schema.String)
})) {
  override get message() {
    return this.code === undefined ? this.reason : `${this.code} ${this.reason}`
  }
}

/** The program asked for data while it was only being planned: its statements depend on what is stored. */
export class DependsOnData extends TaggedError("DependsOnData", () => ({
  statement: Schema.String
})) {
  override get message() {
    return "the statements depend on data that is read when the migration runs"
  }
}

/** A value that can be bound to `$1`, `$2`, … */
export type Parameter = string | number | bigint | boolean | null | Date | ReadonlyArray<string | number>

/**
 * The only effects that a migration written as a program may have. It runs inside the step's own
 * transaction; planning runs the same program against a session that records instead of executing.
 */
export class Session extends Context.Tag("bfm/Session")<
  Session,
  {
    /** The schema in which the step runs; empty for the connection's own default. */
    readonly schema: string
    /** Sends one statement. */
    readonly execute: (
      statement: string,
      parameters?: ReadonlyArray<Parameter>
    ) => Effect.Effect<void, SessionError>
    /** Sends one statement and returns its rows. A plan cannot know them: it says so instead of guessing. */
    readonly query: (
      statement: string,
      parameters?: ReadonlyArray<Parameter>
    ) => Effect.Effect<ReadonlyArray<Readonly<Record<string, unknown>>>, SessionError | DependsOnData>
  }
>() {}
