import * as Effect from "effect/Effect"
import { RequestInvalid } from "../../domain/Errors.ts"
import type { Tool } from "../../domain/foreign/Foreign.ts"
import * as Tools from "../../domain/foreign/Tools.ts"
import * as Import from "../../pipeline/foreign/Import.ts"
import * as Flag from "./Flag.ts"
import type { Foreign } from "./Foreign.ts"
import * as Importing from "./Importing.ts"
import * as RenderForeign from "./RenderForeign.ts"
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
  ...Importing.flags
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

const run = Effect.fnUntraced(function* (request: Import.Request, wish: Importing.Wish) {
  const decided = yield* Import.plan(request)
  const work = {
    decided: decided.report,
    nothing: decided.writes.length + decided.entries.length === 0,
    carryOut: Import.carryOut(decided),
    report: RenderForeign.report,
    summary: RenderForeign.summary
  }
  return yield* Importing.run(work, wish)
})
