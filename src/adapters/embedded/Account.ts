import * as fs from "node:fs"
import * as path from "node:path"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { EmbeddedUnavailable } from "../../domain/Errors.ts"
import * as Process from "./Process.ts"

/** As whom the server runs. PostgreSQL refuses to run as root. */
export type Account =
  | { readonly _tag: "Self" }
  | {
      readonly _tag: "Other"
      readonly name: string
      readonly uid: number
      readonly gid: number
      /** It may pass directories that are closed to it. */
      readonly privileged: boolean
    }

const self: Account = { _tag: "Self" }

/**
 * Just enough to pass closed directories above its own files. PostgreSQL looks for its programs with
 * access(2), which honours the capability of an account that is not root only under this secure bit.
 */
const passing = [
  ...["--securebits", "+no_setuid_fixup"],
  ...["--inh-caps", "+dac_read_search"],
  ...["--ambient-caps", "+dac_read_search"]
]

/** The same program, started as the account. */
export const as = (account: Account, command: Process.Command): Process.Command => {
  if (account._tag === "Self") return command
  const { uid, gid, privileged } = account
  if (!privileged) return { ...command, uid, gid }
  const who = ["--reuid", `${uid}`, "--regid", `${gid}`, "--clear-groups"]
  return { ...command, file: "setpriv", args: [...who, ...passing, command.file, ...command.args] }
}

/** Lines of /etc/passwd whose account is not root. */
const accounts = (): ReadonlyArray<{ name: string; uid: number; gid: number }> =>
  Option.getOrElse(Option.liftThrowable(() => fs.readFileSync("/etc/passwd", "utf8"))(), () => "")
    .split("\n")
    .map(line => line.split(":"))
    .map(([name = "", , uid = "", gid = ""]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter(({ name, uid }) => name !== "" && uid > 0)

const owner = (directory: string): number =>
  Option.match(Option.liftThrowable(() => fs.statSync(directory).uid)(), {
    onNone: () => 0,
    onSome: uid => uid
  })

/** Ourselves, or, as root: the owner of the data, else `postgres`, else `nobody`. */
export const choose = (directory: string): Effect.Effect<Account, EmbeddedUnavailable> =>
  Effect.suspend(() => {
    if (process.getuid?.() !== 0) return Effect.succeed(self)
    const known = accounts()
    const found =
      known.find(({ uid }) => uid === owner(directory)) ??
      known.find(({ name }) => name === "postgres") ??
      known.find(({ name }) => name === "nobody")
    return found === undefined
      ? Effect.fail(
          new EmbeddedUnavailable({
            reason: "PostgreSQL does not run as root, and there is neither an account postgres nor nobody",
            remedy: "Run: useradd --system postgres"
          })
        )
      : Effect.succeed<Account>({ _tag: "Other", ...found, privileged: false })
  })

/** Hands over what we own; what belongs to somebody else stays as it is. */
export const give = (account: Account, file: string): void => {
  if (account._tag === "Other" && fs.lstatSync(file).uid === 0) {
    fs.lchownSync(file, account.uid, account.gid)
  }
}

/** Whether anybody can pass this directory and all above it. */
const passable = (directory: string): boolean =>
  Option.exists(Option.liftThrowable(() => fs.statSync(directory).mode)(), mode => (mode & 0o001) !== 0) &&
  (path.dirname(directory) === directory || passable(path.dirname(directory)))

const check = '[ -x "$1/postgres" ] || exit 1; [ -w "$2" ] && [ -x "$2" ] || exit 2'

/**
 * The account in the form in which it can run the programs and reach its own directory, also below
 * directories that are closed to it (a project in /root).
 */
export const reaching = Effect.fn("Embedded.Account.reaching")(function* (
  account: Account,
  binaries: string,
  directory: string
) {
  if (account._tag === "Self" || (passable(binaries) && passable(path.dirname(directory)))) return account
  const reach = (candidate: Account) =>
    Effect.map(
      Process.run(
        as(candidate, { file: "/bin/sh", args: ["-c", check, "sh", binaries, directory], cwd: "/" })
      ),
      ({ code }) => code
    )
  const code = yield* reach(account)
  if (code === 0) return account
  const privileged: Account = { ...account, privileged: true }
  if ((yield* reach(privileged)) === 0) return privileged
  return yield* new EmbeddedUnavailable({
    reason: `we are root, PostgreSQL has to run as ${account.name}, and that account cannot reach ${code === 1 ? binaries : directory}`,
    remedy:
      code === 1
        ? "Open the directories above it (chmod a+x), or run bfm as another user than root"
        : `Set BFM_DATA_DIR to a directory that ${account.name} can reach, for example /var/lib/bfm`
  })
})
