import { randomBytes } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { EmbeddedUnavailable } from "../../domain/Errors.ts"
import * as Directory from "./Directory.ts"

const { O_RDWR, O_WRONLY, O_NONBLOCK } = fs.constants

/** One use of the server; the kernel ends it when this process ends, in whichever way. */
export interface User {
  /** Whether somebody was there already when we came. */
  readonly joined: boolean
  /** Asks the supervisor, present or future, for its answer. */
  readonly greet: Effect.Effect<void>
  /** Whether a supervisor has promised to go on while we are there. */
  readonly welcome: Effect.Effect<boolean>
  /** Does not wait for the server to stop. */
  readonly leave: Effect.Effect<void>
}

/** Opening for writing fails when nobody reads. */
const occupied = (file: string): boolean =>
  Option.isSome(Option.liftThrowable(() => fs.closeSync(fs.openSync(file, O_WRONLY | O_NONBLOCK)))())

/** Opens the FIFO; for reading too, or that would wait for a reader. */
export const join = (directory: Directory.Directory): Effect.Effect<User, EmbeddedUnavailable> =>
  Directory.touching(() => {
    const joined = occupied(directory.users)
    let open: number | undefined = fs.openSync(directory.users, O_RDWR | O_NONBLOCK)
    const name = randomBytes(8).toString("hex")
    const answer = path.join(directory.answers, name)
    return {
      joined,
      // A FIFO that is full has greetings enough.
      greet: Effect.ignore(Effect.try(() => (open === undefined ? 0 : fs.writeSync(open, `${name}\n`)))),
      welcome: Effect.sync(() => {
        const answered = fs.existsSync(answer)
        if (answered) fs.rmSync(answer, { force: true })
        return answered
      }),
      leave: Effect.sync(() => {
        if (open !== undefined) fs.closeSync(open)
        open = undefined
      })
    }
  })
