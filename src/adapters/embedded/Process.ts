import * as ChildProcess from "node:child_process"
import * as Effect from "effect/Effect"

/** A program to start; without uid and gid it runs as we do. */
export interface Command {
  readonly file: string
  readonly args: ReadonlyArray<string>
  readonly cwd?: string
  /** The whole environment: nothing is inherited. */
  readonly env?: Readonly<Record<string, string>>
  readonly uid?: number
  readonly gid?: number
}

/** How a program ended. */
interface Outcome {
  /** Exit code; 127 when it could not be started, 128 when a signal ended it. */
  readonly code: number
  /** Standard output, then standard error. */
  readonly output: string
}

/** A program that goes on without us. */
interface Detached {
  /** Exit code once it has ended, in the numbers of `Outcome`. */
  readonly exited: () => number | undefined
}

const notStarted = 127
const signalled = 128

const options = ({ cwd, env, uid, gid }: Command) => ({
  ...(cwd === undefined ? {} : { cwd }),
  ...(env === undefined ? {} : { env }),
  ...(uid === undefined ? {} : { uid }),
  ...(gid === undefined ? {} : { gid })
})

/** Runs a program to its end; interruption kills it. */
export const run = (command: Command): Effect.Effect<Outcome> =>
  Effect.async<Outcome>(resume => {
    const child = ChildProcess.execFile(
      command.file,
      command.args,
      { ...options(command), encoding: "utf8" },
      (error, stdout, stderr) => {
        const code = child.exitCode ?? (child.pid === undefined ? notStarted : signalled)
        resume(Effect.succeed({ code, output: `${stdout}${stderr}` || (error?.message ?? "") }))
      }
    )
    return Effect.sync(() => child.kill("SIGKILL"))
  })

/**
 * Starts a program in a session of its own, writing to an open file: it outlives us and our terminal. May
 * throw when the system has no more processes or files to give.
 */
export const detach = (command: Command, output: number): Detached => {
  let exited: number | undefined
  const child = ChildProcess.spawn(command.file, command.args, {
    ...options(command),
    detached: true,
    stdio: ["ignore", output, output]
  })
  child.on("error", () => {
    exited = notStarted
  })
  child.on("exit", code => {
    exited = code ?? signalled
  })
  child.unref()
  return { exited: () => exited }
}
