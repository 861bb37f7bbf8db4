import * as net from "node:net"
import * as tls from "node:tls"
import * as Effect from "effect/Effect"
import { Misconfigured } from "./Fault.ts"
import type { EtcdSettings } from "./Settings.ts"
import type { Certificates } from "./Tls.ts"

/** How every HTTP/2 connection begins: after that a server that is content with us answers. */
const greeting = Buffer.concat([
  Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])
])

/**
 * To the client every mistake with certificates looks as if the server were down. Asks the endpoints once by
 * hand: fails when a setting is wrong, and has nothing to say when a server is only not there.
 */
export const diagnose = (
  settings: EtcdSettings,
  certificates: Certificates
): Effect.Effect<void, Misconfigured> =>
  Effect.forEach(
    settings.endpoints,
    endpoint => {
      const asked = settings.tls ? secure(endpoint, settings, certificates) : plain(endpoint, settings)
      return Effect.flatMap(asked, problem => problem ?? Effect.void)
    },
    { concurrency: "unbounded", discard: true }
  )

interface Answer {
  /** The handshake came to its end; over a plain socket there is none. */
  readonly shaken: boolean
  /** Something came back. */
  readonly answered: boolean
  readonly error: Error | undefined
}

const hostOf = (endpoint: string): { readonly host: string; readonly port: number } => {
  const { hostname, port } = new URL(`etcd://${endpoint}`)
  return { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port) }
}

/** Dials, greets, and waits for whatever comes first: an answer, an error, the end of the connection. */
const greet = (dial: () => net.Socket, begins: "connect" | "secureConnect", limit: number) =>
  Effect.async<Answer>(resume => {
    const socket = dial()
    let shaken = false
    const end = (answered: boolean, error?: Error) => resume(Effect.succeed({ shaken, answered, error }))
    socket.on(begins, () => {
      shaken = true
      socket.write(greeting)
    })
    socket.on("data", () => end(true))
    socket.on("error", error => end(false, error))
    socket.on("close", () => end(false))
    return Effect.sync(() => socket.destroy())
  }).pipe(
    Effect.timeoutTo({
      duration: limit,
      onSuccess: answer => answer,
      onTimeout: (): Answer => ({ shaken: false, answered: false, error: undefined })
    })
  )

const greetSecurely = (endpoint: string, options: tls.ConnectionOptions, { timeout }: EtcdSettings) => {
  const { host, port } = hostOf(endpoint)
  const named = net.isIP(host) === 0 ? { servername: host } : {}
  return greet(
    () => tls.connect({ host, port, ALPNProtocols: ["h2"], ...named, ...options }),
    "secureConnect",
    timeout
  )
}

const codeOf = (error: Error | undefined): string =>
  error !== undefined && "code" in error ? String(error.code) : ""

const plain = (endpoint: string, settings: EtcdSettings) =>
  Effect.map(greetSecurely(endpoint, { rejectUnauthorized: false }, settings), ({ shaken, error }) =>
    shaken || /ALERT/.test(codeOf(error))
      ? new Misconfigured({
          variable: "endpoints",
          reason: `${endpoint} speaks TLS: write https://${endpoint}`
        })
      : undefined
  )

/** Errors of the socket itself: nobody is there. */
const absent = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/

const secure = Effect.fnUntraced(function* (
  endpoint: string,
  settings: EtcdSettings,
  certificates: Certificates
) {
  const { shaken, error } = yield* greetSecurely(endpoint, { ...certificates }, settings)
  const code = codeOf(error)
  if (error === undefined || absent.test(code)) return undefined
  if (/ALERT/.test(code)) {
    const alert = /alert ([a-z ]+)/.exec(error.message)?.[1]?.trim() ?? error.message
    const reason = `is not set, or not a certificate that ${endpoint} accepts: the server said "${alert}"`
    return new Misconfigured({ variable: "cert", reason })
  }
  if (shaken) return undefined
  if (/^(ECONNRESET|EPROTO|ERR_SSL)/.test(code)) {
    // Whoever does not speak TLS hangs up, or says something else; so does who is just being restarted.
    const open = yield* greet(() => net.connect(hostOf(endpoint)), "connect", settings.timeout)
    const reason = `${endpoint} does not speak TLS: write http://${endpoint}, and no TLS files`
    return open.answered ? new Misconfigured({ variable: "endpoints", reason }) : undefined
  }
  const reason = `does not lead to the certificate of ${endpoint}: ${error.message}`
  return new Misconfigured({ variable: "ca", reason })
})
