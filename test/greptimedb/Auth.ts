import type { IncomingHttpHeaders } from "node:http"
import type { Statement } from "./Ast.ts"
import { Failure, invalid } from "./Failure.ts"

/** May a user read, write, or both? */
type Mode = "rw" | "ro" | "wo"

interface User {
  readonly password: string
  readonly mode: Mode
}

export type Users = ReadonlyMap<string, User>

/** `static_user_provider:cmd:user=password,other:ro=password`. */
export const usersOf = (provider: string): Users =>
  new Map(
    provider
      .replace(/^static_user_provider:cmd:/, "")
      .split(",")
      .map(entry => {
        const [who = "", password = ""] = entry.split("=")
        const [name = "", mode] = who.split(":")
        return [name, { password, mode: mode === "ro" || mode === "wo" ? mode : "rw" }]
      })
  )

/** Who asks; throws what a request is refused with. */
export const authenticate = (users: Users, headers: IncomingHttpHeaders): User => {
  const header = headers["x-greptime-auth"] ?? headers.authorization
  if (typeof header !== "string") throw new Failure(7003, "Not found http or grpc authorization header")
  const [scheme = "", credentials = ""] = header.split(" ")
  if (scheme.toLowerCase() !== "basic") {
    throw new Failure(7004, `Unsupported http auth scheme, name: ${scheme.toLowerCase()}`)
  }
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(credentials) || credentials.length % 4 !== 0) {
    throw new Failure(7004, "Invalid base64 value: Invalid symbol")
  }
  const [name, password] = parts(Buffer.from(credentials, "base64").toString("utf8"))
  const blank = name === "" ? "username" : password === "" ? "password" : undefined
  if (blank !== undefined) throw Object.assign(invalid(`Illegal param: blank ${blank}`), { status: 401 })
  const user = users.get(name)
  if (user === undefined) throw new Failure(7000, `User not found, username: ${name}`)
  if (user.password !== password) {
    throw new Failure(7002, `Username and password does not match, username: ${name}`)
  }
  return user
}

const parts = (text: string): readonly [string, string] => {
  const colon = text.indexOf(":")
  if (colon === -1) throw new Failure(7004, "Invalid http authorization header")
  return [text.slice(0, colon), text.slice(colon + 1)]
}

const reads = ["select", "show", "describe"]

/** Each statement is looked at when its turn comes. */
export const permit = (user: User | undefined, { is }: Statement): void => {
  const refused = user?.mode === "ro" ? !reads.includes(is) : user?.mode === "wo" && reads.includes(is)
  if (refused) throw new Failure(7006, "User is not authorized to perform this action")
}
