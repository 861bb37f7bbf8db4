import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Catalog } from "../domain/Catalog.ts"
import type { SourceInvalid } from "../domain/Errors.ts"

/** Where the migrations come from: an SFM directory, or the modules that `bfm build` made. */
export class Registry extends Context.Tag("bfm/Registry")<
  Registry,
  {
    /**
     * Reads every migration. What is wrong with single files is in `Catalog.problems`, all of it at once;
     * fails only when the source as a whole cannot be read.
     */
    readonly load: Effect.Effect<Catalog, SourceInvalid>
    /** As messages name it: `sfm`, or `registry`. */
    readonly source: string
  }
>() {}
