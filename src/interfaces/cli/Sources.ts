import type * as FileSystem from "@effect/platform/FileSystem"
import type * as Path from "@effect/platform/Path"
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type { BfmError } from "../../domain/Errors.ts"
import type { Registry } from "../../ports/Registry.ts"

/** The migrations as files, for commands that need no store. */
export interface Sources {
  /** The SFM directory where none is named. */
  readonly path: Effect.Effect<string, BfmError>
  readonly layer: (path: string) => Layer.Layer<Registry | FileSystem.FileSystem | Path.Path>
}
