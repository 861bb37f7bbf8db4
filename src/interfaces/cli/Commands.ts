import * as Layer from "effect/Layer"
import type { BfmError } from "../../domain/Errors.ts"
import * as Pipeline from "../../pipeline/Pipeline.ts"
import type { Connections } from "../../ports/Connections.ts"
import type { Lock } from "../../ports/Lock.ts"
import type { Registry } from "../../ports/Registry.ts"
import type { StateStore } from "../../ports/StateStore.ts"
import * as Build from "./build.ts"
import { down } from "./down.ts"
import { history } from "./history.ts"
import * as New from "./new.ts"
import * as Place from "./Place.ts"
import { plan } from "./plan.ts"
import { resolve } from "./resolve.ts"
import type { Screen } from "./Screen.ts"
import type { Sources } from "./Sources.ts"
import * as Serve from "./serve.ts"
import { status } from "./status.ts"
import { up } from "./up.ts"
import type { Verb } from "./Verb.ts"
import { validate } from "./validate.ts"
import * as Version from "./version.ts"

/** What commands that look at stores need; built when such a command runs, and only then. */
export type Env = Registry | Connections | StateStore | Lock

/** What the program brings along that has this command line. */
export interface Program {
  readonly version: string
  readonly env: Layer.Layer<Env, BfmError>
  readonly sources: Sources
  readonly remote: Place.Remote
  readonly serve?: Serve.Serve
}

/** Every command, in the order in which help shows them. */
export const all = ({
  version,
  env,
  sources,
  remote,
  serve
}: Program): ReadonlyArray<Verb<BfmError, Screen>> => {
  const anywhere = Place.anywhere(Layer.provide(Pipeline.layer, env), remote)
  return [
    anywhere(status),
    anywhere(plan),
    anywhere(up),
    anywhere(down),
    anywhere(history),
    anywhere(validate),
    Place.here(env, remote)(resolve),
    New.make(sources),
    Build.make(sources),
    Serve.make(serve),
    Version.make(version)
  ]
}
