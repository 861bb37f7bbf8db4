import type * as Http from "node:http"
import type { Duplex } from "node:stream"

interface Answer {
  readonly status: string
  readonly code: string
  readonly error: string
}

/** What Node could not make a request of. */
const answers: Readonly<Record<string, Answer>> = {
  HPE_HEADER_OVERFLOW: {
    status: "431 Request Header Fields Too Large",
    code: "HeadersTooLarge",
    error: "the headers, or the address with an id in it, are larger than 16 KiB"
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: "408 Request Timeout",
    code: "RequestTimeout",
    error: "the request was not complete in time"
  }
}

const malformed: Answer = {
  status: "400 Bad Request",
  code: "RequestMalformed",
  error: "this is not a request of HTTP/1.1"
}

const expectation: Answer = {
  status: "417 Expectation Failed",
  code: "ExpectationFailed",
  error: "only 100-continue can be expected"
}

const tunnel: Answer = {
  status: "405 Method Not Allowed",
  code: "MethodNotAllowed",
  error: "this is no proxy"
}

/** Answers also those whose request never became one, in the same shape as everybody else. */
export const attach = (server: Http.Server): void => {
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    if (error.code === "ECONNRESET" || !socket.writable) socket.destroy()
    else end(socket, answers[error.code ?? ""] ?? malformed)
  })
  server.on("checkExpectation", (request: Http.IncomingMessage) => end(request.socket, expectation))
  server.on("connect", (_: Http.IncomingMessage, socket: Duplex) => end(socket, tunnel))
}

const end = (socket: Duplex, { status, code, error }: Answer): void => {
  const body = JSON.stringify({ error, code })
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n${body}`
  )
}
