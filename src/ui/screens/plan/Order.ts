import type { RunRequest } from "bfm/client"
import type { PlanSearch } from "../../app/Search.ts"

/** `name=value` lines as the request has them. */
const variables = (set: ReadonlyArray<string> | undefined): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (set ?? []).flatMap(text => {
      const at = text.indexOf("=")
      return at < 1 ? [] : [[text.slice(0, at).trim(), text.slice(at + 1)]]
    })
  )

const whole = (text: string | undefined): number | undefined => {
  const n = Number(text)
  return Number.isInteger(n) && n >= 1 ? n : undefined
}

/** What an address asks for; `permitted`: the only connections that whoever asks may touch. */
export const ofSearch = (
  search: PlanSearch,
  permitted: ReadonlyArray<string> | undefined
): RunRequest | undefined => {
  const concurrency = whole(search.lanes)
  const canary = whole(search.canary)
  const common = {
    schemas: search.schema ?? [],
    variables: variables(search.set),
    ignore_dependencies: search.alone === "yes",
    ...(search.failure === undefined ? {} : { on_failure: search.failure }),
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(canary === undefined ? {} : { canary }),
    ...(search.waves === undefined ? {} : { waves: search.waves }),
    ...(search.pause === "yes" ? { pause: true } : {}),
    ...(search.lost === undefined ? {} : { max_failures: search.lost })
  }
  const [id] = search.id ?? []
  if (search.direction === "down")
    return id === undefined
      ? undefined
      : { ...common, direction: "down", id, cascade: search.cascade === "yes" }
  const connections = search.connection === undefined ? permitted : [search.connection]
  return {
    ...common,
    direction: "up",
    target: {
      ...(search.id === undefined ? { connections: connections ?? [] } : { ids: search.id }),
      ...(search.version === undefined ? {} : { version: search.version }),
      tags: search.tag ?? []
    },
    ...(search.to === undefined ? {} : { to: search.to }),
    ...(search.late === undefined ? {} : { out_of_order: search.late })
  }
}

/** The same, to be carried out only as it was seen. */
export const seen = (request: RunRequest, hash: string): RunRequest => ({ ...request, plan_hash: hash })

const some = (list: ReadonlyArray<string> | undefined): ReadonlyArray<string> | undefined =>
  list === undefined || list.length === 0 ? undefined : list

/** The address that asks for the same. */
export const toSearch = (request: RunRequest): PlanSearch => {
  const common: PlanSearch = {
    schema: some(request.schemas),
    set: some(Object.entries(request.variables ?? {}).map(([name, value]) => `${name}=${value}`)),
    alone: request.ignore_dependencies === true ? "yes" : undefined,
    failure: request.on_failure === "continue" ? "continue" : undefined,
    lanes: (request.concurrency ?? 1) > 1 ? String(request.concurrency) : undefined,
    canary: request.canary === undefined ? undefined : String(request.canary),
    waves: request.waves,
    pause: request.pause === true ? "yes" : undefined,
    lost: request.max_failures
  }
  if (request.direction === "down")
    return {
      ...common,
      direction: "down",
      id: [request.id],
      cascade: request.cascade === true ? "yes" : undefined
    }
  const { connections = [], ids, tags, version } = request.target ?? {}
  return {
    ...common,
    connection: connections.length === 1 ? connections[0] : undefined,
    id: some(ids),
    tag: some(tags),
    version,
    to: request.to,
    late: request.out_of_order === "refuse" ? "refuse" : undefined
  }
}
