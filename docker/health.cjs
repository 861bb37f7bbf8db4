"use strict"
// How a container is, as exit code: 0 well, 1 not. `live`: the service answers; `ready`: it can do its work now.
// Without a word it is asked for what the container runs: a service whether it is live. No other command listens, and of
// those it is enough that they go on.
const fs = require("node:fs")

const milliseconds = 4_000
const paths = { live: "/health/live", ready: "/health/ready" }

/** Whether the container's first process is a service; `docker run --init` puts one of its own before it. */
const serves = () => fs.readFileSync("/proc/1/cmdline", "utf8").split("\0").includes("serve")

const end = (code, reason) => {
  if (reason !== undefined) process.stderr.write(`${reason}\n`)
  process.exit(code)
}

const ask = path => {
  const secure = Boolean(process.env.BFM_TLS_CERT)
  const request = require(secure ? "node:https" : "node:http").get(
    {
      host: "127.0.0.1",
      port: process.env.BFM_HTTP_PORT || 7070,
      path,
      timeout: milliseconds,
      // The certificate is for the name that others use, and nothing secret is sent.
      rejectUnauthorized: false
    },
    response => {
      response.resume()
      response.once("end", () =>
        response.statusCode === 200 ? end(0) : end(1, `not well: HTTP ${response.statusCode}`)
      )
    }
  )
  request.once("timeout", () => end(1, "no answer in time"))
  request.once("error", error => end(1, error.message))
}

const [, , word] = process.argv
if (word === undefined) {
  if (serves()) ask(paths.live)
} else if (word in paths) ask(paths[word])
else end(1, "what is asked is live or ready")
