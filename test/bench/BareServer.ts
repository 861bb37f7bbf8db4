import { createHash, timingSafeEqual } from "node:crypto"
import * as http from "node:http"
import pg from "pg"

// What the status of one migration costs at the least: the token's SHA-256 compared in constant time, one query
// through pg, JSON. Arguments: port, URL of the state, token.
const [port = "", url = "", token = ""] = process.argv.slice(2)

const digestOf = (text: string): Buffer => createHash("sha256").update(text).digest()
const known = digestOf(token)
const pool = new pg.Pool({ connectionString: url, max: 10 })
const statement = `select migration_id, schema, status, extract(epoch from at) * 1000 as at, error
from public.bfm_executions where migration_id = $1`

const answer = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
  const [, presented = ""] = (request.headers.authorization ?? "").split(" ")
  if (!timingSafeEqual(digestOf(presented), known)) {
    response.writeHead(401, { "content-type": "application/json" }).end('{"error":"invalid API token"}')
    return
  }
  const id = decodeURIComponent((request.url ?? "").split("/")[4] ?? "")
  const { rows } = await pool.query(statement, [id])
  const [row] = rows
  const body = JSON.stringify({
    applied: row?.status === "applied",
    migration_id: id,
    status: row?.status ?? "pending",
    applied_at: row === undefined ? undefined : new Date(Number(row.at)).toISOString()
  })
  response
    .writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) })
    .end(body)
}

http
  .createServer((request, response) => void answer(request, response))
  .listen(Number(port), "127.0.0.1", () => process.stdout.write("listening\n"))
