import type { Plan } from "../../domain/Plan.ts"
import type { Connection } from "../../ports/Connections.ts"

/**
 * Says of each connection that has fewer sessions than the run wants schemas at once: the others would only wait, and
 * nothing else tells why a run is slower than it was asked to be.
 */
export const warnings = (
  { steps }: Plan,
  connections: ReadonlyMap<string, Pick<Connection, "sessions">>,
  concurrency: number
): ReadonlyArray<string> => {
  const schemas = new Map<string, Set<string>>()
  for (const { connection, schema } of steps) {
    const known = schemas.get(connection)
    if (known === undefined) schemas.set(connection, new Set([schema]))
    else known.add(schema)
  }
  return [...schemas].flatMap(([name, { size }]) => {
    const sessions = connections.get(name)?.sessions
    const wanted = Math.min(concurrency, size)
    return sessions === undefined || wanted <= sessions
      ? []
      : [
          `a concurrency of ${concurrency} is more than connection ${name} has sessions: ${sessions} at once (BFM_DB_MAX_OPEN_CONNS)`
        ]
  })
}
