import * as path from "node:path"
import type { Command } from "./Command.ts"
import { schema } from "./Corpus.ts"

/** How `bin/bfm` is called in this benchmark. */
export interface Bfm {
  readonly command: (args: ReadonlyArray<string>, places: Places) => Command
}

/** URLs of the two databases that a run needs. */
export interface Places {
  readonly target: string
  readonly state: string
}

export const environment = ({ target, state }: Places, sfm: string): Readonly<Record<string, string>> => ({
  BFM_SFM_PATH: sfm,
  BFM_STATE_DB_URL: state,
  BFM_STATE_DB_PASSWORD: "",
  CORE_BACKEND: "postgresql",
  CORE_DB_URL: target,
  CORE_SCHEMA: schema
})

export const make = (root: string, sfm: string, home: string): Bfm => ({
  command: (args, places) => ({
    file: process.execPath,
    args: [path.join(root, "bin", "bfm"), ...args],
    env: { HOME: home, ...environment(places, sfm) }
  })
})
