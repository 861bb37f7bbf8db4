import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import type { Actor } from "../../domain/Actor.ts"
import * as Backend from "../../domain/Backend.ts"
import * as Catalog from "../../domain/Catalog.ts"
import { BuildFailed, ConnectionUnknown, NotSupported, RequestInvalid } from "../../domain/Errors.ts"
import type { SourceFile, Tool } from "../../domain/foreign/Foreign.ts"
import type { ForeignReport } from "../../domain/foreign/Report.ts"
import { Connections } from "../../ports/Connections.ts"
import { ForeignHistory } from "../../ports/ForeignHistory.ts"
import { Registry } from "../../ports/Registry.ts"
import * as Entering from "../adoption/Entering.ts"
import * as Since from "../adoption/Since.ts"
import * as AtomicFile from "../author/AtomicFile.ts"
import * as World from "../plan/World.ts"
import * as Decide from "./Decide.ts"

/** What is to be imported, from where, to where. */
export interface Request {
  readonly tool: Tool
  /** The other tool's folder. */
  readonly from: string
  readonly connection: string
  /** The history table where it is not the tool's usual one. */
  readonly table: string | undefined
  /** The SFM directory. */
  readonly sfm: string
}

/** Reads the folder, the history and the ledger, and decides. Changes nothing. */
export const plan = Effect.fn("Import.plan")(function* (request: Request) {
  const { tool, connection: name } = request
  const { configured } = yield* Connections
  const connection = configured.get(name)
  if (connection === undefined) {
    return yield* new ConnectionUnknown({ connection: name, configured: [...configured.keys()] })
  }
  if (!Backend.capabilities[connection.backend].importable) {
    return yield* new NotSupported({
      connection: name,
      action: `import from ${tool.name}`,
      reason: `it is ${connection.backend}: only migrations of ${Backend.able(can => can.importable)} are imported`
    })
  }
  const path = yield* Path.Path
  const files = yield* folder(request.from)
  const target = path.join(request.sfm, connection.backend, name)
  const history = yield* (yield* ForeignHistory).read(name, request.table ?? tool.table)
  const world = yield* worldOf(request)
  const decided = Decide.decide({
    request,
    connection,
    files,
    target,
    existing: yield* existing(target),
    history,
    world,
    since: yield* Since.read([name])
  })
  return decided.problems.length > 0 ? yield* new RequestInvalid({ problems: decided.problems }) : decided
})

/** Whoever has just come has no SFM directory yet: then there are no migrations, which is no mistake here. */
const worldOf = Effect.fnUntraced(function* ({ connection, sfm }: Request) {
  const fs = yield* FileSystem.FileSystem
  const read = World.read([connection], "up")
  if (yield* Effect.orElseSucceed(fs.exists(sfm), () => true)) return yield* read
  return yield* Effect.provideService(read, Registry, {
    load: Effect.succeed(Catalog.make([], [])),
    source: sfm
  })
})

/** Writes the files, and then the ledger. Runs nothing; what breaks off in the middle is finished by doing it again. */
export const carryOut = Effect.fn("Import.carryOut")(function* (decided: Decide.Decided) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  for (const { file, text } of decided.writes) {
    yield* fs
      .makeDirectory(path.dirname(file), { recursive: true })
      .pipe(Effect.zipRight(AtomicFile.write(file, text)), Effect.mapError(notWritten(file)))
  }
  const { report } = decided
  const importer: Actor = { name: `import ${report.tool}`, method: "cli" }
  const runId = yield* Entering.enter(decided.entries, importer)
  const done: ForeignReport = {
    ...report,
    done: decided.writes.length + decided.entries.length > 0,
    run_id: runId
  }
  return done
})

const notWritten =
  (file: string) =>
  ({ message }: PlatformError): BuildFailed =>
    new BuildFailed({ problems: [`could not write ${file}: ${message}`] })

/** The files of a folder, those below it not: none of the tools looks there by itself but Flyway, which does. */
const folder = Effect.fnUntraced(function* (from: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const names = yield* Effect.mapError(
    fs.readDirectory(from, { recursive: true }),
    ({ message }) =>
      new RequestInvalid({ problems: [`--from: the folder ${from} cannot be read: ${message}`] })
  )
  const files: Array<SourceFile> = []
  for (const name of names.filter(found => /\.(sql|conf|go|[cm]?[jt]s)$/.test(found)).sort()) {
    const text = yield* Effect.mapError(
      fs.readFileString(path.join(from, name)),
      ({ message }) =>
        new RequestInvalid({ problems: [`${path.join(from, name)} cannot be read: ${message}`] })
    )
    files.push({ name: path.basename(name), text })
  }
  return files
})

/** What stands in the folder of the connection already, by its name. */
const existing = Effect.fnUntraced(function* (target: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const names = yield* Effect.orElseSucceed(fs.readDirectory(target), () => [])
  const found = new Map<string, string>()
  for (const name of names.filter(file => /\.(up|down)\.sql$/.test(file))) {
    const file = path.join(target, name)
    found.set(name, yield* Effect.mapError(fs.readFileString(file), notRead(file)))
  }
  return found
})

const notRead =
  (file: string) =>
  ({ message }: PlatformError): BuildFailed =>
    new BuildFailed({ problems: [`could not read ${file}: ${message}`] })
