import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import * as esbuild from "esbuild"
import { describe } from "vitest"
import * as Files from "../../../src/adapters/files/Registry.ts"
import type { Migration } from "../../../src/domain/Migration.ts"
import { Session, SessionError } from "../../../src/domain/Session.ts"
import * as Sfm from "../../fixtures/Sfm.ts"

const file = "postgresql/core/20250601000000_backfill.ts"

// The directory is a temporary one: it has no node_modules, and none of its parents has.
const loaded = (files: Readonly<Record<string, string>>) =>
  Effect.flatMap(Sfm.make(files), directory => Files.make(directory).load)

const problems = (text: string) =>
  Effect.map(loaded({ [file]: text }), catalog =>
    catalog.problems.map(({ path, line, reason }) => `${path}:${line ?? ""} ${reason}`)
  )

/** What a program sends to a store that refuses what it does not know. */
const run = (migration: Migration | undefined) =>
  Effect.gen(function* () {
    const sent: Array<string> = []
    const change = migration?.up
    if (change?._tag !== "Program") return yield* Effect.dieMessage("is not a program")
    const send = (statement: string) =>
      statement.startsWith("refused")
        ? Effect.fail(new SessionError({ reason: "no", statement }))
        : Effect.sync(() => void sent.push(statement))
    const result = yield* Effect.either(
      Effect.provideService(change.run, Session, {
        schema: "core",
        execute: send,
        query: statement => Effect.as(send(statement), [{ n: 3 }])
      })
    )
    return { sent, result }
  })

const program = `
import { Migration, Session, type SessionError } from "bfm"
import { pipe } from "effect"
import * as Effect from "effect/Effect"

export default Migration.make({
  schema: "core",
  table: "users",
  tags: { Env: "prod" },
  dependsOn: ["create_users", "logs/20250101000000"],
  requires: ["table core.users"],
  lockTimeout: "5s",
  statementTimeout: "10 minutes",
  up: Effect.gen(function* () {
    const session = yield* Session
    const rows = yield* session.query("SELECT count(*) AS n FROM users")
    yield* pipe(session.execute("refused"), Effect.catchTag("SessionError", (error: SessionError) =>
      session.execute(\`-- \${session.schema} \${String(rows[0]?.n)} \${error.message}\`)))
    return "ignored"
  }),
  down: Effect.flatMap(Session, session => session.execute("refused"))
})
`

describe("migration programs", () => {
  it.scoped("load without any node_modules near them and run with our session and errors", () =>
    Effect.gen(function* () {
      const catalog = yield* loaded({ [file]: program })
      expect(catalog.problems).toEqual([])
      const [migration] = catalog.migrations
      expect(migration).toMatchObject({
        backend: "postgresql",
        connection: "core",
        version: "20250601000000",
        name: "backfill",
        schema: { _tag: "Fixed", name: "core" },
        table: "users",
        tags: { env: "prod" },
        dependsOn: [
          { target: "create_users", line: 10 },
          { connection: "logs", target: "20250101000000", line: 10 }
        ],
        requires: [{ kind: "table", name: "core.users" }],
        transaction: "own",
        lockTimeout: 5000,
        statementTimeout: 600_000,
        up: { text: program },
        down: { _tag: "Program" }
      })
      expect((yield* run(migration)).sent).toEqual(["SELECT count(*) AS n FROM users", "-- core 3 no"])
    })
  )

  it.scoped("see an edited file, and the files that it imports, when they are loaded again", () =>
    Effect.gen(function* () {
      const text = (statement: string) => `
        import { Migration, Session } from "bfm"
        import * as Effect from "effect/Effect"
        import { suffix } from "../../../.shared/suffix"
        export default Migration.make({ up: Effect.flatMap(Session, _ => _.execute("${statement}" + suffix)) })`
      const root = yield* Sfm.make({
        [`sfm/${file}`]: text("one"),
        ".shared/suffix.ts": `export const suffix: string = " a"`
      })
      const registry = Files.make(`${root}/sfm`)
      const first = yield* registry.load
      Sfm.write(root, {
        [`sfm/${file}`]: text("two"),
        ".shared/suffix.ts": `export const suffix: string = " b"`
      })
      const second = yield* registry.load
      expect((yield* run(first.migrations[0])).sent).toEqual(["one a"])
      expect((yield* run(second.migrations[0])).sent).toEqual(["two b"])
      expect(second.migrations[0]?.up.text).toBe(text("two"))
    })
  )

  it.scoped.each([
    ["export default {", /^:\d+ cannot be loaded: ParseError/],
    ["\nconst a = {{\nexport default a", /^:2 cannot be loaded: ParseError/],
    ["\n\nthrow new Error('boom')\n", /^:3 cannot be loaded: boom$/],
    ['import "nowhere"', /cannot be loaded: Cannot find .*nowhere/],
    ["export const up = 1", /the default export is no migration/],
    ["export default { up: 1 }", /the default export is no migration/],
    [
      'import { Migration } from "bfm"\nexport default Migration.make({ up: () => 1 } as any)',
      /up must be an Effect/
    ],
    [
      'import { Migration } from "bfm"\nimport * as Effect from "effect/Effect"\nexport default Migration.make({\n  tag: {},\n  up: Effect.void } as any)',
      /^:4 unknown field tag; did you mean tags\?$/
    ],
    [
      'import { Migration } from "bfm"\nimport * as Effect from "effect/Effect"\nexport default Migration.make({\n  lockTimeout: "soon",\n  up: Effect.void } as any)',
      /^:4 lockTimeout: "soon" is not a time/
    ]
  ] as const)("are refused with their line: %j", ([text, expected]) =>
    Effect.gen(function* () {
      const found = yield* problems(text)
      expect(found).toHaveLength(1)
      expect(found[0]?.slice(file.length)).toMatch(expected)
    })
  )

  it.scoped("are given up when they wait for what never comes", () =>
    Effect.gen(function* () {
      const loading = yield* Effect.fork(problems("await new Promise(() => {})\nexport default 1"))
      // Until it is being loaded no time passes.
      yield* Effect.repeat(
        Effect.zipRight(
          Effect.promise(() => new Promise(setImmediate)),
          TestClock.adjust("10 seconds")
        ),
        { until: () => Effect.map(Fiber.poll(loading), Option.isSome) }
      )
      expect(yield* Fiber.join(loading)).toEqual([
        expect.stringMatching(/backfill\.ts: cannot be loaded: .*60s/)
      ])
    })
  )

  it.scoped("fail when one that could not be loaded is run all the same", () =>
    Effect.gen(function* () {
      const catalog = yield* loaded({ [file]: "throw new Error('boom')" })
      const { result } = yield* run(catalog.migrations[0])
      expect(result).toMatchObject({ _tag: "Left", left: { message: "cannot be loaded: boom" } })
    })
  )

  it.scoped("are second migrations beside a pair, unless bfm build made them of it", () =>
    Effect.gen(function* () {
      const pair = { [file.replace(".ts", ".up.sql")]: "SELECT 1" }
      const beside = yield* loaded({ ...pair, [file]: program })
      expect(beside.problems).toEqual([
        {
          path: file,
          reason: expect.stringContaining("and this module was not generated from it; keep one of them")
        }
      ])
      const generated = "// Generated by bfm build from x. Do not edit.\nsyntax error"
      const built = yield* loaded({ ...pair, [file]: generated, "index.ts": generated })
      expect(built.problems).toEqual([])
      expect(built.migrations.map(({ up }) => up.text)).toEqual(["SELECT 1"])
      const orphan = yield* loaded({ [file]: generated })
      expect(orphan.problems).toEqual([
        { path: file, reason: expect.stringContaining("scripts that are gone") }
      ])
      expect(orphan.migrations).toEqual([])
    })
  )

  // The command line is one CommonJS file with its own effect inside; a program then brings along another copy.
  it.scoped("run in a bundle that carries its own copy of effect", () =>
    Effect.gen(function* () {
      const directory = yield* Sfm.make({
        [file]: `${program}\n;(globalThis as any).effectOfProgram = Effect`
      })
      const bundle = yield* Effect.acquireRelease(
        Effect.promise(() => bundled(entry(directory))),
        bundle => Effect.sync(() => fs.rmSync(path.dirname(bundle), { recursive: true, force: true }))
      )
      const printed: unknown = JSON.parse(execFileSync(process.execPath, [bundle], { encoding: "utf8" }))
      expect(printed).toEqual({
        copies: 2,
        problems: [],
        sent: ["SELECT count(*) AS n FROM users", "-- core 3 no"],
        down: "SessionError refused"
      })
    })
  )
})

const entry = (directory: string): string => `
  import * as Effect from "effect/Effect"
  import * as Files from "./src/adapters/files/Registry.ts"
  import { Session, SessionError } from "./src/domain/Session.ts"
  const sent = []
  const send = statement => statement === "refused"
    ? Effect.fail(new SessionError({ reason: "no", statement }))
    : Effect.sync(() => { sent.push(statement) })
  const session = { schema: "core", execute: send, query: _ => Effect.as(send(_), [{ n: 3 }]) }
  Effect.runPromise(Effect.gen(function* () {
    const catalog = yield* Files.make(${JSON.stringify(directory)}).load
    const [migration] = catalog.migrations
    yield* Effect.provideService(migration.up.run, Session, session)
    const down = yield* migration.down.run.pipe(
      Effect.provideService(Session, session),
      Effect.catchTag("SessionError", error => Effect.succeed("SessionError " + error.statement))
    )
    const copies = new Set([Effect.succeed, globalThis.effectOfProgram.succeed]).size
    process.stdout.write(JSON.stringify({ copies, problems: catalog.problems, sent, down }))
  }))
`

const bundled = async (contents: string): Promise<string> => {
  const root = path.resolve(import.meta.dirname, "../../..")
  const outfile = path.join(root, "node_modules/.cache", `bfm-program-${process.pid}`, "bundle.cjs")
  await esbuild.build({
    stdin: { contents, resolveDir: root, loader: "js" },
    outfile,
    bundle: true,
    minify: true,
    platform: "node",
    format: "cjs",
    external: ["jiti"],
    supported: { "dynamic-import": false },
    logLevel: "error"
  })
  return outfile
}
