import type * as Http from "node:http"
import * as Effect from "effect/Effect"
import { Fault } from "./Fault.ts"

/** The body of a request as JSON, read when it is asked for and never beyond the limit. No body is the same as `{}`. */
export const json = (source: Http.IncomingMessage, limit: number): Effect.Effect<unknown, Fault> =>
  Effect.flatMap(read(source, limit), parsed)

const tooLarge = (limit: number) =>
  new Fault({ status: 413, code: "BodyTooLarge", message: `the body is larger than ${limit} bytes` })

const broken = (reason: string) => new Fault({ status: 400, code: "BodyInvalid", message: reason })

/** What is beyond the limit is thrown away and not cut off: only so can the client read the answer. */
const read = (source: Http.IncomingMessage, limit: number): Effect.Effect<string, Fault> =>
  Effect.async(resume => {
    const chunks: Array<Buffer> = []
    let size = 0
    const stop = () => {
      source.off("data", data).off("end", end).off("error", gone).off("close", gone)
      source.resume()
    }
    const settle = (outcome: Effect.Effect<string, Fault>) => {
      stop()
      resume(outcome)
    }
    const data = (chunk: Buffer) => {
      size += chunk.length
      if (size > limit) settle(tooLarge(limit))
      else chunks.push(chunk)
    }
    const end = () => settle(Effect.succeed(Buffer.concat(chunks).toString("utf8")))
    const gone = () => settle(broken("the body ended before it was complete"))
    if (Number(source.headers["content-length"] ?? 0) > limit) return settle(tooLarge(limit))
    source.on("data", data).on("end", end).on("error", gone).on("close", gone)
    return Effect.sync(stop)
  })

const parsed = (text: string): Effect.Effect<unknown, Fault> => {
  const json = text.replace(/^\uFEFF/, "")
  if (json.trim() === "") return Effect.succeed({})
  return Effect.try({
    try: (): unknown => JSON.parse(json),
    catch: error =>
      broken(`the body is not JSON: ${error instanceof Error ? error.message.slice(0, 200) : "unreadable"}`)
  }).pipe(
    Effect.filterOrFail(
      value => !isDeep([value]),
      () => broken(`the body is nested more than ${deepest} times`)
    )
  )
}

/** Nothing that is asked for is nested a tenth as much, and reading goes as deep as the body does. */
const deepest = 100

/** Level by level: what is too deep for a stack must not need one. */
const isDeep = (values: ReadonlyArray<unknown>): boolean => {
  let level = values
  for (let depth = 0; depth <= deepest; depth++) {
    level = level.flatMap(value => (typeof value === "object" && value !== null ? Object.values(value) : []))
    if (level.length === 0) return false
  }
  return true
}
