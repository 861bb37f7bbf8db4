import type * as FileSystem from "@effect/platform/FileSystem"
import type * as Path from "@effect/platform/Path"
import type * as Layer from "effect/Layer"
import type { BfmError } from "../../domain/Errors.ts"
import type { ForeignHistory } from "../../ports/ForeignHistory.ts"
import type { Env } from "./Env.ts"

/** What taking over from another tool needs: stores, files, and its history. `path`: the SFM directory, where named. */
export type Foreign = (
  path: string | undefined
) => Layer.Layer<Env | ForeignHistory | FileSystem.FileSystem | Path.Path, BfmError>
