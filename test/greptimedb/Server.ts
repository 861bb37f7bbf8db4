import * as http from "node:http"
import * as https from "node:https"
import type { AddressInfo } from "node:net"
import * as Auth from "./Auth.ts"
import { Catalog } from "./Catalog.ts"
import { Failure, httpStatus } from "./Failure.ts"
import { type Fault, Faults } from "./Faults.ts"
import { isKeyword } from "./Keywords.ts"
import * as Request from "./Request.ts"
import * as Responses from "./Responses.ts"
import * as Sql from "./Sql.ts"
import { scan } from "./Tokens.ts"

/** What a server is started with; the defaults are GreptimeDB's. */
export interface Options {
  readonly userProvider?: string
  /** Milliseconds; 0 means none, and then a request's own limit is not looked at either. */
  readonly httpTimeout?: number
  /** Bytes of a write that the server has memory for. */
  readonly maxInFlightWriteBytes?: number
  readonly bodyLimit?: number
  /** A proxy that speaks TLS stands in front: GreptimeDB's HTTP has none of its own. */
  readonly tls?: https.ServerOptions
}

/** A statement as it arrived. */
export interface Arrival {
  readonly db: string
  readonly sql: string
}

/** A GreptimeDB as its contract describes it, in this process. */
export interface Double {
  readonly url: string
  readonly port: number
  readonly faults: Faults
  /** Every statement that was sent, in its order. */
  readonly arrivals: Array<Arrival>
  readonly close: () => Promise<void>
}

const cors = {
  "access-control-allow-origin": "*",
  vary: "origin, access-control-request-method, access-control-request-headers"
}

const status = {
  commit: "8d2f92c01ae762287a3cac587156519a536ae134",
  branch: "",
  rustc_version: "rustc 1.96.0-nightly (ac7f9ec7d 2026-03-20)",
  hostname: "127.0.0.1",
  version: "1.0.1"
}

const open = ["/health", "/ready", "/v1/health", "/status", "/metrics", "/config"]

class Running {
  readonly catalog = new Catalog()
  readonly faults = new Faults()
  readonly arrivals: Array<Arrival> = []
  readonly #options: Options
  readonly #users: Auth.Users | undefined

  constructor(options: Options) {
    this.#options = options
    this.#users = options.userProvider === undefined ? undefined : Auth.usersOf(options.userProvider)
  }

  /** Nothing when the connection is to be closed without an answer. */
  async answer(request: http.IncomingMessage): Promise<Responses.Response | undefined> {
    const url = new URL(request.url ?? "/", "http://localhost")
    if (open.includes(url.pathname)) return this.#open(url.pathname)
    if (!url.pathname.startsWith("/v1/sql")) return { status: 404, headers: {}, body: "" }
    try {
      const user = this.#users === undefined ? undefined : Auth.authenticate(this.#users, request.headers)
      if (!["GET", "HEAD", "POST"].includes(request.method ?? "")) {
        return { status: 405, headers: { allow: "GET,HEAD,POST" }, body: "" }
      }
      const body = await Request.read(request, this.#options.bodyLimit ?? 64 * 1024 * 1024)
      if (body === undefined)
        return Responses.text(413, "Failed to buffer the request body: length limit exceeded")
      const fields = Request.fields(request, url.searchParams, body)
      if ("status" in fields) return fields
      if (body.length > (this.#options.maxInFlightWriteBytes ?? Number.POSITIVE_INFINITY)) {
        return Responses.text(429, `Request body memory limit exceeded: ${body.length} bytes`)
      }
      if (url.pathname === "/v1/sql/format") return format(fields.sql)
      if (url.pathname === "/v1/sql/parse") return parsed(fields.sql)
      return await this.#run(request, fields, user)
    } catch (cause) {
      if (!(cause instanceof Failure)) throw cause
      const refused = Responses.failure(cause, 0)
      return { ...refused, status: cause.code === 1004 ? 401 : httpStatus(cause.code) }
    }
  }

  #open(path: string): Responses.Response {
    if (path === "/status") return Responses.json(status)
    return path === "/metrics" || path === "/config" ? Responses.text(200, "") : Responses.json({})
  }

  async #run(
    request: http.IncomingMessage,
    fields: Request.Fields,
    user: ReturnType<typeof Auth.authenticate> | undefined
  ): Promise<Responses.Response | undefined> {
    const { headers } = request
    const header = (name: string) => {
      const value = headers[name]
      return typeof value === "string" ? value : undefined
    }
    const sql = fields.sql ?? ""
    const db = fields.db ?? header("x-greptime-db-name") ?? "public"
    if (fields.sql !== undefined) this.arrivals.push({ db, sql })
    const fault = this.faults.take(sql, db)
    const given = { db: header("x-greptime-db-name"), timezone: header("x-greptime-timezone") }
    const apply = () => Sql.answer(this.catalog, fields, given, user)
    if (fault === undefined) return apply()
    return await this.#wrong(fault, apply, header("x-greptime-timeout"))
  }

  async #wrong(
    fault: Fault,
    apply: () => Responses.Response,
    limit: string | undefined
  ): Promise<Responses.Response | undefined> {
    const answered = fault.applies ? apply() : undefined
    switch (fault.answer) {
      case "drop":
        return undefined
      case "busy":
        return Responses.failure(new Failure(4009, "Region is busy"), 0)
      case "timeout":
        return { status: 408, headers: {}, body: "" }
      case "internal":
        return Responses.failure(new Failure(1003, "out of luck"), 0)
      case "text":
        return Responses.text(502, "<html><title>502 Bad Gateway</title></html>")
      case "twice":
        return apply()
      case "hold": {
        const waits = this.faults.hold()
        const timeout = limit === undefined ? this.#options.httpTimeout : Number.parseInt(limit, 10)
        if (!this.#options.httpTimeout || timeout === undefined) {
          await waits
          return answered ?? apply()
        }
        const late = new Promise<"late">(resume => setTimeout(() => resume("late"), timeout))
        return (await Promise.race([waits, late])) === "late"
          ? { status: 408, headers: {}, body: "" }
          : (answered ?? apply())
      }
    }
  }
}

const required = (): Responses.Response =>
  Responses.failure(new Failure(1004, "sql parameter is required."), 0)

const format = (sql: string | undefined): Responses.Response => {
  if (sql === undefined) return required()
  const statements = sql.split(";").map(part => scan(part).filter(({ kind }) => kind !== "end"))
  const lines = statements
    .filter(tokens => tokens.length > 0)
    .map(tokens =>
      Sql.formatted(
        tokens.map(({ kind, text }) => (kind === "word" && isKeyword(text) ? text.toUpperCase() : text))
      )
    )
  return Responses.json({ formatted: lines.map(line => `${line};`).join("\n") })
}

/** Of the syntax tree, only what DESCRIBE gives is known here. */
const parsed = (sql: string | undefined): Responses.Response => {
  if (sql === undefined) return required()
  const [, name = ""] = /^\s*desc(?:ribe)?(?:\s+table)?\s+(\w+)\s*;?\s*$/i.exec(sql) ?? []
  if (name === "") return Responses.failure(new Failure(1001, "not known to the test double"), 0)
  const nowhere = { line: 0, column: 0 }
  const value = { value: name, quote_style: null, span: { start: nowhere, end: nowhere } }
  return Responses.json([{ DescribeTable: { name: [{ Identifier: value }] } }])
}

/** Starts the double on a free port of this machine. */
export const start = async (options: Options = {}): Promise<Double> => {
  const running = new Running(options)
  const respond: http.RequestListener = (request, response) => {
    running.answer(request).then(
      answer => {
        if (answer === undefined) {
          request.socket.destroy()
          return
        }
        const length = Buffer.byteLength(answer.body)
        response.writeHead(answer.status, { ...cors, ...answer.headers, "content-length": length })
        response.end(request.method === "HEAD" ? undefined : answer.body)
      },
      cause => response.writeHead(599).end(String(cause))
    )
  }
  const { tls } = options
  const server = tls === undefined ? http.createServer(respond) : https.createServer(tls, respond)
  await new Promise<void>(resume => server.listen(0, "127.0.0.1", resume))
  const { port } = server.address() as AddressInfo
  return {
    url: tls === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`,
    port,
    faults: running.faults,
    arrivals: running.arrivals,
    close: () =>
      new Promise(resume => {
        running.faults.clear()
        server.close(() => resume())
        server.closeAllConnections()
      })
  }
}
