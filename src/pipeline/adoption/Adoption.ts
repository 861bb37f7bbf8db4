import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import { canonical, short } from "../../domain/Identity.ts"
import type { Migration } from "../../domain/Migration.ts"
import type { AdoptionReport } from "../../domain/predecessor/Adoption.ts"
import * as GoFile from "../../domain/predecessor/GoFile.ts"
import * as Insertion from "../../domain/source/Insertion.ts"
import { Predecessor } from "../../ports/Predecessor.ts"
import * as World from "../plan/World.ts"
import * as Edits from "./Edits.ts"
import * as Entries from "./Entries.ts"
import * as Evidence from "./Evidence.ts"
import type { Facts } from "./Facts.ts"
import * as Since from "./Since.ts"
import * as Strays from "./Strays.ts"

/** What adopting the Go BfM's records comes to; nothing of it is done yet. */
export interface Adoption {
  readonly edits: ReadonlyArray<Edits.Edit>
  readonly entries: ReadonlyArray<Entries.Entry>
  readonly report: AdoptionReport
}

/** Reads the old records, the files and the ledgers, and decides. Changes nothing. */
export const plan = Effect.fn("Adoption.plan")(function* () {
  const { read } = yield* Predecessor
  const state = yield* read
  const world = yield* World.read([], "up")
  const facts: Facts = {
    world,
    state,
    goFiles: yield* goFiles(world.catalog.migrations),
    since: yield* Since.read([...world.connections.keys()])
  }
  return decide(facts)
})

export const decide = (facts: Facts): Adoption => {
  const evidence = Evidence.gather(facts.world.catalog, facts.state)
  const { edits, schemaOf, ...ofFiles } = Edits.of(facts, evidence)
  const { entries, known, pending, ...ofEntries } = Entries.of(facts, evidence, schemaOf)
  const { unknown, questions } = Strays.of(facts, evidence.strays)
  return {
    edits,
    entries,
    report: {
      from: facts.state.address,
      generations: facts.state.generations,
      done: false,
      files: edits.map(({ migration, additions }) => ({
        migration_id: canonical(migration),
        path: migration.up.path,
        lines: Insertion.lines(migration.backend, additions)
      })),
      entries: entries.map(Entries.reported),
      known,
      pending,
      questions: [...ofFiles.questions, ...ofEntries.questions, ...questions],
      unknown,
      notes: [...ofFiles.notes, ...ofEntries.notes],
      run_id: ""
    }
  }
}

/** The `.go` files that stand beside scripts. */
const goFiles = Effect.fnUntraced(function* (migrations: ReadonlyArray<Migration>) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const found = new Map<string, GoFile.GoFile>()
  for (const migration of migrations) {
    const file = path.join(path.dirname(migration.up.path), `${short(migration)}.go`)
    const go = yield* fs.readFileString(file).pipe(
      Effect.map(GoFile.read),
      Effect.catchAll(error => Effect.succeed(isAbsent(error) ? undefined : unreadable(error)))
    )
    if (go !== undefined) found.set(canonical(migration), go)
  }
  return found
})

const isAbsent = (error: PlatformError): boolean =>
  error._tag === "SystemError" && error.reason === "NotFound"

const unreadable = ({ message: reason }: PlatformError): GoFile.GoFile => ({
  problems: [{ line: 1, reason }]
})
