import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { Actor } from "../../domain/Actor.ts"
import { BuildFailed } from "../../domain/Errors.ts"
import type { AdoptionReport } from "../../domain/predecessor/Adoption.ts"
import * as Insertion from "../../domain/source/Insertion.ts"
import * as AtomicFile from "../author/AtomicFile.ts"
import type { Adoption } from "./Adoption.ts"
import type { Edit } from "./Edits.ts"
import * as Entering from "./Entering.ts"

/** Who wrote an entry of which nobody knows who applied it. */
const importer: Actor = { name: "import bfm", method: "cli" }

/**
 * Writes the directives, and then the entries: their checksums are those of the files as they are now. Runs
 * nothing. What breaks off in the middle is finished by doing it again.
 */
export const carryOut = Effect.fn("Adopt.carryOut")(function* ({ edits, entries, report }: Adoption) {
  for (const edit of edits) yield* write(edit)
  const runId = yield* Entering.enter(entries, importer)
  const done: AdoptionReport = { ...report, done: edits.length + entries.length > 0, run_id: runId }
  return done
})

/** Puts the directives into the file itself, also where a link leads to it; byte for byte, the rest stays. */
const write = Effect.fnUntraced(
  function* ({ migration: { backend, up }, additions }: Edit) {
    const fs = yield* FileSystem.FileSystem
    const file = yield* fs.realPath(up.path)
    // The byte-order mark is the file's: it is kept.
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(yield* fs.readFile(file))
    const changed = yield* Either.mapLeft(
      Insertion.insert(backend, text, additions),
      reason => new BuildFailed({ problems: [`${up.path}: ${reason}`] })
    )
    yield* AtomicFile.write(file, changed)
  },
  (effect, { migration: { up } }) =>
    Effect.mapError(effect, error => (error._tag === "BuildFailed" ? error : notWritten(up.path, error)))
)

const notWritten = (path: string, error: PlatformError): BuildFailed =>
  new BuildFailed({ problems: [`could not write ${path}: ${error.message}`] })
