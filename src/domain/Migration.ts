import type * as Effect from "effect/Effect"
import type { Dependency, Requirement } from "./Dependency.ts"
import type { Identity } from "./Identity.ts"
import type { DependsOnData, Session, SessionError } from "./Session.ts"
import type { Tags } from "./Tag.ts"

/** A change written in the store's own language. */
export interface Script {
  readonly _tag: "Script"
  /** Where it was read from, as messages show it. */
  readonly path: string
  /** The text as stored, without a byte-order mark. */
  readonly text: string
}

/** The error channel of a migration program: anything that carries a message. */
export type ProgramError = SessionError | DependsOnData | { readonly message: string }

/** A change written as an Effect over the target's session. */
export interface Program {
  readonly _tag: "Program"
  readonly path: string
  /** The module's text: what the checksum is taken over. */
  readonly text: string
  readonly run: Effect.Effect<void, ProgramError, Session>
}

export type Change = Script | Program

/** What takes a change back, as the store kept it when the change was applied. Nothing in it is rendered. */
export interface Captured {
  readonly _tag: "Captured"
  /** As messages show it. */
  readonly path: string
  /** A script in the store's own language. */
  readonly text: string
}

/** Where a migration says that it belongs. */
export type DeclaredSchema =
  | { readonly _tag: "Unspecified" }
  | { readonly _tag: "Fixed"; readonly name: string }
  /** Each request names the schemas: one per tenant. */
  | { readonly _tag: "Dynamic" }

/** One versioned change: up, and optionally down. */
export interface Migration extends Identity, Metadata {
  readonly up: Change
  readonly down?: Change
}

/** What a migration says of itself, in whatever way it is written. */
export interface Metadata {
  readonly schema: DeclaredSchema
  /** For `target.tables`: declared, or the first table that the script creates or alters. */
  readonly table?: string | undefined
  readonly tags: Tags
  readonly dependsOn: ReadonlyArray<Dependency>
  readonly requires: ReadonlyArray<Requirement>
  /** `none`: statements run outside a transaction, each journalled. */
  readonly transaction: "own" | "none"
  /** Milliseconds. */
  readonly lockTimeout?: number
  /** Milliseconds. */
  readonly statementTimeout?: number
}

export const unspecified: DeclaredSchema = { _tag: "Unspecified" }
export const dynamic: DeclaredSchema = { _tag: "Dynamic" }
export const fixed = (name: string): DeclaredSchema => ({
  _tag: "Fixed",
  name
})
