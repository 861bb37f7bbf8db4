import * as Effect from "effect/Effect"
import { RequestInvalid } from "../../domain/Errors.ts"
import type { Tool } from "../../domain/foreign/Foreign.ts"
import * as Tools from "../../domain/foreign/Tools.ts"
import * as Import from "../../pipeline/foreign/Import.ts"
import * as Confirm from "./Confirm.ts"
import * as ExitCode from "./ExitCode.ts"
import * as Flag from "./Flag.ts"
import type { Foreign } from "./Foreign.ts"
import * as Options from "./Options.ts"
import * as RenderForeign from "./RenderForeign.ts"
import { Screen } from "./Screen.ts"
import type { Sources } from "./Sources.ts"
import * as Verb from "./Verb.ts"

/** `import flyway` and so on: takes over a folder of another tool, and what its history says was applied. */
export const all = (foreign: Foreign, sources: Sources) => Tools.all.map(tool => make(tool, foreign, sources))

const flags = {
  from: Flag.text({ name: "from", value: "DIR", help: "the folder with its migrations" }),
  connection: Flag.text({
    name: "connection",
    alias: "c",
    value: "C",
    help: "the connection whose database they changed"
  }),
  table: Flag.text({
    name: "history-table",
    value: "T",
    help: "its history table, where it has another name than usual"
  }),
  path: Flag.text({
    name: "path",
    alias: "p",
    value: "DIR",
    help: "the SFM directory (BFM_SFM_PATH, ./sfm)"
  }),
  dryRun: Flag.toggle({ name: "dry-run", help: "only say what would be written" }),
  yes: Options.yes,
  json: Options.json
}

const make = (tool: Tool, foreign: Foreign, sources: Sources) =>
  Verb.make(
    {
      words: ["import", tool.name],
      summary: `take over migrations of ${tool.name} and its history; runs nothing`,
      examples: [
        `bfm import ${tool.name} --from db/migrations --connection core --dry-run`,
        `bfm import ${tool.name} --from db/migrations --connection core --yes`
      ],
      flags
    },
    Effect.fn("cli.import")(function* ({ from, connection, table, path, ...wish }) {
      if (from === undefined || connection === undefined) {
        return yield* new RequestInvalid({
          problems: [
            `say where its folder is and whose it is: bfm import ${tool.name} --from DIR --connection C`
          ]
        })
      }
      const sfm = path ?? (yield* sources.path)
      return yield* Effect.provide(run({ tool, from, connection, table, sfm }, wish), foreign(path))
    })
  )

interface Wish {
  readonly dryRun: boolean
  readonly yes: boolean
  readonly json: boolean
}

const run = Effect.fnUntraced(function* (request: Import.Request, { dryRun, yes, json }: Wish) {
  const screen = yield* Screen
  const decided = yield* Import.plan(request)
  const nothing = decided.writes.length + decided.entries.length === 0
  const asked = !(dryRun || nothing || yes)
  if (asked) {
    if (!screen.interactive) return yield* new RequestInvalid({ problems: [Confirm.unasked("importing")] })
    yield* screen.out(RenderForeign.report(screen.style, decided.report))
    if (!(yield* screen.ask("Import?"))) return yield* Confirm.declined
  }
  const report = dryRun || nothing ? decided.report : yield* Import.carryOut(decided)
  if (json) yield* screen.json(report)
  else {
    const shown = asked ? [] : RenderForeign.report(screen.style, report)
    yield* screen.out([...shown, ...RenderForeign.summary(screen.style, report)])
  }
  return report.questions.length === 0 ? ExitCode.done : ExitCode.drift
})
