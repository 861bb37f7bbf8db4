import * as Backend from "../Backend.ts"
import type { SourceProblem } from "../Catalog.ts"
import type { Identity } from "../Identity.ts"
import * as Spelling from "../Spelling.ts"

/** What a file below the SFM directory is, by its path alone. */
export type FileName =
  | {
      readonly _tag: "Script"
      readonly identity: Identity
      readonly direction: "up" | "down"
      readonly path: string
    }
  /** A migration written as a program, or a module that `bfm build` made of scripts. */
  | { readonly _tag: "Module"; readonly identity: Identity; readonly path: string }
  | { readonly _tag: "Ignored" }
  | { readonly _tag: "Invalid"; readonly problem: SourceProblem }

const ignored: FileName = { _tag: "Ignored" }
const invalid = (path: string, reason: string): FileName => ({ _tag: "Invalid", problem: { path, reason } })

/** Files of a project that may have its SFM as its root. */
const projectFiles = new Set([
  "index.ts",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "go.mod",
  "go.sum"
])

// `.go`: the Go BfM keeps one beside each pair of scripts; they may stay.
const HIDDEN = /(?:^|\/)(?:\.|node_modules\/)|\.md$|\.d\.ts$|\.go$/

/** Reads a path below the SFM directory, with `/` between its parts. */
export const parse = (path: string): FileName => {
  if (HIDDEN.test(path)) return ignored
  const parts = path.split("/")
  const file = parts[parts.length - 1] ?? ""
  if (parts.length === 1 && projectFiles.has(file)) return ignored
  const [folder = "", connection = ""] = parts
  const backend = Backend.parse(folder)
  if (parts.length > 1 && backend === undefined) return invalid(`${folder}/`, unknownBackend(folder))
  if (parts.length !== 3 || backend === undefined) {
    return invalid(path, "invalid directory structure (expected: {backend}/{connection}/{filename})")
  }
  const reason = connectionName(connection)
  if (reason !== undefined) return invalid(`${folder}/${connection}/`, reason)
  return inPlace(path, file, backend, connection)
}

const inPlace = (path: string, file: string, backend: Backend.Backend, connection: string): FileName => {
  const { script } = Backend.capabilities[backend]
  // Thousands of names are read at each start: those that are as they should be meet no pattern.
  if (file.endsWith(`.up.${script}`))
    return named(path, file.slice(0, -`.up.${script}`.length), backend, connection, "up")
  if (file.endsWith(`.down.${script}`))
    return named(path, file.slice(0, -`.down.${script}`.length), backend, connection, "down")
  if (file.endsWith(".ts")) return named(path, file.slice(0, -3), backend, connection)
  const [, direction, extension] = /\.(up|down)\.(\w+)$/.exec(file) ?? []
  return invalid(
    path,
    direction === undefined
      ? `invalid filename format (expected: {version}_{name}.up.${script} or .down.${script})`
      : `scripts of ${backend} end in .${direction}.${script}, not .${direction}.${extension}`
  )
}

const named = (
  path: string,
  stem: string,
  backend: Backend.Backend,
  connection: string,
  direction?: "up" | "down"
): FileName => {
  const at = stem.indexOf("_")
  const identity: Identity = {
    backend,
    connection,
    version: at === -1 ? stem : stem.slice(0, at),
    name: at === -1 ? "" : stem.slice(at + 1)
  }
  const reason = versionAndName(identity)
  if (reason !== undefined) return invalid(path, reason)
  return direction === undefined
    ? { _tag: "Module", identity, path }
    : { _tag: "Script", identity, direction, path }
}

/** Names of migrations are shown, stored and put into ids: longer ones are refused. */
const maximumName = 250

const versionAndName = ({ version, name }: Identity): string | undefined => {
  if (!/^\d{14}$/.test(version)) {
    return "invalid filename format: version must be 14 digits (YYYYMMDDHHMMSS), then _ and a name"
  }
  if (name === "") return "invalid filename format: a name must follow the version: {version}_{name}"
  if (name.length > maximumName) {
    return `invalid filename format: the name has ${name.length} characters, at most ${maximumName} are allowed`
  }
  return undefined
}

const unknownBackend = (folder: string): string =>
  `unknown backend "${folder}"; known: ${Backend.all.join(", ")} (postgres is accepted too)${Spelling.hint(folder, Backend.all)}`

/** Why a connection cannot have this name; `undefined` when it can. */
export const connectionName = (connection: string): string | undefined =>
  /^[a-z0-9_-]+$/.test(connection)
    ? undefined
    : `connection "${connection}": only lower-case letters, digits, _ and - are allowed`

/** What is wrong with an identity that did not come from a path; `undefined` when nothing is. */
export const problem = (identity: Identity): string | undefined => {
  if (!Backend.all.includes(identity.backend)) return unknownBackend(identity.backend)
  if (identity.name.includes("/")) return `name "${identity.name}": a name must not contain /`
  return connectionName(identity.connection) ?? versionAndName(identity)
}
