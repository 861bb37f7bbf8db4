import { createHash } from "node:crypto"
import * as HttpApi from "@effect/platform/HttpApi"
import * as HttpApiSwagger from "@effect/platform/HttpApiSwagger"
import * as HttpLayerRouter from "@effect/platform/HttpLayerRouter"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** The page as it is shipped with the platform: it brings its script and its style, and needs no network. */
const shipped = Effect.gen(function* () {
  const router = yield* HttpLayerRouter.make
  const page = HttpApiSwagger.layerHttpLayerRouter({ api: HttpApi.make("docs"), path: "/docs" })
  yield* Layer.build(Layer.provide(page, Layer.succeed(HttpLayerRouter.HttpRouter, router)))
  const request = HttpServerRequest.fromWeb(new Request("http://localhost/docs"))
  const response = yield* Effect.provideService(
    router.asHttpEffect(),
    HttpServerRequest.HttpServerRequest,
    request
  )
  return response.body._tag === "Uint8Array" ? new TextDecoder().decode(response.body.body) : ""
}).pipe(Effect.scoped, Effect.orDie)

const between = (text: string, from: string, to: string): string => {
  const start = text.indexOf(from) + from.length
  return text.slice(start, text.indexOf(to, start))
}

/** Asks for a token, fetches the document with it, and sends it with whatever is tried out. It is kept nowhere. */
const script = `
document.getElementById("ask").addEventListener("submit", async event => {
  event.preventDefault()
  const authorization = "Bearer " + document.getElementById("token").value
  const answer = await fetch("/api/v1/openapi.json", { headers: { authorization } })
  if (!answer.ok) {
    document.getElementById("said").textContent = (await answer.json()).error
    return
  }
  document.getElementById("ask").remove()
  SwaggerUIBundle({
    spec: await answer.json(),
    dom_id: "#swagger-ui",
    requestInterceptor: request => {
      request.headers.Authorization = authorization
      return request
    }
  })
})
`

const form = `<form id="ask" style="font-family: sans-serif; margin: 2rem">
    <label>API token <input id="token" type="password" autocomplete="off" required autofocus></label>
    <button>Show</button> <span id="said" role="status"></span>
  </form>`

const sha256 = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`

/** The page that shows the OpenAPI document. It holds nothing but itself, so that anybody may load it. */
export const make = Effect.map(shipped, page => {
  const bundle = between(page, `</script>\n  <script>`, "window.onload")
  const html = `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>BfM API</title>
  <style>${between(page, "<style>", "</style>")}</style>
</head>
<body>
  ${form}
  <div id="swagger-ui"></div>
  <script>${bundle}</script>
  <script>${script}</script>
</body>
</html>`
  return HttpServerResponse.text(html, {
    contentType: "text/html; charset=utf-8",
    headers: {
      "content-security-policy": `default-src 'none'; script-src ${sha256(bundle)} ${sha256(script)}; style-src 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      "cache-control": "no-cache"
    }
  })
})
