import * as net from "node:net"
import * as Effect from "effect/Effect"

export interface RawAnswer {
  readonly status: number
  readonly head: string
  readonly body: string
}

/** Sends bytes as they are, and gives what came back until the other side had nothing more to say. */
export const send = (port: number, ...parts: ReadonlyArray<string | Buffer>): Effect.Effect<RawAnswer> =>
  Effect.async<RawAnswer>(resume => {
    let text = ""
    const socket = net.connect(port, "127.0.0.1", () => {
      for (const part of parts) socket.write(part)
    })
    const done = () => resume(Effect.succeed(answerOf(text)))
    socket.setEncoding("utf8")
    socket.on("data", chunk => {
      text += chunk
      if (complete(text)) socket.destroy()
    })
    socket.on("error", done)
    socket.on("close", done)
    return Effect.sync(() => socket.destroy())
  }).pipe(Effect.timeout("60 seconds"), Effect.orDie)

const complete = (text: string): boolean => {
  const end = text.indexOf("\r\n\r\n")
  if (end === -1) return false
  const length = /content-length: (\d+)/i.exec(text.slice(0, end))?.[1]
  return length !== undefined && Buffer.byteLength(text.slice(end + 4)) >= Number(length)
}

const answerOf = (text: string): RawAnswer => {
  const end = text.indexOf("\r\n\r\n")
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0),
    head: text.slice(0, Math.max(end, 0)),
    body: end === -1 ? "" : text.slice(end + 4)
  }
}
