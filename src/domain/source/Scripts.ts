import { capabilities } from "../Backend.ts"
import type { SourceProblem } from "../Catalog.ts"
import type { Identity } from "../Identity.ts"
import { languages } from "../Language.ts"
import type { Migration, Script } from "../Migration.ts"
import * as Directive from "./Directive.ts"
import * as FileName from "./FileName.ts"
import * as Header from "./Header.ts"
import * as Metadata from "./Metadata.ts"

/** A migration that brings along what is wrong with its source. */
export interface Sourced extends Migration {
  readonly problems: ReadonlyArray<SourceProblem>
}

/** A pair of texts. */
export interface Texts {
  /** Path of the up script, as messages show it. */
  readonly path: string
  readonly up: string
  readonly down?: string | undefined
}

/** A pair of scripts, as files hold them and as `bfm build` embeds them. */
export interface Scripts extends Identity, Texts {}

/** The migration that a pair of scripts makes. */
export const fromScripts = (scripts: Scripts): Sourced => {
  const reason = FileName.problem(scripts)
  return reason === undefined
    ? fromFiles(scripts, scripts, scripts.path)
    : new Pair(scripts, scripts, Metadata.empty, [{ path: scripts.path, reason }])
}

/** The same of files whose names have been read. `place` is the migration's path as problems show it. */
export const fromFiles = (identity: Identity, texts: Texts, place: string): Sourced => {
  const { metadata, problems } = read({ backend: identity.backend, up: texts.up })
  return new Pair(
    identity,
    texts,
    metadata,
    problems.map(problem => ({ path: place, ...problem }))
  )
}

// A class because thousands of them are made at each start: a getter in a literal costs a multiple.
class Pair implements Sourced {
  readonly backend: Identity["backend"]
  readonly connection: string
  readonly version: string
  readonly name: string
  readonly schema: Metadata.Metadata["schema"]
  readonly tags: Metadata.Metadata["tags"]
  readonly dependsOn: Metadata.Metadata["dependsOn"]
  readonly requires: Metadata.Metadata["requires"]
  readonly transaction: Metadata.Metadata["transaction"]
  readonly lockTimeout?: number
  readonly statementTimeout?: number
  readonly up: Script
  readonly down?: Script
  readonly problems: ReadonlyArray<SourceProblem>
  #table: { readonly name: string | undefined } | undefined

  constructor(
    identity: Identity,
    texts: Texts,
    metadata: Metadata.Metadata,
    problems: ReadonlyArray<SourceProblem>
  ) {
    this.backend = identity.backend
    this.connection = identity.connection
    this.version = identity.version
    this.name = identity.name
    this.schema = metadata.schema
    this.tags = metadata.tags
    this.dependsOn = metadata.dependsOn
    this.requires = metadata.requires
    this.transaction = metadata.transaction
    if (metadata.lockTimeout !== undefined) this.lockTimeout = metadata.lockTimeout
    if (metadata.statementTimeout !== undefined) this.statementTimeout = metadata.statementTimeout
    this.up = { _tag: "Script", path: texts.path, text: texts.up }
    if (texts.down !== undefined) {
      this.down = { _tag: "Script", path: downPath(texts.path), text: texts.down }
    }
    this.problems = problems
    this.#table = metadata.table === undefined ? undefined : { name: metadata.table }
  }

  /** Finding it out means reading the script, and most runs never ask. */
  get table(): string | undefined {
    this.#table ??= { name: languages[this.backend].firstTable(this.up.text) }
    return this.#table.name
  }
}

/** What an up script says of its migration, in directives or in its header. */
export const read = ({ backend, up }: Pick<Scripts, "backend" | "up">): Metadata.Reading =>
  capabilities[backend].script === "json" ? Header.read(backend, up) : Directive.read(backend, up)

/** `x.up.sql` and `x.down.sql` stand beside each other. */
const downPath = (path: string): string => {
  const at = path.lastIndexOf(".up.")
  return at === -1 ? path : `${path.slice(0, at)}.down.${path.slice(at + 4)}`
}
