import * as Args from "@effect/cli/Args"
import * as Effect from "effect/Effect"
import * as New from "../../pipeline/author/New.ts"
import * as ExitCode from "./ExitCode.ts"
import * as Options from "./Options.ts"
import { Screen } from "./Screen.ts"
import type { Sources } from "./Sources.ts"
import * as Text from "./Text.ts"
import * as Verb from "./Verb.ts"

/** `new BACKEND CONNECTION NAME`: the files of a new migration. */
export const make = (sources: Sources) =>
  Verb.make(
    {
      words: ["new"],
      summary: "begin a migration: creates its files",
      examples: ["bfm new postgresql core create_users", "bfm new postgresql core 'add email to users'"],
      operands: {
        shown: "BACKEND CONNECTION NAME",
        args: Args.all([
          Args.text({ name: "BACKEND" }),
          Args.text({ name: "CONNECTION" }),
          Args.text({ name: "NAME" })
        ])
      },
      flags: { json: Options.json }
    },
    Effect.fn("cli.new")(function* ({ json }, [backend, connection, name]) {
      const screen = yield* Screen
      const path = yield* sources.path
      const created = yield* New.create({ path, backend, connection, name }).pipe(
        Effect.provide(sources.layer(path))
      )
      if (json) yield* screen.json(created)
      else {
        const next = Text.command(["migrate", "plan", "--connection", connection])
        yield* screen.out([
          ...created.files.map(file => `Created: ${file}`),
          `Write the change, then: ${next}`
        ])
      }
      return ExitCode.done
    })
  )
