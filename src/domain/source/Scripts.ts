import { capabilities } from "../Backend.ts"
import type { SourceProblem } from "../Catalog.ts"
import type { Identity } from "../Identity.ts"
import type { Migration, Script } from "../Migration.ts"
import { firstTable } from "../sql/Script.ts"
import * as Directive from "./Directive.ts"
import * as FileName from "./FileName.ts"
import * as Header from "./Header.ts"
import * as Metadata from "./Metadata.ts"

/** A migration that brings along what is wrong with its source. */
export interface Sourced extends Migration {
  readonly problems: ReadonlyArray<SourceProblem>
}

/** A pair of scripts, as files hold them and as `bfm build` embeds them. */
export interface Scripts extends Identity {
  /** Path of the up script, as messages show it. */
  readonly path: string
  readonly up: string
  readonly down?: string
}

/**
 * The migration that a pair of scripts makes. `place` is its path as problems show it, where that differs.
 */
export const fromScripts = (scripts: Scripts, place: string = scripts.path): Sourced => {
  const { backend, connection, version, name } = scripts
  const identity = FileName.problem(scripts)
  const { metadata, problems } =
    identity === undefined ? read(scripts) : { metadata: Metadata.empty, problems: [{ reason: identity }] }
  const table = lazily(() => metadata.table ?? (isJson(scripts) ? undefined : firstTable(scripts.up)))
  return {
    ...metadata,
    backend,
    connection,
    version,
    name,
    // Finding it means reading the script, and most runs never ask.
    get table() {
      return table()
    },
    up: script(scripts.path, scripts.up),
    ...(scripts.down === undefined ? {} : { down: script(downPath(scripts.path), scripts.down) }),
    problems: problems.map(problem => ({ path: place, ...problem }))
  }
}

const isJson = ({ backend }: Scripts): boolean => capabilities[backend].script === "json"

const read = (scripts: Scripts): Metadata.Reading =>
  (isJson(scripts) ? Header : Directive).read(scripts.backend, scripts.up)

const script = (path: string, text: string): Script => ({ _tag: "Script", path, text })

/** `x.up.sql` and `x.down.sql` stand beside each other. */
export const downPath = (path: string): string => path.replace(/\.up\.(\w+)$/, ".down.$1")

const lazily = <A>(compute: () => A): (() => A) => {
  let found: { readonly value: A } | undefined
  return () => {
    found ??= { value: compute() }
    return found.value
  }
}
