import * as net from "node:net"

// A wire with latency, as a program: whatever arrives is passed on so many milliseconds later, in order.
// Arguments: host, port, milliseconds each way. Prints its own port; ends with standard input.
const [host = "127.0.0.1", port = "5432", oneWay = "1"] = process.argv.slice(2)

const server = net.createServer({ allowHalfOpen: true, noDelay: true }, near => {
  const far = net.connect({ host, port: Number(port), allowHalfOpen: true, noDelay: true })
  pass(near, far)
  pass(far, near)
})

// Timers of the same length fire in the order in which they were set.
const pass = (from: net.Socket, to: net.Socket): void => {
  from.on("data", chunk => setTimeout(() => to.write(chunk), Number(oneWay)))
  from.on("end", () => setTimeout(() => to.end(), Number(oneWay)))
  from.on("error", () => to.destroy())
}

server.listen(0, host, () => {
  const address = server.address()
  process.stdout.write(`${typeof address === "object" && address !== null ? address.port : 0}\n`)
})
process.stdin.on("end", () => process.exit(0)).resume()
