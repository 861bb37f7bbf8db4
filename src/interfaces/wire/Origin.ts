import type { RequestOrigin } from "../../domain/Actor.ts"

/** Where a run came from, as the JSON text that old clients read. */
export const context = (method: string, request: RequestOrigin | undefined): string => {
  if (request === undefined) return JSON.stringify({ connection_type: method })
  if (method === "grpc") {
    return JSON.stringify({ connection_type: "grpc", method: request.endpoint, request_id: request.id })
  }
  const [verb = "", endpoint = ""] = request.endpoint.split(" ")
  return JSON.stringify({ connection_type: "http", endpoint, method: verb, request_id: request.id })
}
