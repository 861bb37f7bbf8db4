import * as path from "node:path"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Catalog from "../../domain/Catalog.ts"
import { SourceInvalid } from "../../domain/Errors.ts"
import * as Definition from "../../domain/source/Definition.ts"
import * as FileName from "../../domain/source/FileName.ts"
import * as Generated from "../../domain/source/Generated.ts"
import * as Layout from "../../domain/source/Layout.ts"
import { fromFiles, type Sourced } from "../../domain/source/Scripts.ts"
import { Registry } from "../../ports/Registry.ts"
import { reasonOf } from "../store/Reason.ts"
import * as Listing from "./Listing.ts"
import * as Program from "./Program.ts"
import * as Text from "./Text.ts"

/** Migrations of an SFM directory; it is read again each time. */
export const layer = (directory: string): Layer.Layer<Registry> => Layer.succeed(Registry, make(directory))

export const make = (directory: string): Registry["Type"] => {
  const source = path.join(directory, ".")
  return { source, load: load(source) }
}

const load = Effect.fn("Registry.load")(function* (source: string) {
  const layout = yield* Effect.try({
    try: () => arrange(source),
    catch: error => unreadable(source, error)
  })
  const found = yield* read(source, layout)
  const programs = yield* loadPrograms(source, found.programs)
  const migrations = [...found.scripts, ...programs]
  const problems = [...found.problems, ...migrations.flatMap(({ problems }) => problems)]
  return Catalog.make(migrations, problems.sort(byPlace))
})

interface Found {
  readonly scripts: ReadonlyArray<Sourced>
  readonly programs: ReadonlyArray<Layout.ProgramSource>
  readonly problems: ReadonlyArray<Catalog.SourceProblem>
}

const arrange = (source: string): Layout.Layout => {
  const listing = Listing.list(source)
  const layout = Layout.arrange(listing.files.map(FileName.parse), below =>
    Generated.isGenerated(Text.head(`${source}/${below}`, Generated.marker.length))
  )
  return { sources: layout.sources, problems: [...listing.problems, ...layout.problems] }
}

/** Migrations that are read in one go: not an effect per file, as thousands of them are read at each start. */
const slice = 32

const read = Effect.fnUntraced(function* (source: string, { sources, problems }: Layout.Layout) {
  const scripts: Array<Sourced> = []
  const programs: Array<Layout.ProgramSource> = []
  const join = joining(source)
  for (let at = 0; at < sources.length; at += slice) {
    yield* breathe
    for (const found of sources.slice(at, at + slice)) {
      if (found._tag === "Program") programs.push(found)
      else scripts.push(readScripts(source, join, found))
    }
  }
  return { scripts, programs, problems } satisfies Found
})

/** Lets in what has arrived meanwhile: the databases are asked while the files are read. */
const breathe = Effect.async<void>(resume => {
  setImmediate(() => resume(Effect.void))
})

type Join = (below: string) => string

/** `path.join` for thousands of paths that are in order already. */
const joining = (source: string): Join => {
  if (path.sep !== "/") return below => path.join(source, below)
  const prefix = path.join(source, "x").slice(0, -1)
  return below => prefix + below
}

const readScripts = (source: string, join: Join, found: Layout.ScriptSource): Sourced => {
  const path = join(found.up)
  const up = Text.read(`${source}/${found.up}`)
  if (Either.isLeft(up)) return Definition.unusable({ ...found, path, text: "" }, [up.left], found.up)
  const down = found.down === undefined ? undefined : Text.read(`${source}/${found.down}`)
  if (down !== undefined && Either.isLeft(down))
    return Definition.unusable({ ...found, path, text: up.right }, [down.left], found.down)
  return fromFiles(found, { path, up: up.right, down: down?.right }, found.up)
}

const loadPrograms = Effect.fnUntraced(function* (
  source: string,
  programs: ReadonlyArray<Layout.ProgramSource>
) {
  if (programs.length === 0) return []
  const load = yield* Effect.either(Program.loader)
  return yield* Effect.forEach(
    programs,
    found => loadProgram(source, found, Either.isLeft(load) ? () => Effect.fail(load.left) : load.right),
    { concurrency: 8 }
  )
})

const loadProgram = Effect.fnUntraced(function* (
  source: string,
  { path: below, backend, connection, version, name }: Layout.ProgramSource,
  load: Program.Load
) {
  const identity = { backend, connection, version, name, path: path.join(source, below) }
  const text = Text.read(`${source}/${below}`)
  if (Either.isLeft(text)) return Definition.unusable({ ...identity, text: "" }, [text.left], below)
  return yield* Effect.match(load(path.resolve(source, below)), {
    onFailure: problem => Definition.unusable({ ...identity, text: text.right }, [problem], below),
    onSuccess: definition => Definition.fromProgram({ ...identity, text: text.right, definition }, below)
  })
})

const byPlace = (a: Catalog.SourceProblem, b: Catalog.SourceProblem): number =>
  a.path < b.path ? -1 : a.path > b.path ? 1 : (a.line ?? 0) - (b.line ?? 0)

const unreadable = (source: string, error: unknown): SourceInvalid => {
  const reason = reasonOf(error)
  const first = "bfm new postgresql core create_users"
  return new SourceInvalid({
    source,
    problems: [
      {
        path: source,
        reason:
          reason === "does not exist"
            ? `SFM path does not exist: ${source}; name another (BFM_SFM_PATH) or begin one: ${first}`
            : reason
      }
    ]
  })
}
