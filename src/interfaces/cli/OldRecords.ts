import type * as FileSystem from "@effect/platform/FileSystem"
import type * as Path from "@effect/platform/Path"
import type * as Layer from "effect/Layer"
import type { BfmError } from "../../domain/Errors.ts"
import type { Predecessor } from "../../ports/Predecessor.ts"
import type { Env } from "./Env.ts"

/** Where the old records and the files are, as far as they are named. */
export interface Named {
  readonly from: string | undefined
  readonly stateSchema: string | undefined
  readonly path: string | undefined
}

/** What taking over from a Go BfM needs: stores, files, and its records. */
export type OldRecords = (
  named: Named
) => Layer.Layer<Env | Predecessor | FileSystem.FileSystem | Path.Path, BfmError>
