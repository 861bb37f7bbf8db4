import type { IncomingMessage } from "node:http"
import { type Response, text } from "./Responses.ts"

/** What a request says, from its query string and its form: the query string wins. */
export interface Fields {
  readonly sql?: string
  readonly db?: string
  readonly format?: string
  readonly epoch?: string
}

const once = ["sql", "db", "format", "epoch", "limit"]

/** The fields, or the plain text with which the server turns a request away that it cannot read. */
export const fields = (request: IncomingMessage, query: URLSearchParams, body: string): Fields | Response => {
  const wrong = unreadable(query)
  if (wrong !== undefined) return text(400, `Failed to deserialize query string: ${wrong}`)
  if (request.method !== "POST") return Object.fromEntries(query)
  const type = request.headers["content-type"]?.split(";")[0]?.trim()
  if (type !== "application/x-www-form-urlencoded") {
    return text(415, "Form requests must have `Content-Type: application/x-www-form-urlencoded`")
  }
  const form = new URLSearchParams(body)
  const refused = unreadable(form)
  if (refused !== undefined) return text(422, `Failed to deserialize form body: ${refused}`)
  return { ...Object.fromEntries(form), ...Object.fromEntries(query) }
}

const unreadable = (parameters: URLSearchParams): string | undefined => {
  const twice = once.find(name => parameters.getAll(name).length > 1)
  if (twice !== undefined) return `duplicate field \`${twice}\``
  const limit = parameters.get("limit")
  return limit !== null && !/^\d+$/.test(limit) ? "limit: invalid digit found in string" : undefined
}

/** The whole body; `undefined` when it is longer than allowed. */
export const read = async (request: IncomingMessage, limit: number): Promise<string | undefined> => {
  const parts: Array<Buffer> = []
  let length = 0
  for await (const part of request) {
    length += part.length
    if (length <= limit) parts.push(part)
  }
  return length > limit ? undefined : Buffer.concat(parts).toString("utf8")
}
