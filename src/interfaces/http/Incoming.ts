import type * as Http from "node:http"
import * as Cookies from "@effect/platform/Cookies"
import type * as Headers from "@effect/platform/Headers"
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import * as HttpMethod from "@effect/platform/HttpMethod"
import { RequestError } from "@effect/platform/HttpServerError"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as Effect from "effect/Effect"
import * as Inspectable from "effect/Inspectable"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Fault } from "./Fault.ts"

/** What a request may change of itself on its way through the routes. */
interface Override {
  readonly url?: string
  readonly headers?: Headers.Headers
  readonly remoteAddress?: string
}

/**
 * A request as the routes see it. Bodies are JSON whatever the content type says, as they have always been; all
 * other ways to read one are closed.
 */
export class Incoming extends Inspectable.Class implements HttpServerRequest.HttpServerRequest {
  readonly [HttpServerRequest.TypeId]: HttpServerRequest.TypeId = HttpServerRequest.TypeId
  readonly [HttpIncomingMessage.TypeId]: HttpIncomingMessage.TypeId = HttpIncomingMessage.TypeId
  readonly url: string
  readonly method: HttpMethod.HttpMethod
  readonly headers: Headers.Headers
  readonly source: Http.IncomingMessage
  private readonly body: Effect.Effect<unknown, Fault>
  private readonly override: Override

  constructor(source: Http.IncomingMessage, body: Effect.Effect<unknown, Fault>, override: Override = {}) {
    super()
    this.source = source
    this.body = body
    this.override = override
    this.url = override.url ?? source.url ?? "/"
    const method = source.method ?? "GET"
    // One that nobody knows is answered as such: no route has it.
    this.method = method as HttpMethod.HttpMethod
    // Node's own headers have lower-case names, and texts wherever we look.
    const headers = override.headers ?? (source.headers as Headers.Headers)
    this.headers = HttpMethod.hasBody(this.method)
      ? { ...headers, "content-type": "application/json" }
      : headers
  }

  get originalUrl(): string {
    return this.source.url ?? "/"
  }

  get remoteAddress(): Option.Option<string> {
    return Option.fromNullable(this.override.remoteAddress ?? this.source.socket.remoteAddress)
  }

  /** The same as text; empty when the client has gone away. */
  get address(): string {
    return this.source.socket.remoteAddress ?? ""
  }

  get cookies() {
    return Cookies.parseHeader(this.headers["cookie"] ?? "")
  }

  /** The fault passes through the builder as a defect, and is answered as what it is. */
  get json(): Effect.Effect<unknown, RequestError> {
    return Effect.orDie(this.body)
  }

  get text() {
    return this.closed
  }

  get urlParamsBody() {
    return this.closed
  }

  get arrayBuffer() {
    return this.closed
  }

  get upgrade() {
    return this.closed
  }

  get stream() {
    return Stream.fromEffect(this.closed)
  }

  get multipart() {
    return Effect.dieMessage("no route takes forms")
  }

  get multipartStream() {
    return Stream.dieMessage("no route takes forms")
  }

  modify(override: Override): HttpServerRequest.HttpServerRequest {
    return new Incoming(this.source, this.body, { ...this.override, ...override })
  }

  toJSON(): unknown {
    return HttpIncomingMessage.inspect(this, { _id: "bfm/http/Incoming", method: this.method, url: this.url })
  }

  private get closed(): Effect.Effect<never, RequestError> {
    const description = "only JSON is read"
    return Effect.fail(new RequestError({ request: this, reason: "Decode", description }))
  }
}
