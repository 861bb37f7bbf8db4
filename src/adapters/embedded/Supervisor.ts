import * as fs from "node:fs"
import * as path from "node:path"
import * as Effect from "effect/Effect"
import { EmbeddedUnavailable } from "../../domain/Errors.ts"
import * as Account from "./Account.ts"
import { type Binaries, searchPath } from "./Binaries.ts"
import * as Directory from "./Directory.ts"
import * as Process from "./Process.ts"
import * as Script from "./SupervisorScript.ts"

const settings = [
  "listen_addresses=",
  "unix_socket_permissions=0700",
  "logging_collector=off",
  "log_destination=stderr",
  "log_line_prefix=%m [%p] ",
  // The log is for the server's own troubles; what statements do is told to those who send them.
  "log_min_messages=log",
  "log_checkpoints=off",
  "log_autovacuum_min_duration=-1",
  // Each process that is not there need not be started and stopped.
  "max_logical_replication_workers=0"
]
/** Since 18 reading is done by workers, for which there is nothing to gain here. */
const settingsOf = (major: number) => (major < 18 ? settings : [...settings, "io_method=sync"])

const scriptFile = "supervisor.sh"

/** A path in the list syntax of PostgreSQL. */
const listItem = (file: string): string => `"${file.replaceAll('"', '""')}"`

/** As a file: in lists of processes its text would be in everybody's way. */
const install = (directory: Directory.Directory, account: Account.Account): void => {
  const file = path.join(directory.path, scriptFile)
  if (fs.existsSync(file) && fs.readFileSync(file, "utf8") === Script.text) return
  // A running shell reads on in the file that it has open.
  const fresh = `${file}.${process.pid}`
  fs.writeFileSync(fresh, Script.text, { mode: 0o600 })
  Account.give(account, fresh)
  fs.renameSync(fresh, file)
}

const command = (binaries: Binaries, directory: Directory.Directory, env: Record<string, string>) => {
  const lock = process.platform === "linux" ? "flock" : "held"
  const options = settingsOf(binaries.major).flatMap(setting => ["-c", setting])
  const args = [lock, binaries.directory, directory.socket, listItem(directory.socket), ...options]
  const shell = ["/bin/sh", scriptFile, ...args]
  const [file = "", ...rest] = lock === "flock" ? shell : ["lockf", "-k", "-s", "-t", "0", "lock", ...shell]
  return { file, args: rest, cwd: directory.path, env } satisfies Process.Command
}

const failed = (directory: Directory.Directory, from: number, code: number) =>
  new EmbeddedUnavailable({
    reason: Directory.lastLines(directory, from) || `its supervisor ended with code ${code}`,
    remedy: `See ${directory.log}`
  })

/** Starts a supervisor and waits until it has ended: at once when another one is at work. */
export const run = Effect.fn("Embedded.Supervisor.run")(function* (
  binaries: Binaries,
  directory: Directory.Directory,
  account: Account.Account
) {
  const searched = yield* searchPath
  const env = { PATH: `${searched}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`, LC_ALL: "C", TZ: "UTC" }
  const { child, from } = yield* Directory.touching(() => {
    install(directory, account)
    const log = Directory.openLog(directory, account)
    const child = Process.detach(Account.as(account, command(binaries, directory, env)), log.fd)
    fs.closeSync(log.fd)
    return { child, from: log.from }
  })
  yield* Effect.repeat(Effect.sleep("5 millis"), { while: () => child.exited() === undefined })
  const code = child.exited() ?? 0
  if (code !== 0 && code !== Script.busy) return yield* failed(directory, from, code)
})
