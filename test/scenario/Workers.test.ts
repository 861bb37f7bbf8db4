import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import * as Project from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"
import * as Served from "../fixtures/Served.ts"
import * as TestServer from "../fixtures/TestServer.ts"

const queued = { BFM_QUEUE_ENABLED: "true" }

const onOwnServer = Effect.gen(function* () {
  const server = yield* TestServer.startSteady
  return { project: yield* Project.makeOn(server), strike: server.restart }
})

/** Where something happens to the state: on PostgreSQL the whole server, target and all, ends as in a crash. */
const kinds = [
  ["PostgreSQL", onOwnServer, 30],
  ["MariaDB", Effect.map(Project.makeOnMysql, project => ({ project, strike: project.state.cut })), 10]
] as const

/** Each step leaves a row of its own for each time that it was carried out. */
const audited = (project: Project.Project, step: number, more = "") =>
  project.write(
    `${Scenario.named(step, `step${step}`)}.up.sql`,
    `-- bfm-schema: dynamic\n-- bfm-lock-timeout: 5m\n${more}CREATE TABLE step${step} (id int);\nINSERT INTO public.audit VALUES ('{{.Schema}}', ${step});`
  )

const audit = (project: Project.Project) =>
  project.query("SELECT schema, step, count(*)::int AS times FROM public.audit GROUP BY 1, 2 ORDER BY 1, 2")

const run = (service: Served.Served, id: string) =>
  Effect.map(service.get(`/api/v1/runs/${id}`), ({ body }) => body)

interface Told {
  readonly id: number
  readonly event: string
}

/** Listens from after an event on, until the given one or the end. */
const listen = (service: Served.Served, id: string, after: number, until: (told: Told) => boolean) =>
  Effect.promise(async signal => {
    const answer = await fetch(`${service.url}/api/v1/runs/${id}/events`, {
      headers: { authorization: `Bearer ${Served.token}`, "last-event-id": String(after) },
      signal
    })
    const told: Array<Told> = []
    const decoder = new TextDecoder()
    let rest = ""
    for await (const chunk of answer.body ?? []) {
      rest += decoder.decode(chunk, { stream: true })
      const frames = rest.split("\n\n")
      rest = frames.pop() ?? ""
      for (const frame of frames) {
        const id = /^id: (\d+)$/m.exec(frame)?.[1]
        const event = /^event: (.*)$/m.exec(frame)?.[1]
        if (id === undefined || event === undefined) continue
        told.push({ id: Number(id), event })
        // Leaving the loop breaks the connection.
        if (told.some(until)) return told
      }
    }
    return told
  })

for (const [kind, make, many] of kinds) {
  describe(`workers, state in ${kind}`, () => {
    it.scopedLive(
      "carry out what is queued; one that is frozen or killed is replaced, and nothing is done twice or lost",
      () =>
        Effect.gen(function* () {
          const { project } = yield* make
          yield* project.query("CREATE TABLE public.audit (schema text, step int)")
          const gate = yield* Scenario.gate(project)
          audited(project, 1)
          audited(project, 2, `${gate.statement};\n`)
          audited(project, 3)
          const service = yield* Served.start(project, queued)
          const old = yield* service.post("/api/v1/migrate", {
            connection: "core",
            schema: "one",
            target: { connection: "core" }
          })
          assert.strictEqual(old.status, 202)
          assert.deepInclude(old.body, { success: true, queued: true, applied: [] })
          assert.match(old.body.notice, /no worker listens/)
          const health = yield* service.get("/health")
          assert.deepStrictEqual([health.status, health.body.checks.workers], [200, "degraded"])
          const id = old.body.job_id
          const [first, second] = yield* Effect.all([Served.worker(project), Served.worker(project)], {
            concurrency: 2
          })
          yield* gate.reached
          // What happens is written in batches: it may be told a moment later.
          yield* Effect.repeat(run(service, id), {
            until: ({ succeeded }) => succeeded === 1,
            schedule: Schedule.spaced("50 millis")
          })
          const before = yield* run(service, id)
          assert.deepInclude(before, { state: "running", total: 3 })
          assert.strictEqual(before.actor.method, "api")
          const early = yield* listen(service, id, 0, ({ event }) => event === "StepSucceeded")
          const [holder, other] = before.owner.endsWith(`:${first.pid}`) ? [first, second] : [second, first]
          yield* holder.tell("SIGSTOP")
          const after = yield* Scenario.until(
            Effect.map(run(service, id), found => (found.owner?.endsWith(`:${other.pid}`) ? [found] : [])),
            "the other worker has the run"
          )
          assert.lengthOf(after, 1)
          yield* gate.open
          yield* holder.tell("SIGCONT")
          const rest = yield* listen(service, id, early.at(-1)?.id ?? 0, () => false)
          const all = [...early, ...rest]
          assert.deepStrictEqual(
            all.map(({ id }) => id),
            all.map((_, index) => index + 1)
          )
          assert.strictEqual(all.at(-1)?.event, "RunFinished")
          assert.deepInclude(yield* run(service, id), { state: "succeeded", failed: 0, total: 3 })
          assert.deepStrictEqual(
            (yield* audit(project)).map(({ times }) => times),
            [1, 1, 1]
          )
          // The one that was frozen has yet to give a sign of life.
          const fleet = yield* Scenario.until(
            Effect.map(service.get("/api/v1/workers"), ({ body }) =>
              body.items.every((worker: Record<string, unknown>) => worker["alive"]) ? body.items : []
            ),
            "both workers are alive"
          )
          assert.lengthOf(fleet, 2)
          const result = yield* service.get(`/api/v1/runs/${id}/result`)
          assert.deepInclude(result.body, { success: true, state: "succeeded" })
          // Also what its first owner did, and could not tell any more.
          assert.lengthOf(result.body.applied, 3)
        })
    )

    it.scopedLive(
      "are killed, told to leave and cut off at random: every run ends, every step is made once",
      () =>
        Effect.gen(function* () {
          const { project, strike } = yield* make
          yield* project.query("CREATE TABLE public.audit (schema text, step int)")
          for (const step of [1, 2, 3]) audited(project, step, "SELECT pg_sleep(0.2);\n")
          const service = yield* Served.start(project, queued)
          const begin = Effect.suspend(() => Served.worker(project))
          const fleet = [...(yield* Effect.all([begin, begin, begin], { concurrency: 3 }))]
          const ids = yield* Effect.forEach(
            Array.from({ length: many }, (_, n) => n),
            n => Served.begun(service, { target: { connections: ["core"] }, schemas: [`t_${n}`] }),
            { concurrency: 4 }
          )
          const storm = Effect.forEach(
            ["kill", "state", "term", "target", "kill"] as const,
            (what, n) =>
              Effect.gen(function* () {
                yield* Effect.sleep("1500 millis")
                const one = n % fleet.length
                if (what === "state") yield* strike
                if (what === "target") yield* project.query(Project.terminate)
                if (what !== "kill" && what !== "term") return
                yield* fleet[one]?.tell(what === "kill" ? "SIGKILL" : "SIGTERM") ?? Effect.void
                fleet[one] = yield* begin
              }),
            { discard: true }
          )
          const raging = yield* Effect.fork(storm)
          yield* Scenario.until(
            project.queryState("select count(*) as open from bfm_runs where finished_at is null").pipe(
              Effect.map(([row]) => (Number(row?.["open"]) === 0 ? [{}] : [])),
              // Who asks may be struck too.
              Effect.sandbox,
              Effect.orElseSucceed(() => [])
            ),
            "every run has ended"
          )
          yield* Fiber.join(raging)
          const others = (yield* Effect.forEach(ids, id => run(service, id)))
            .filter(({ state }) => state !== "succeeded")
            .map(({ id, state, error, owner }) => ({ id, state, error, owner }))
          const results = yield* Effect.forEach(others, ({ id }) => service.get(`/api/v1/runs/${id}/result`))
          assert.deepStrictEqual(
            results.map(({ body }) => JSON.stringify(body).slice(0, 3000)),
            []
          )
          const made = yield* audit(project)
          assert.lengthOf(made, 3 * many)
          assert.deepStrictEqual(
            made.filter(({ times }) => times !== 1),
            []
          )
        }),
      150_000
    )
  })
}
