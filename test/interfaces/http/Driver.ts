import * as Effect from "effect/Effect"
import type { HistoryItem } from "../../../src/domain/History.ts"
import type { Step } from "../../../src/domain/Plan.ts"
import type { StatusItem } from "../../../src/domain/Status.ts"
import * as Result from "../../../src/pipeline/execute/Result.ts"
import type * as Project from "../../fixtures/Project.ts"
import type * as Request from "../../fixtures/Request.ts"
import { outcome } from "../library/Driver.ts"
import { type Driver, type Environment, Refused } from "../Scenario.suite.ts"
import * as Service from "./Service.ts"

const refused = ({ error, code }: { readonly error: string; readonly code: string }) =>
  new Refused({ code, message: error })

/** Requests to a socket, as any client makes them. */
export const make = Effect.fnUntraced(function* (project: Project.Project, environment: Environment) {
  const service = yield* Service.start(project, { environment })
  const answered = (answer: Effect.Effect<Request.Answer>) =>
    Effect.flatMap(answer, ({ status, body }) => (status >= 300 ? refused(body) : Effect.succeed(body)))
  const get = (path: string) => answered(service.get(path))
  const post = (path: string, body: unknown) => answered(service.post(path, body))
  const carryOut = Effect.fnUntraced(function* (request: unknown) {
    const { id } = yield* post("/api/v1/runs", request)
    const { text } = yield* service.get(`/api/v1/runs/${id}/events`)
    const events = text.match(/(?<=^data: ).*$/gm)?.map(data => JSON.parse(data)) ?? []
    const error = events.find(event => "error" in event)
    return error === undefined ? outcome(events.reduce(Result.step, Result.initial)) : yield* refused(error)
  })
  const driver: Driver = {
    plan: Effect.map(post("/api/v1/plan", { target: { connections: ["core"] } }), ({ steps }) =>
      steps.map(({ id, units }: Step) => [id, units[0]?.statements[0]?.text ?? ""])
    ),
    dryRun: Effect.map(
      post("/api/v1/migrations/up", { connection: "core", dry_run: true }),
      ({ applied }) => applied
    ),
    up: (tags = []) => carryOut({ target: { connections: ["core"], tags } }),
    down: (id, cascade = false) => carryOut({ direction: "down", id, cascade }),
    status: Effect.map(get("/api/v1/migrations"), ({ items }) =>
      Object.fromEntries(items.map(({ migration_id, status }: StatusItem) => [migration_id, status]))
    ),
    history: id =>
      Effect.map(get(`/api/v1/migrations/${encodeURIComponent(id)}/history`), ({ history }) =>
        history.map(({ event }: HistoryItem) => event)
      )
  }
  return driver
})
