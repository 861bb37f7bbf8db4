import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { capabilities } from "../Backend.ts"
import type { SourceProblem } from "../Catalog.ts"
import type { Identity } from "../Identity.ts"
import type { Program, ProgramError } from "../Migration.ts"
import type { Session } from "../Session.ts"
import type { Tags } from "../Tag.ts"
import * as Field from "./Field.ts"
import * as FileName from "./FileName.ts"
import * as Metadata from "./Metadata.ts"
import * as ProgramFailure from "./ProgramFailure.ts"
import type { Sourced } from "./Scripts.ts"

// Known by its key and not by its class: a migration file may carry another copy of this package.
const TypeId: unique symbol = Symbol.for("bfm/Definition")
type TypeId = typeof TypeId

type Work = Effect.Effect<unknown, ProgramError, Session>

/** What the author of a migration program says. */
export interface Specification {
  /** Declared schema; `dynamic`: each request names the schemas. */
  readonly schema?: string
  /** For `target.tables`. */
  readonly table?: string
  readonly tags?: Tags
  /** `[connection/]name-or-version` of migrations that must be applied before. */
  readonly dependsOn?: ReadonlyArray<string>
  /** `table core.users`, `schema core`: checked in the live store before the step runs. */
  readonly requires?: ReadonlyArray<string>
  readonly lockTimeout?: Duration.DurationInput | `${number}${"ms" | "s" | "m" | "h"}`
  readonly statementTimeout?: Duration.DurationInput | `${number}${"ms" | "s" | "m" | "h"}`
  readonly up: Work
  readonly down?: Work
}

/** A migration program before its file says which migration it is. */
export interface Definition extends Specification {
  readonly [TypeId]: TypeId
}

/** A migration written as an Effect: what a `{version}_{name}.ts` exports as its default. */
export const make = (specification: Specification): Definition => ({ ...specification, [TypeId]: TypeId })

export const isDefinition = (value: unknown): value is Definition =>
  typeof value === "object" && value !== null && TypeId in value

/** A definition, and which migration it is. */
export interface ProgramSource extends Identity {
  readonly path: string
  /** The module's text: what the checksum is taken over. */
  readonly text: string
  /** The default export of the module. */
  readonly definition: unknown
}

/** The migration that a program makes. `place` is its path as problems show it, where that differs. */
export const fromProgram = (source: ProgramSource, place: string = source.path): Sourced => {
  const { backend, connection, version, name, definition } = source
  const identity = { backend, connection, version, name }
  const wrong = FileName.problem(identity)
  const found = [wrong, unavailable(backend)].flatMap(reason => (reason === undefined ? [] : [{ reason }]))
  if (!isDefinition(definition)) {
    const reason = "the default export is no migration: write export default Migration.make({ up: … })"
    return unusable(source, [...found, { reason }], place)
  }
  const { up, down, ...rest } = definition
  const { metadata, problems } = readMetadata(source, rest)
  const changes = [...notEffect("up", up), ...(down === undefined ? [] : notEffect("down", down))]
  return {
    ...metadata,
    ...identity,
    up: program(source, up),
    ...(down === undefined ? {} : { down: program(source, down) }),
    problems: [...found, ...problems, ...changes].map(problem => ({ path: place, ...problem }))
  }
}

const unavailable = (backend: Identity["backend"]): string | undefined =>
  capabilities[backend].programs ? undefined : `${backend} migrations are written as scripts, not as programs`

/** A program that could not be loaded: still a migration that is known, and it fails if it is run. */
export const unusable = (
  source: Identity & { readonly path: string; readonly text: string },
  problems: ReadonlyArray<Metadata.MetadataProblem>,
  place: string = source.path
): Sourced => ({
  ...Metadata.empty,
  backend: source.backend,
  connection: source.connection,
  version: source.version,
  name: source.name,
  up: program(source, Effect.fail({ message: problems[0]?.reason ?? "could not be loaded" })),
  problems: problems.map((problem): SourceProblem => ({ path: place, ...problem }))
})

const program = ({ path, text }: { readonly path: string; readonly text: string }, run: Work): Program => ({
  _tag: "Program",
  path,
  text,
  run: Effect.isEffect(run) ? ending(run) : Effect.fail({ message: "is not an Effect" })
})

/** Ends in one of the ways that its type says, and not only if its author was checked by a compiler. */
const ending = (run: Work): Program["run"] =>
  Effect.catchAllCause(Effect.asVoid(run), cause => Effect.fail(ProgramFailure.of(cause)))

const notEffect = (name: string, value: unknown): ReadonlyArray<Metadata.MetadataProblem> =>
  Effect.isEffect(value) ? [] : [{ reason: `${name} must be an Effect` }]

/** A new directive does not compile until it is said here how a program says it. */
const fields: Field.Fields<keyof Specification> = {
  schema: "schema",
  table: "table",
  tags: "tags",
  "depends-on": "dependsOn",
  requires: "requires",
  // It has always one of its own.
  transaction: undefined,
  "lock-timeout": "lockTimeout",
  "statement-timeout": "statementTimeout"
}

const readMetadata = (
  source: ProgramSource,
  { lockTimeout, statementTimeout, ...rest }: Omit<Specification, "up" | "down">
): Metadata.Reading => {
  const said = { ...rest, lockTimeout: time(lockTimeout), statementTimeout: time(statementTimeout) }
  const { entries, problems } = Field.read(said, fields, source.text)
  const reading = Metadata.read(source.backend, entries)
  return { metadata: reading.metadata, problems: [...problems, ...reading.problems] }
}

/** Any way of writing a duration, in the directives' own; theirs stay as they are. */
const time = (value: Specification["lockTimeout"]): unknown => {
  const decoded = Duration.decodeUnknown(value)
  return decoded._tag === "Some" ? `${Duration.toMillis(decoded.value)}ms` : value
}
