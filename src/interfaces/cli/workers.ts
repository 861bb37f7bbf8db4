import * as Effect from "effect/Effect"
import type { Worker } from "../../domain/Worker.ts"
import { Pipeline } from "../../pipeline/Pipeline.ts"
import * as ExitCode from "./ExitCode.ts"
import * as Moment from "./Moment.ts"
import * as Options from "./Options.ts"
import { Screen } from "./Screen.ts"
import type { Style } from "./Style.ts"
import * as Table from "./Table.ts"
import * as Text from "./Text.ts"
import * as Verb from "./Verb.ts"

/** `workers`: the fleet. */
export const workers = Verb.make(
  {
    words: ["workers"],
    summary: "the workers that carry out what is queued",
    examples: ["bfm workers", "bfm workers --json"],
    flags: { json: Options.json }
  },
  Effect.fn("cli.workers")(function* ({ json }) {
    const screen = yield* Screen
    const pipeline = yield* Pipeline
    const items = yield* pipeline.workers
    yield* json ? screen.json({ items, total: items.length }) : screen.out(lines(screen.style, items))
    return ExitCode.done
  })
)

const lines = (style: Style, workers: ReadonlyArray<Worker>): ReadonlyArray<string> =>
  workers.length === 0
    ? ["No worker listens: start one with bfm worker"]
    : Table.lines(workers.map(worker => row(style, worker)))

const row = (
  { colour }: Style,
  { id, alive, draining, version, since, heartbeat_at, capacity, runs }: Worker
) => [
  Text.clean(id),
  !alive ? colour.red("silent") : draining ? colour.yellow("draining") : colour.green("alive"),
  Text.clean(`bfm ${version}`),
  `since ${moment(since)}`,
  alive ? `${runs.length}/${capacity} runs` : `last heard ${moment(heartbeat_at)}`,
  runs.join(" ")
]

const moment = (at: number): string => Moment.local(new Date(at).toISOString())
