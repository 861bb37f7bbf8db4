import { type UseQueryResult, useQuery } from "@tanstack/react-query"
import type { Worker } from "bfm/client"
import * as Queries from "./Queries.ts"

/** The workers, as somebody sees them who must know whether anything goes on. */
export interface Fleet {
  readonly query: UseQueryResult<{ readonly items: ReadonlyArray<Worker.Worker> }>
  /** Whether what is queued now would be carried out. */
  readonly manned: boolean
}

/** The fleet; nothing where the service carries out its runs itself, which its health tells. */
export const useFleet = (): Fleet | undefined => {
  const { data } = useQuery(Queries.health)
  const said = data?.checks["workers"]
  const query = useQuery({ ...Queries.workers, enabled: said !== undefined })
  return said === undefined ? undefined : { query, manned: said === "ok" }
}
