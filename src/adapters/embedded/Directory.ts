import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { EmbeddedUnavailable } from "../../domain/Errors.ts"
import * as Account from "./Account.ts"
import * as Process from "./Process.ts"

/** What the embedded database keeps on disk. Names in it are relative: a moved project still works. */
export interface Directory {
  readonly path: string
  /** PostgreSQL's own. */
  readonly data: string
  /** A FIFO: whoever holds it open uses the server. */
  readonly users: string
  /** The supervisor answers here, under the name with which a user greeted it. */
  readonly answers: string
  /** Holds the socket; made by the supervisor. */
  readonly socket: string
  readonly log: string
}

const socketFile = ".s.PGSQL.65535"
/** Bytes; the kernels allow 104 to 108. */
const longestSocket = 100
/** Bytes after which a log is put aside. */
const longestLog = 1_000_000

/** The socket's directory: beside the data, or below `temporary` when that path would be too long for a socket. */
const socketDirectory = (base: string, temporary: string): string => {
  const near = path.join(base, "socket")
  if (Buffer.byteLength(path.join(near, socketFile)) < longestSocket && !/[\n"]/.test(near)) return near
  const name = `bfm-${createHash("sha256").update(base).digest("hex").slice(0, 16)}`
  const far = path.join(temporary, name)
  return Buffer.byteLength(path.join(far, socketFile)) < longestSocket ? far : path.join("/tmp", name)
}

/** `dataDir` is `BFM_DATA_DIR`. */
export const of = (dataDir: string): Directory => {
  const base = path.resolve(dataDir, "postgresql")
  const inside = (name: string) => path.join(base, name)
  return {
    path: base,
    data: inside("data"),
    users: inside("users"),
    answers: inside("answers"),
    // As root the server is somebody else, to whom our own temporary directory may be closed.
    socket: socketDirectory(base, process.getuid?.() === 0 ? "/tmp" : os.tmpdir()),
    log: inside("server.log")
  }
}

const unusable = (reason: string) =>
  new EmbeddedUnavailable({ reason, remedy: "Set BFM_DATA_DIR to a directory of your own on a local disk" })

/** Does something with files; a failure says which. */
export const touching = <A>(f: () => A): Effect.Effect<A, EmbeddedUnavailable> =>
  Effect.try({
    try: f,
    catch: cause => unusable(cause instanceof Error ? cause.message : String(cause))
  })

/** Data must not get into the project's repository. */
const makeRoot = (root: string): void => {
  const made = fs.mkdirSync(root, { recursive: true })
  if (made !== undefined) fs.writeFileSync(path.join(root, ".gitignore"), "*\n")
}

const makePrivate = (directory: string, account: Account.Account): void => {
  if (!fs.existsSync(directory)) fs.mkdirSync(directory, { recursive: true, mode: 0o700 })
  Account.give(account, directory)
}

const isPipe = (file: string): boolean => fs.existsSync(file) && fs.statSync(file).isFIFO()

/** Makes what is missing; any number of processes may do so at once. */
export const prepare = Effect.fn("Embedded.Directory.prepare")(function* (
  directory: Directory,
  account: Account.Account
) {
  yield* touching(() => {
    makeRoot(path.dirname(directory.path))
    for (const each of [directory.path, directory.answers]) makePrivate(each, account)
  })
  if (isPipe(directory.users)) return
  // By a relative name: the account may not be able to pass the directories above.
  const made = yield* Process.run(
    Account.as(account, { file: "mkfifo", args: ["-m", "600", "users"], cwd: directory.path })
  )
  if (isPipe(directory.users)) return
  return yield* unusable(`cannot make a FIFO in ${directory.path}: ${made.output.trim()}`)
})

/** Files come and go while others start and stop: one that is not there is empty. */
const textOf = (file: string): string =>
  Option.getOrElse(Option.liftThrowable(() => fs.readFileSync(file, "utf8"))(), () => "")

/** The version that made the data, if there is any. */
export const madeBy = (directory: Directory): number | undefined => {
  const major = Number.parseInt(textOf(path.join(directory.data, "PG_VERSION")), 10)
  return Number.isNaN(major) ? undefined : major
}

/** Where the running server listens, as it says itself, once it accepts connections. */
export const listening = (directory: Directory): Option.Option<{ host: string; port: number }> => {
  const lines = textOf(path.join(directory.data, "postmaster.pid")).split("\n")
  const [, , , port, host, , , status] = lines
  return status?.startsWith("ready") === true && host
    ? Option.some({ host, port: Number(port) })
    : Option.none()
}

/** Opens the log for appending, with the offset at which new lines begin. */
export const openLog = ({ log }: Directory, account: Account.Account): { fd: number; from: number } => {
  if (fs.existsSync(log) && fs.statSync(log).size > longestLog) fs.renameSync(log, `${log}.1`)
  const fd = fs.openSync(log, "a", 0o600)
  Account.give(account, log)
  return { fd, from: fs.fstatSync(fd).size }
}

/** The last lines of the log that were written after `from`, in bytes. */
export const lastLines = ({ log }: Directory, from: number): string =>
  Buffer.from(textOf(log)).subarray(from).toString("utf8").trim().split("\n").slice(-5).join("\n")
