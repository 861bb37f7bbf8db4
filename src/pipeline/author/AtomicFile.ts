import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Random from "effect/Random"

/**
 * Writes a file so that a reader meets either the old text or the new one, never a part; makes its directory. A
 * file that is replaced keeps its permissions, and its owner where that is allowed.
 */
export const write = Effect.fn("AtomicFile.write")(function* (file: string, text: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const directory = path.dirname(file)
  yield* fs.makeDirectory(directory, { recursive: true })
  // A short name of its own: the file's may be as long as names can be.
  const draft = path.join(directory, `.bfm-${yield* Random.nextIntBetween(0, Number.MAX_SAFE_INTEGER)}`)
  const replaced = yield* Effect.option(fs.stat(file))
  yield* fs.writeFileString(draft, text).pipe(
    Effect.zipRight(Option.isSome(replaced) ? alike(draft, replaced.value) : Effect.void),
    Effect.zipRight(fs.rename(draft, file)),
    Effect.onError(() => Effect.ignore(fs.remove(draft, { force: true })))
  )
})

const alike = Effect.fnUntraced(function* (draft: string, { mode, uid, gid }: FileSystem.File.Info) {
  const fs = yield* FileSystem.FileSystem
  if (Option.isSome(uid) && Option.isSome(gid)) yield* Effect.ignore(fs.chown(draft, uid.value, gid.value))
  yield* fs.chmod(draft, mode & 0o7777)
})
