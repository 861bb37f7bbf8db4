import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query"
import type { RunRequest } from "bfm/client"
import { ask } from "./Service.ts"

/** Milliseconds between two looks at what others may change meanwhile. */
const often = 5_000
const seldom = 30_000

/** So many items are asked for at once: none takes long to be read. */
const chunk = 1_000

export const whoami = queryOptions({
  queryKey: ["whoami"],
  queryFn: ({ signal }) => ask(api => api.service.whoami({}), signal),
  staleTime: seldom
})

export const connections = queryOptions({
  queryKey: ["connections"],
  queryFn: ({ signal }) => ask(api => api.service.connections({}), signal),
  refetchInterval: often
})

/** What a list can be narrowed to by the service itself. */
export interface Narrowed {
  readonly connection?: string | undefined
  readonly status?: string | undefined
  readonly version?: string | undefined
}

const given = (narrowed: Narrowed) =>
  Object.fromEntries(Object.entries(narrowed).filter(([, value]) => value !== undefined))

export const migrations = (narrowed: Narrowed = {}) =>
  infiniteQueryOptions({
    queryKey: ["migrations", narrowed],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ signal, pageParam }) =>
      ask(
        api =>
          api.migrations.list({
            urlParams: { ...given(narrowed), limit: chunk, ...(pageParam ? { cursor: pageParam } : {}) }
          }),
        signal
      ),
    getNextPageParam: ({ next }) => next,
    staleTime: often
  })

/** The first of those that have one status. */
export const withStatus = (status: string, connection: string | undefined) =>
  queryOptions({
    queryKey: ["migrations", "status", status, connection],
    queryFn: ({ signal }) =>
      ask(api => api.migrations.list({ urlParams: { ...given({ status, connection }), limit: 20 } }), signal),
    refetchInterval: often
  })

export const migration = (id: string) =>
  queryOptions({
    queryKey: ["migration", id],
    queryFn: ({ signal }) => ask(api => api.migrations.detail({ path: { id } }), signal)
  })

/** One migration in each schema in which it is known. */
export const places = (connection: string, version: string) =>
  queryOptions({
    queryKey: ["migrations", "places", connection, version],
    queryFn: ({ signal }) =>
      ask(api => api.migrations.list({ urlParams: { connection, version, limit: 10_000 } }), signal),
    refetchInterval: often
  })

export const historyOf = (id: string) =>
  queryOptions({
    queryKey: ["history", id],
    queryFn: ({ signal }) =>
      ask(api => api.migrations.history({ path: { id }, urlParams: { limit: 200 } }), signal)
  })

export const comparison = (id: string) =>
  queryOptions({
    queryKey: ["comparison", id],
    queryFn: ({ signal }) => ask(api => api.reports.validate({ urlParams: { id: [id] } }), signal)
  })

export const dependencies = (id: string) =>
  queryOptions({
    queryKey: ["dependencies", id],
    queryFn: ({ signal }) => ask(api => api.migrations.neighbours({ path: { id } }), signal)
  })

/** A request as the client takes it: one of either kind. */
export const sent = (request: RunRequest) =>
  request.direction === "down" ? { payload: request } : { payload: request }

export const plan = (request: RunRequest) =>
  queryOptions({
    queryKey: ["plan", request],
    queryFn: ({ signal }) => ask(api => api.runs.plan(sent(request)), signal),
    staleTime: 0,
    gcTime: 0
  })

/** The plan of whatever is pending, for those who only want to know. */
export const everything = (connections: ReadonlyArray<string> | undefined) =>
  queryOptions({
    queryKey: ["plan", "everything", connections],
    queryFn: ({ signal }) =>
      ask(api => api.runs.plan({ payload: { target: { connections: connections ?? [] } } }), signal),
    staleTime: seldom,
    refetchInterval: seldom
  })

export const runs = (limit: number) =>
  queryOptions({
    queryKey: ["runs", limit],
    queryFn: ({ signal }) => ask(api => api.runs.runs({ urlParams: { limit } }), signal),
    refetchInterval: often
  })

export const run = (id: string) =>
  queryOptions({
    queryKey: ["run", id],
    queryFn: ({ signal }) => ask(api => api.runs.run({ path: { id } }), signal)
  })

export const history = infiniteQueryOptions({
  queryKey: ["history", "all"],
  initialPageParam: undefined as string | undefined,
  queryFn: ({ signal, pageParam }) =>
    ask(
      api => api.service.history({ urlParams: { limit: 100, ...(pageParam ? { cursor: pageParam } : {}) } }),
      signal
    ),
  getNextPageParam: ({ next }) => next
})

/** The last that happened, as far as one answer reaches. */
export const recently = queryOptions({
  queryKey: ["history", "recently"],
  queryFn: ({ signal }) => ask(api => api.service.history({ urlParams: { limit: 1_000 } }), signal)
})

export const tenants = (connection: string | undefined) =>
  queryOptions({
    queryKey: ["tenants", connection],
    queryFn: ({ signal }) =>
      ask(
        api =>
          api.reports.tenants({
            urlParams: { limit: 10_000, ...(connection === undefined ? {} : { connection: [connection] }) }
          }),
        signal
      ),
    refetchInterval: seldom
  })

/** What is wrong with the sources. */
export const sources = queryOptions({
  queryKey: ["sources"],
  queryFn: ({ signal }) => ask(api => api.reports.sources({}), signal),
  refetchInterval: often
})

/** Who carries out what is queued. */
export const workers = queryOptions({
  queryKey: ["workers"],
  queryFn: ({ signal }) => ask(api => api.service.workers({}), signal),
  refetchInterval: often
})

export const health = queryOptions({
  queryKey: ["health"],
  queryFn: ({ signal }) => ask(api => api.service.health({}), signal),
  refetchInterval: often
})
