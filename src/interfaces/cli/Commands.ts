import * as Layer from "effect/Layer"
import type { BfmError } from "../../domain/Errors.ts"
import * as Pipeline from "../../pipeline/Pipeline.ts"
import * as Baseline from "./baseline.ts"
import * as Build from "./build.ts"
import * as Completions from "./completions.ts"
import * as Doctor from "./doctor.ts"
import { down } from "./down.ts"
import type { Env } from "./Env.ts"
import type { Foreign } from "./Foreign.ts"
import { history } from "./history.ts"
import * as Import from "./import.ts"
import * as ImportTool from "./importTool.ts"
import * as New from "./new.ts"
import type { OldRecords } from "./OldRecords.ts"
import * as Place from "./Place.ts"
import { plan } from "./plan.ts"
import { resolve } from "./resolve.ts"
import * as Runs from "./runs.ts"
import type { Screen } from "./Screen.ts"
import type { Sources } from "./Sources.ts"
import * as Serve from "./serve.ts"
import { status } from "./status.ts"
import { provision, tenants } from "./tenants.ts"
import { up } from "./up.ts"
import type { Verb } from "./Verb.ts"
import { validate } from "./validate.ts"
import * as Version from "./version.ts"
import { wait } from "./wait.ts"
import { workers } from "./workers.ts"

export type { Env } from "./Env.ts"

/** What the program brings along that has this command line. */
export interface Program {
  readonly version: string
  readonly env: Layer.Layer<Env, BfmError>
  /** The same where the configuration is only looked at: nothing is said of it beforehand. */
  readonly checkup: Layer.Layer<Env, BfmError>
  readonly sources: Sources
  readonly records: OldRecords
  readonly foreign: Foreign
  readonly bench: Baseline.Bench
  readonly remote: Place.Remote
  readonly serve?: Serve.Lasting
  readonly dev?: Serve.Lasting
  readonly worker?: Serve.Lasting
}

/** Every command, in the order in which help shows them. */
export const all = ({
  version,
  env,
  checkup,
  sources,
  records,
  foreign,
  bench,
  remote,
  serve,
  dev,
  worker
}: Program): ReadonlyArray<Verb<BfmError, Screen>> => {
  const anywhere = Place.anywhere(Layer.provide(Pipeline.layer, env), remote)
  const here = Place.here(Layer.empty, remote)
  const verbs: ReadonlyArray<Verb<BfmError, Screen>> = [
    anywhere(status),
    anywhere(wait),
    anywhere(plan),
    anywhere(up),
    anywhere(down),
    anywhere(history),
    anywhere(validate),
    ...Runs.all.map(anywhere),
    anywhere(provision),
    anywhere(tenants),
    Place.here(env, remote)(resolve),
    here(Doctor.make(checkup)),
    here(Baseline.make(bench)),
    New.make(sources),
    Build.make(sources),
    Serve.dev(dev),
    Serve.serve(serve),
    Serve.worker(worker),
    anywhere(workers),
    here(Import.make(records)),
    ...ImportTool.all(foreign, sources).map(here),
    Completions.make(() => verbs),
    Version.make(version)
  ]
  return verbs
}
