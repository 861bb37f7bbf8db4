import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type { BfmError } from "../../domain/Errors.ts"
import type { Connections } from "../../ports/Connections.ts"
import type { Lock } from "../../ports/Lock.ts"
import type { Registry } from "../../ports/Registry.ts"
import type { StateStore } from "../../ports/StateStore.ts"
import * as Build from "./build.ts"
import { down } from "./down.ts"
import { history } from "./history.ts"
import * as Import from "./import.ts"
import * as New from "./new.ts"
import { plan } from "./plan.ts"
import { resolve } from "./resolve.ts"
import type { Screen } from "./Screen.ts"
import type { Sources } from "./Sources.ts"
import { status } from "./status.ts"
import { up } from "./up.ts"
import type { Verb } from "./Verb.ts"
import { validate } from "./validate.ts"
import * as Version from "./version.ts"

/** What commands that look at stores need; built when such a command runs, and only then. */
export type Env = Import.Env

/** What the program brings along that has this command line. */
export interface Program {
  readonly version: string
  readonly env: Layer.Layer<Env, BfmError>
  readonly sources: Sources
  readonly adoption: Import.Adoption
}

/** Every command, in the order in which help shows them. */
export const all = ({ version, env, sources, adoption }: Program): ReadonlyArray<Verb<BfmError, Screen>> => {
  const stored = (verb: Verb<BfmError, Screen | Env>): Verb<BfmError, Screen> => ({
    ...verb,
    parse: (given, operands) =>
      Effect.map(verb.parse(given, operands), parsed => ({ ...parsed, run: Effect.provide(parsed.run, env) }))
  })
  return [
    stored(status),
    stored(plan),
    stored(up),
    stored(down),
    stored(history),
    stored(validate),
    stored(resolve),
    New.make(sources),
    Build.make(sources),
    Import.make(adoption),
    Version.make(version)
  ]
}
