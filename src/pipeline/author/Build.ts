import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import * as Backend from "../../domain/Backend.ts"
import type { Catalog } from "../../domain/Catalog.ts"
import { BuildFailed, SourceInvalid } from "../../domain/Errors.ts"
import * as FileName from "../../domain/source/FileName.ts"
import * as Generated from "../../domain/source/Generated.ts"
import * as Layout from "../../domain/source/Layout.ts"
import { Registry } from "../../ports/Registry.ts"
import * as AtomicFile from "./AtomicFile.ts"
import * as BuildReport from "./BuildReport.ts"

/**
 * Writes the modules and the index of an SFM directory and removes modules of ours whose scripts are gone.
 * Fails before it changes anything when a file that it did not generate stands in the way.
 */
export const build = Effect.fn("Build.build")(function* (options: BuildReport.BuildOptions) {
  const path = yield* Path.Path
  const sfm = path.join(options.path, ".")
  const output = path.join(options.output ?? options.path, ".")
  const catalog = yield* sources(path.resolve(sfm) === path.resolve(output))
  const inputs = catalog.migrations.map(migration => ({
    migration,
    source: path.relative(sfm, migration.up.path)
  }))
  const existing = yield* generatedFiles(output)
  const texts = wanted(inputs, existing, input => {
    const file = path.relative(output, path.join(sfm, input.source)).replace(/\.ts$/, ".js")
    return file.startsWith(".") ? file : `./${file}`
  })
  const files = yield* Effect.forEach(texts, ([below, text]) => inspect(path.join(output, below), text))
  const orphans = [...existing]
    .filter(below => !texts.some(([file]) => file === below))
    .map(below => path.join(output, below))
  const foreign = files.filter(({ state }) => state === "foreign")
  if (foreign.length > 0) return yield* new BuildFailed({ problems: foreign.map(BuildReport.inTheWay) })
  const report = BuildReport.make(
    options,
    inputs.map(({ migration }) => migration.up.path),
    files,
    orphans
  )
  if (options.check === true && report.stale.length > 0)
    return yield* new BuildFailed({ problems: report.stale })
  if (options.check !== true && options.dryRun !== true) yield* carryOut(files, orphans)
  return report
})

/** The catalog without problems. A module of ours whose scripts are gone is none: it is removed where we write. */
const sources = Effect.fnUntraced(function* (inPlace: boolean) {
  const registry = yield* Registry
  const catalog: Catalog = yield* registry.load
  const problems = catalog.problems.filter(({ reason }) => !inPlace || reason !== Layout.orphan)
  if (problems.length > 0) return yield* new SourceInvalid({ source: registry.source, problems })
  return catalog
})

const INDEX = "index.ts"

/** Paths below the output directory with their texts, the index last. */
const wanted = (
  inputs: ReadonlyArray<Generated.Input>,
  existing: ReadonlySet<string>,
  specifier: (input: Generated.Input) => string
): ReadonlyArray<readonly [path: string, text: string]> => {
  if (inputs.length === 0 && existing.size === 0) return []
  const modules = inputs
    .filter(({ migration }) => migration.up._tag === "Script")
    .map(input => [Generated.modulePath(input), Generated.module(input)] as const)
  return [...modules, [INDEX, Generated.index(inputs, specifier)]]
}

/** Files of ours below the output directory: paths below it. */
const generatedFiles = Effect.fnUntraced(
  function* (output: string) {
    const fs = yield* FileSystem.FileSystem
    const found = new Set<string>()
    const entries = (below: string) =>
      Effect.orElseSucceed(fs.readDirectory(`${output}/${below}`), (): Array<string> => [])
    const isOurs = (below: string) =>
      Effect.map(fs.readFileString(`${output}/${below}`), Generated.isGenerated)
    if ((yield* fs.exists(`${output}/${INDEX}`)) && (yield* isOurs(INDEX))) found.add(INDEX)
    for (const backend of (yield* entries("")).filter(name => Backend.parse(name) !== undefined)) {
      for (const connection of yield* entries(backend)) {
        for (const file of yield* entries(`${backend}/${connection}`)) {
          const below = `${backend}/${connection}/${file}`
          if (FileName.parse(below)._tag === "Module" && (yield* isOurs(below))) found.add(below)
        }
      }
    }
    return found
  },
  Effect.mapError(error => failed("read the generated files", error))
)

const inspect = Effect.fnUntraced(
  function* (file: string, text: string) {
    const fs = yield* FileSystem.FileSystem
    const state = (state: BuildReport.BuildFile["state"]): BuildReport.BuildFile => ({
      path: file,
      text,
      state
    })
    if (!(yield* fs.exists(file))) return state("missing")
    const existing = yield* fs.readFileString(file)
    // Version control may have changed the line ends; the module means the same.
    if (existing.replaceAll("\r\n", "\n") === text) return state("fresh")
    return state(Generated.isGenerated(existing) ? "stale" : "foreign")
  },
  (effect, file) => Effect.mapError(effect, error => failed(`read ${file}`, error))
)

const carryOut = Effect.fnUntraced(function* (
  files: ReadonlyArray<BuildReport.BuildFile>,
  orphans: ReadonlyArray<string>
) {
  const fs = yield* FileSystem.FileSystem
  for (const { path, text, state } of files) {
    if (state === "fresh") continue
    yield* Effect.mapError(AtomicFile.write(path, text), error => failed(`write ${path}`, error))
  }
  for (const file of orphans) {
    yield* Effect.mapError(fs.remove(file), error => failed(`remove ${file}`, error))
  }
})

const failed = (action: string, error: PlatformError): BuildFailed =>
  new BuildFailed({ problems: [`could not ${action}: ${error.message}`] })
