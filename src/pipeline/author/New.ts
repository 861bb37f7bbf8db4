import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Backend from "../../domain/Backend.ts"
import { BuildFailed, RequestInvalid } from "../../domain/Errors.ts"
import { short } from "../../domain/Identity.ts"
import * as Spelling from "../../domain/Spelling.ts"
import * as FileName from "../../domain/source/FileName.ts"
import * as Skeleton from "./Skeleton.ts"

export interface NewOptions {
  /** The SFM directory. */
  readonly path: string
  /** As typed: `postgres` is accepted. */
  readonly backend: string
  readonly connection: string
  /** In any words: they become snake case. */
  readonly name: string
}

/** The files of a new migration, up first. */
export interface NewMigration {
  readonly version: string
  readonly name: string
  readonly files: ReadonlyArray<string>
}

/** Creates the files of a new migration with the time in UTC as its version; never overwrites one. */
export const create = Effect.fn("New.create")(function* (options: NewOptions) {
  const backend = yield* checked(options)
  const path = yield* Path.Path
  const folder = path.join(options.path, yield* folderOf(options.path, backend), options.connection)
  const name = snakeCase(options.name)
  const version = yield* freeVersion(folder)
  const { script } = Backend.capabilities[backend]
  const stem = path.join(folder, short({ version, name, backend, connection: options.connection }))
  const skeleton = script === "json" ? Skeleton.json() : Skeleton.sql(name)
  const files = [`${stem}.up.${script}`, `${stem}.down.${script}`] as const
  yield* write(folder, [
    [files[0], skeleton.up],
    [files[1], skeleton.down]
  ])
  return { version, name, files } satisfies NewMigration
})

const checked = Effect.fnUntraced(function* ({ backend: text, connection, name: words }: NewOptions) {
  const backend = Backend.parse(text)
  const name = snakeCase(words)
  const problems = [
    ...(backend === undefined
      ? [`unknown backend "${text}"; known: ${Backend.all.join(", ")}${Spelling.hint(text, Backend.all)}`]
      : []),
    FileName.connectionName(connection),
    name === "" ? `"${words}" has no letters to make a name of` : undefined,
    new TextEncoder().encode(name).length > longestName
      ? `the name is too long for a file: at most ${longestName} bytes`
      : undefined
  ].filter(problem => problem !== undefined)
  if (backend === undefined || problems.length > 0) return yield* new RequestInvalid({ problems })
  return backend
})

/** File systems allow 255 bytes, version and ending included. */
const longestName = 255 - "20250101120000_.down.json".length

/** `Create users!` and `createUsers` are `create_users`. */
export const snakeCase = (words: string): string =>
  words
    .normalize("NFC")
    .replaceAll(/(\p{Ll}|\p{N})(\p{Lu})/gu, "$1_$2")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, "_")
    .replaceAll(/^_+|_+$/g, "")

/** The backend's folder; `postgres` where only that one exists. */
const folderOf = Effect.fnUntraced(function* (sfm: string, backend: Backend.Backend) {
  const entries = yield* list(sfm)
  const spelt = entries.filter(name => Backend.parse(name) === backend)
  return spelt.includes(backend) ? backend : (spelt[0] ?? backend)
})

const list = (directory: string) =>
  Effect.flatMap(FileSystem.FileSystem, fs => Effect.orElseSucceed(fs.readDirectory(directory), () => []))

/** The time as a version, or the first second after it that no migration of the folder has. */
const freeVersion = Effect.fnUntraced(function* (folder: string) {
  const taken = new Set((yield* list(folder)).map(file => file.slice(0, 14)))
  let now = yield* Clock.currentTimeMillis
  while (taken.has(versionAt(now))) now += 1000
  return versionAt(now)
})

const versionAt = (milliseconds: number): string =>
  DateTime.formatIso(DateTime.unsafeMake(milliseconds)).replaceAll(/\D/g, "").slice(0, 14)

const write = Effect.fnUntraced(
  function* (folder: string, files: ReadonlyArray<readonly [path: string, text: string]>) {
    const fs = yield* FileSystem.FileSystem
    yield* fs.makeDirectory(folder, { recursive: true })
    for (const [path, text] of files) yield* fs.writeFileString(path, text, { flag: "wx" })
  },
  Effect.mapError(
    (error: PlatformError) => new BuildFailed({ problems: [`could not create: ${error.message}`] })
  )
)
