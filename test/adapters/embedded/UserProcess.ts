import * as ChildProcess from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import esbuild from "esbuild"

/** What `User.ts` says. */
export interface Said {
  readonly host?: string
  readonly port?: number
  readonly failed?: string
}

/** A process that uses the embedded database. */
export interface UserProcess {
  readonly pid: number
  /** Its first line: where the server listens, or why there is none. */
  readonly said: Effect.Effect<Said>
  /** Ends it in order, and waits for that. */
  readonly leave: Effect.Effect<void>
  /** Ends it with SIGKILL, and waits for that. */
  readonly kill: Effect.Effect<void>
}

/** A directory of one's own, open to all accounts; everything in it is gone at the end. */
export const temporary: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "bfm-"))
    fs.chmodSync(directory, 0o755)
    return directory
  }),
  directory => Effect.sync(() => fs.rmSync(directory, { recursive: true, force: true }))
)

/** Bundles the user program as the command line is bundled: one CommonJS file. */
export const bundle = (directory: string): Effect.Effect<string> =>
  Effect.promise(async () => {
    const outfile = path.join(directory, "user.cjs")
    await esbuild.build({
      entryPoints: [fileURLToPath(new URL("User.ts", import.meta.url))],
      outfile,
      bundle: true,
      platform: "node",
      format: "cjs",
      external: ["pg-native"],
      logLevel: "error"
    })
    return outfile
  })

/** What the tests of one file share: making a cluster takes longest. */
export class Shared extends Context.Tag("test/Shared")<
  Shared,
  {
    /** The bundled user program. */
    readonly program: string
    /** A data directory of one's own whose cluster is made already. */
    readonly made: Effect.Effect<string, never, Scope.Scope>
  }
>() {}

export const shared = Layer.scoped(
  Shared,
  Effect.gen(function* () {
    const directory = yield* temporary
    const program = yield* bundle(directory)
    const first = path.join(directory, "first")
    const user = yield* start(program, first)
    const said = yield* user.said
    if (said.failed !== undefined) return yield* Effect.dieMessage(said.failed)
    const pid = serverPid(first)
    yield* user.leave
    yield* gone(pid)
    const made = Effect.map(temporary, parent => {
      const dataDir = path.join(parent, ".bfm")
      ChildProcess.execFileSync("cp", ["-a", first, dataDir])
      return dataDir
    })
    return { program, made }
  })
)

/** Starts a user of `dataDir`; killed at the end if it is still there. */
export const start = (program: string, dataDir: string): Effect.Effect<UserProcess, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const child = ChildProcess.spawn(process.execPath, [program, dataDir], {
        stdio: ["pipe", "pipe", "inherit"]
      })
      const gone = new Promise<void>(resolve => child.on("exit", () => resolve()))
      const said = new Promise<Said>(resolve => {
        createInterface(child.stdout).once("line", line => resolve(JSON.parse(line) as Said))
        child.on("exit", code => resolve({ failed: `ended with ${code}` }))
      })
      const ended = (end: () => void) =>
        Effect.zipRight(
          Effect.sync(end),
          Effect.promise(() => gone)
        )
      return {
        pid: child.pid ?? 0,
        said: Effect.promise(() => said),
        leave: ended(() => child.stdin.end()),
        kill: ended(() => child.kill("SIGKILL"))
      }
    }),
    user => user.kill
  )

export const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Waits for something to be there, but no longer than ten seconds. */
export const until = <A>(what: string, look: () => A | undefined): Effect.Effect<A> =>
  Effect.suspend(() => {
    const found = look()
    return found === undefined ? Effect.fail("not yet") : Effect.succeed(found)
  }).pipe(
    Effect.retry(Schedule.spaced("20 millis")),
    Effect.timeoutFail({ duration: "120 seconds", onTimeout: () => new Error(`never: ${what}`) }),
    Effect.orDie
  )

/** Waits for the end of a process. */
export const gone = (pid: number): Effect.Effect<true> =>
  until(`process ${pid} ends`, () => (isAlive(pid) ? undefined : true))

/** Process id of the server that accepts connections, if there is one. */
export const readyPid = (dataDir: string): number | undefined => {
  const file = path.join(dataDir, "postgresql", "data", "postmaster.pid")
  try {
    const lines = fs.readFileSync(file, "utf8").split("\n")
    return lines[7]?.startsWith("ready") === true ? Number(lines[0]) : undefined
  } catch {
    return undefined
  }
}

/** The same where there must be one. */
export const serverPid = (dataDir: string): number => {
  const pid = readyPid(dataDir)
  if (pid === undefined) throw new Error("there is no server")
  return pid
}

/** The process that started the server's parent: shell, then supervisor. */
export const supervisorPid = (server: number): number => parent(parent(server))

const parent = (pid: number): number =>
  Number(ChildProcess.execFileSync("ps", ["-o", "ppid=", "-p", `${pid}`], { encoding: "utf8" }))
