import * as net from "node:net"
import { performance } from "node:perf_hooks"

// Asks a server the same again and again, over connections that stay open, one question at a time on each, and
// says how often it was answered: in all, and in a second of the time after the first moments. Arguments: port, path, token, connections, milliseconds to warm up, milliseconds.
const [port = "", path = "/", token = "", connections = "16", warm = "500", length = "3000"] =
  process.argv.slice(2)

const question = Buffer.from(
  `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\n\r\n`
)

let answered = 0

const fail = (reason: string): never => {
  process.stderr.write(`${reason}\n`)
  process.exit(1)
}

/** The length of the first answer in what has arrived; nothing while it is not complete. */
const complete = (text: string): number | undefined => {
  const end = text.indexOf("\r\n\r\n")
  if (end === -1) return undefined
  if (!text.startsWith("HTTP/1.1 200 ")) fail(`not the answer that was hoped for: ${text.slice(0, 300)}`)
  const body = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, end))?.[1]
  if (body === undefined) fail(`an answer without a length: ${text.slice(0, end)}`)
  const whole = end + 4 + Number(body)
  return text.length < whole ? undefined : whole
}

const ask = (): void => {
  const socket = net.connect({ host: "127.0.0.1", port: Number(port), noDelay: true })
  let text = ""
  socket.on("connect", () => socket.write(question))
  socket.on("data", chunk => {
    text += chunk.toString("latin1")
    const whole = complete(text)
    if (whole === undefined) return
    text = text.slice(whole)
    answered++
    socket.write(question)
  })
  socket.on("error", error => fail(`the server is gone: ${error.message}`))
}

for (let count = 0; count < Number(connections); count++) ask()
setTimeout(() => {
  const [began, before] = [performance.now(), answered]
  setTimeout(() => {
    const rate = ((answered - before) / (performance.now() - began)) * 1_000
    process.stdout.write(`${JSON.stringify({ rate, answered })}\n`, () => process.exit(0))
  }, Number(length))
}, Number(warm))
