import * as Command from "../Command.ts"
import type { Context } from "../Context.ts"
import * as Programs from "../Programs.ts"
import type * as Report from "../Report.ts"
import * as Rounds from "../Rounds.ts"
import { ask, connect } from "../Server.ts"
import * as Service from "../Service.ts"

/** Rows of history in the state. */
const rows = 100_000

/** What is asked of a state that remembers a lot: each by itself, one after the other. */
export const run = async (context: Context): Promise<ReadonlyArray<Report.Row>> => {
  const { server, bfm, options, changes } = context
  const [target, state] = [await server.fresh(), await server.fresh()]
  const places = { target: server.url(target), state: server.url(state) }
  await Command.run(bfm.command(["migrate", "up"], places))
  await ask(places.state, remembering(changes.length))
  await ask(places.state, "analyze")
  const id = `${changes[0]?.version}_${changes[0]?.name}_postgresql_core`
  const page = (position: number) =>
    `/api/v1/history?limit=100&cursor=${Buffer.from(`h${position}`).toString("base64url")}`
  const questions = {
    "status of a migration": `/api/v1/migrations/${id}/status`,
    "history of a migration": `/api/v1/migrations/${id}/history?limit=100`,
    "history, first page of 100": "/api/v1/history?limit=100",
    "history, a page in the middle": page(rows / 2),
    "history, the last page": page(100),
    "history of one migration, by filter": `/api/v1/history?limit=100&id=${id}`,
    "list, a page of 100": "/api/v1/migrations?limit=100",
    "list, all of one status": "/api/v1/migrations?status=applied&limit=100"
  }
  const program = await Service.start(context, places, { BFM_LOG_LEVEL: "warning" })
  try {
    await Programs.ready(program, "/health/ready")
    context.tell(`asking with ${rows} rows of history, ${options.shortRounds} rounds`)
    const reference = `pg itself ${(await bare(places.state, options.shortRounds)).toFixed(1)} ms`
    const found: Array<Report.Row> = []
    for (const [what, path] of Object.entries(questions)) {
      const times: Array<number> = []
      for (let round = -5; round < 5 * options.shortRounds; round++) {
        const began = performance.now()
        const response = await fetch(`http://127.0.0.1:${program.port}${path}`, {
          headers: { authorization: `Bearer ${Service.token}` }
        })
        const text = await response.text()
        if (response.status !== 200) throw new Error(`${path}: ${response.status} ${text}`)
        if (round >= 0) times.push(performance.now() - began)
      }
      const median = Rounds.median(times)
      const figure = `${median.toFixed(1)} ms`
      found.push({ what: `GET ${what}`, figure, reference, target: "< 20 ms", met: median < 20 })
    }
    return found
  } finally {
    await program.end()
  }
}

/** A page of history over a connection that is open already, in milliseconds. */
const bare = async (url: string, rounds: number): Promise<number> => {
  const client = await connect(url)
  const times: Array<number> = []
  for (let round = 0; round < 5 * rounds; round++) {
    const began = performance.now()
    await client.query(
      "select h.*, r.request_id, r.endpoint from bfm_history h left join bfm_runs r on r.id = h.run_id order by h.position desc limit 101"
    )
    times.push(performance.now() - began)
  }
  await client.end()
  return Rounds.median(times)
}

/** As runs would have written it: each migration again and again, ten steps in a run. */
const remembering = (migrations: number): string => `
insert into bfm_runs (id, actor, method, direction, plan_hash, state, started_at, total, succeeded, failed)
select 'R' || n, 'bench', 'api', 'up', 'h', 'succeeded', now() - n * interval '1 minute', 10, 10, 0
from generate_series(1, ${rows / 10}) n;
insert into bfm_history (event_key, migration_id, schema, version, name, connection, backend, event, at, actor, method,
  run_id, duration_ms)
select 'k' || n, e.migration_id, e.schema, e.version, e.name, e.connection, e.backend, 'applied', now(), 'bench', 'api',
  'R' || (1 + n / 10), 5
from generate_series(1, ${rows}) n
join (select *, row_number() over (order by migration_id) as at_row from bfm_executions) e on e.at_row = 1 + n % ${migrations}`
