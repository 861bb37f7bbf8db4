import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"

/** Writes a file so that a reader meets either the old text or the new one, never a part; makes its directory. */
export const write = Effect.fn("AtomicFile.write")(function* (file: string, text: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const directory = path.dirname(file)
  yield* fs.makeDirectory(directory, { recursive: true })
  // A short name of its own: the file's may be as long as names can be.
  const draft = path.join(directory, `.bfm-${yield* Random.nextIntBetween(0, Number.MAX_SAFE_INTEGER)}`)
  yield* fs.writeFileString(draft, text).pipe(
    Effect.zipRight(fs.rename(draft, file)),
    Effect.onError(() => Effect.ignore(fs.remove(draft, { force: true })))
  )
})
