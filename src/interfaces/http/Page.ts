import * as fs from "node:fs"
import * as path from "node:path"
import type * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as RequestId from "./RequestId.ts"

/** Answers a request for a file of the page, or for one of its screens; nothing where it is for something else. */
export type Page = (
  request: HttpServerRequest.HttpServerRequest
) => HttpServerResponse.HttpServerResponse | undefined

export const none: Page = () => undefined

/** The screens that have an address of their own; the page itself looks what follows. */
const screens = /^\/($|(migrations|plan|runs|history|tenants|system)(\/[^/]*)?\/?$)/

/** The page runs its own files and speaks with its own service; nothing else, and nobody may frame it. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'"
].join("; ")

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml"
}

/** How a file can be sent, the smallest first. */
const encodings = ["br", "gzip"] as const
const extensions = { br: ".br", gzip: ".gz" } as const

interface Content {
  readonly type: string
  readonly plain: Uint8Array
  readonly br: Uint8Array | undefined
  readonly gzip: Uint8Array | undefined
}

/** Reads all of it: it is small, and no name of a file is ever made of a request. */
export const load = (directory: string): Page => {
  const files = contents(directory)
  const index = files.get("/index.html")
  return request => {
    if (request.method !== "GET" && request.method !== "HEAD") return undefined
    const asked = RequestId.pathOf(request.url)
    const file = asked === "/index.html" ? undefined : files.get(asked)
    if (file !== undefined) return send(request, file, "public, max-age=31536000, immutable")
    return index !== undefined && screens.test(asked) ? send(request, index, "no-cache") : undefined
  }
}

const contents = (directory: string): ReadonlyMap<string, Content> => {
  const read = (file: string): Uint8Array | undefined =>
    fs.existsSync(file) ? fs.readFileSync(file) : undefined
  const found = new Map<string, Content>()
  if (!fs.existsSync(directory)) return found
  for (const name of fs.readdirSync(directory, { recursive: true, encoding: "utf8" })) {
    const file = path.join(directory, name)
    const type = types[path.extname(name)]
    if (type === undefined) continue
    const compressed = { br: read(`${file}${extensions.br}`), gzip: read(`${file}${extensions.gzip}`) }
    found.set(`/${name.split(path.sep).join("/")}`, { type, plain: fs.readFileSync(file), ...compressed })
  }
  return found
}

const send = (
  { headers }: HttpServerRequest.HttpServerRequest,
  content: Content,
  caching: string
): HttpServerResponse.HttpServerResponse => {
  const accepted = headers["accept-encoding"] ?? ""
  const encoding = encodings.find(name => content[name] !== undefined && accepted.includes(name))
  const body = encoding === undefined ? content.plain : (content[encoding] ?? content.plain)
  return HttpServerResponse.uint8Array(body, {
    contentType: content.type,
    headers: {
      "content-security-policy": policy,
      "cache-control": caching,
      vary: "Accept-Encoding",
      ...(encoding === undefined ? {} : { "content-encoding": encoding })
    }
  })
}
