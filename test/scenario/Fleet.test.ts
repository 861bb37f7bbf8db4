import { assert, layer } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { MigrationService } from "../../src/interfaces/grpc/generated/migration_pb.ts"
import * as Project from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"
import * as Served from "../fixtures/Served.ts"
import * as Grpc from "../interfaces/grpc/Client.ts"

const { method } = MigrationService

/** A service that queues, over three steps per schema: the second one waits at a gate. */
class Team extends Context.Tag("Team")<
  Team,
  {
    readonly project: Project.Project
    readonly gate: Scenario.Gate
    readonly service: Served.Served
    readonly grpc: Grpc.Client
  }
>() {}

const team = Layer.scoped(
  Team,
  Effect.gen(function* () {
    const project = yield* Project.make
    yield* project.query("CREATE TABLE public.audit (schema text, step int)")
    const gate = yield* Scenario.gate(project)
    for (const step of [1, 2, 3]) {
      const name = Scenario.named(step, `step${step}`)
      const wait = step === 2 ? `${gate.statement};\n` : ""
      project.write(
        `${name}.up.sql`,
        `-- bfm-schema: dynamic\n-- bfm-lock-timeout: 5m\n${wait}CREATE TABLE step${step} (id int);\nINSERT INTO public.audit VALUES ('{{.Schema}}', ${step});`
      )
      project.write(`${name}.down.sql`, `DROP TABLE step${step};`)
    }
    const service = yield* Served.start(project, { BFM_QUEUE_ENABLED: "true" })
    const grpc = yield* Grpc.connect(Number(service.grpc.split(":")[1]), Served.token)
    return { project, gate, service, grpc }
  })
)

/** One run at a time, so that others have to wait. It leaves in good order: the next scenario finds nobody. */
const worker = (project: Project.Project, more: Readonly<Record<string, string>> = {}) =>
  Effect.acquireRelease(Served.worker(project, { BFM_MAX_RUNS: "1", ...more }), ({ stop }) => stop)

const run = (id: string) =>
  Effect.flatMap(Team, ({ service }) => Effect.map(service.get(`/api/v1/runs/${id}`), ({ body }) => body))

const begun = (schema: string) =>
  Effect.flatMap(Team, ({ service }) =>
    Served.begun(service, { target: { connections: ["core"] }, schemas: [schema] })
  )

/** Until a run stands as it is wanted to. */
const until = (id: string, wanted: (run: Record<string, unknown>) => boolean, what: string) =>
  Effect.flatMap(Effect.context<Team>(), context =>
    Effect.map(
      Scenario.until(
        Effect.map(Effect.provide(run(id), context), found => (wanted(found) ? [found] : [])),
        `run ${id} ${what}`
      ),
      ([found]) => found
    )
  )

const beatAfter = (before: Record<string, unknown> | undefined) => (now: Record<string, unknown>) =>
  Number(now["heartbeat_at"]) > Number(before?.["heartbeat_at"])

const ended = (id: string) => until(id, ({ finished_at }) => finished_at !== undefined, "has ended")

/** Steps that were carried out in a schema, each as often as it was. */
const audit = (schema: string) =>
  Effect.flatMap(Team, ({ project }) =>
    Effect.map(
      project.query("SELECT step FROM public.audit WHERE schema = $1 ORDER BY step", [schema]),
      rows => rows.map(({ step }) => step)
    )
  )

const cli = (...args: ReadonlyArray<string>) =>
  Effect.flatMap(Team, ({ project, service }) =>
    project.cli([...args, "--server", service.url], { BFM_TOKEN: Served.token })
  )

layer(team, { excludeTestServices: true, timeout: "3 minutes" })("a fleet", it => {
  it.scoped("a run that nobody carries out says so, and can be given up", () =>
    Effect.gen(function* () {
      assert.match((yield* cli("workers")).stdout, /^No worker listens: start one with bfm worker$/m)
      const none = yield* cli("status", "--schema", "given_*")
      assert.strictEqual(none.code, 1)
      assert.match(none.stderr, /no schema of core matches given_\*/)
      const id = yield* begun("given_up")
      assert.deepInclude(yield* run(id), { state: "queued" })
      assert.match((yield* run(id)).notice, /no worker listens/)
      assert.match((yield* cli("runs", "cancel", id)).stdout, new RegExp(`✔ run ${id} cancelled`))
      assert.deepInclude(yield* run(id), { state: "cancelled" })
      assert.deepStrictEqual(yield* audit("given_up"), [])
    })
  )

  it.scoped("a run ends between two steps when somebody wants it, and its worker goes on with the next", () =>
    Effect.gen(function* () {
      const { project, gate, service } = yield* Team
      const only = yield* worker(project)
      const id = yield* begun("cancelled")
      yield* gate.reached
      const next = yield* begun("next")
      const asked = yield* service.post(`/api/v1/runs/${id}/cancel`)
      assert.deepInclude(asked.body, { id, state: "running", cancelled_by: "api" })
      const shown = yield* cli("runs", "show", id)
      assert.match(shown.stdout, /api asked to end it/)
      // Whoever has asked for the second time whether it is to go on, has heard the first answer.
      const first = yield* until(id, beatAfter(asked.body), "gives a sign of life")
      yield* until(id, beatAfter(first), "gives another one")
      yield* Scenario.calledBack(project)
      yield* gate.open
      const found = yield* ended(id)
      assert.deepInclude(found, { state: "cancelled", succeeded: 2, failed: 0, total: 3 })
      assert.deepStrictEqual(yield* audit("cancelled"), [1, 2])
      const result = yield* service.get(`/api/v1/runs/${id}/result`)
      assert.deepInclude(result.body, { success: false, state: "cancelled" })
      const again = yield* service.post(`/api/v1/runs/${id}/cancel`)
      assert.deepStrictEqual([again.status, again.body.code], [409, "RunConflict"])
      assert.deepInclude(yield* ended(next), { state: "succeeded" })
      const resumed = yield* service.post(`/api/v1/runs/${id}/resume`)
      assert.deepInclude(yield* ended(resumed.body.id), { state: "succeeded", total: 1 })
      assert.deepStrictEqual(yield* audit("cancelled"), [1, 2, 3])
      assert.strictEqual((yield* only.stop).code, 0)
      yield* gate.shut
    })
  )

  it.scoped("a worker that is told to leave ends its step, and another one goes on at once", () =>
    Effect.gen(function* () {
      const { project, gate } = yield* Team
      const [leaving, staying] = yield* Effect.all([worker(project), worker(project)], { concurrency: 2 })
      const id = yield* begun("handed_over")
      yield* gate.reached
      const [holder, other] = (yield* run(id)).owner.endsWith(`:${leaving.pid}`)
        ? [leaving, staying]
        : [staying, leaving]
      yield* holder.tell("SIGTERM")
      yield* Scenario.calledBack(project)
      yield* gate.open
      assert.strictEqual((yield* holder.ended).code, 0)
      const found = yield* ended(id)
      assert.deepInclude(found, { state: "succeeded", failed: 0, total: 3 })
      assert.match(String(found?.["owner"]), new RegExp(`:${other.pid}$`))
      assert.deepStrictEqual(yield* audit("handed_over"), [1, 2, 3])
      // It was given to it: it did not have to find out that nobody had it any more.
      assert.notMatch(other.output(), /fallen silent/)
      yield* gate.shut
    })
  )

  it.scoped(
    "a step that does not end in the time that a leaving worker has, is taken back and done by another",
    () =>
      Effect.gen(function* () {
        const { project, gate, service } = yield* Team
        const leaving = yield* worker(project, { BFM_SHUTDOWN_GRACE: "100ms" })
        const id = yield* begun("taken_back")
        yield* gate.reached
        assert.strictEqual((yield* leaving.stop).code, 0)
        const waiting = yield* run(id)
        assert.deepInclude(waiting, { state: "queued", failed: 0 })
        assert.notProperty(waiting, "owner")
        const next = yield* worker(project)
        yield* gate.reached
        // What a worker does, it says every two seconds.
        yield* Scenario.until(
          Effect.map(service.get("/api/v1/workers"), ({ body }) =>
            body.items[0].runs.length > 0 ? [{}] : []
          ),
          "the worker says what it does"
        )
        const shown = yield* cli("workers")
        assert.match(
          shown.stdout,
          new RegExp(`^\\S+:${next.pid} +alive +bfm \\S+ +since .* +1/1 runs +${id}$`, "m")
        )
        yield* project.queryState(
          `INSERT INTO bfm_workers (id, host, pid, version, since, heartbeat_at, capacity, runs)
         VALUES ('db1:7', 'db1', 7, '0.0.1', now() - interval '1 hour', now() - interval '1 minute', 4, '[]')`
        )
        const { items, total } = JSON.parse((yield* cli("workers", "--json")).stdout)
        assert.strictEqual(total, 2)
        const [silent, alive] = items
        assert.deepInclude(silent, {
          id: "db1:7",
          host: "db1",
          pid: 7,
          version: "0.0.1",
          alive: false,
          capacity: 4,
          runs: []
        })
        assert.deepInclude(alive, { pid: next.pid, alive: true, capacity: 1, runs: [id] })
        assert.deepStrictEqual(
          JSON.parse((yield* project.cli(["workers", "--json"])).stdout).items.map(
            ({ id }: { readonly id: string }) => id
          ),
          items.map(({ id }: { readonly id: string }) => id)
        )
        assert.match((yield* cli("workers")).stdout, /^db1:7 +silent +bfm 0\.0\.1 +since .* +last heard /m)
        yield* gate.open
        assert.deepInclude(yield* ended(id), { state: "succeeded", failed: 0, total: 3 })
        assert.deepStrictEqual(yield* audit("taken_back"), [1, 2, 3])
      })
  )

  it.scoped(
    "gRPC answers with the job, and tells afterwards what became of it; bfm says once that it waits",
    () =>
      Effect.gen(function* () {
        const { project, grpc } = yield* Team
        const target = { target: {}, connection: "core" }
        const migrate = yield* grpc.unary(method.migrate, { ...target, schema: "g_migrate" })
        const up = yield* grpc.unary(method.migrateUp, { ...target, schemas: ["g_up"] })
        for (const answer of [migrate, up]) {
          assert.deepInclude(answer, { success: true, queued: true, applied: [], errors: [] })
          assert.match(answer.notice, /no worker listens/)
        }
        const streaming = yield* Effect.fork(
          Stream.runCollect(grpc.stream(method.streamMigrate, { ...target, schema: "g_stream" }))
        )
        const started = yield* grpc.unary(method.startRun, {
          target: { connections: ["core"] },
          schemas: ["g_run"]
        })
        assert.strictEqual(started.state, "queued")
        const given = yield* grpc.unary(method.startRun, {
          target: { connections: ["core"] },
          schemas: ["g_not"]
        })
        assert.strictEqual((yield* grpc.unary(method.cancelRun, { runId: given.id })).state, "cancelled")
        const commanded = yield* Effect.fork(
          cli("migrate", "up", "--connection", "core", "--schema", "g_cli", "--yes")
        )
        const listed = yield* Effect.repeat(grpc.unary(method.listRuns, { limit: 6 }), {
          until: ({ items }) => items.filter(({ state }) => state === "queued").length === 5
        })
        assert.include(
          listed.items.map(({ id }) => id),
          migrate.jobId
        )
        yield* worker(project)
        const statuses = [...(yield* Fiber.join(streaming))]
        assert.deepStrictEqual(
          statuses
            .filter(({ status }) => status === "success")
            .map(({ migrationId, runId }) => [migrationId, runId !== ""]),
          [1, 2, 3].map(step => [`g_stream_${Scenario.id(step, `step${step}`)}`, true])
        )
        const watched = [...(yield* Stream.runCollect(grpc.stream(method.watchRun, { runId: started.id })))]
        assert.strictEqual(watched.at(-1)?.event.case, "runFinished")
        for (const runId of [migrate.jobId, up.jobId, started.id]) {
          yield* ended(runId)
          assert.deepInclude(yield* grpc.unary(method.getRun, { runId }), {
            id: runId,
            state: "succeeded",
            succeeded: 3
          })
          const result = yield* grpc.unary(method.getRunResult, { runId })
          assert.deepStrictEqual(
            [result.success, result.applied.length, result.state],
            [true, 3, "succeeded"]
          )
        }
        const { code, stdout, stderr } = yield* Fiber.join(commanded)
        assert.strictEqual(code, 0, stderr)
        assert.match(stdout, /3 applied, 0 failed/)
        assert.lengthOf(stderr.match(/is queued$/gm) ?? [], 1, stderr)
        const resumed = yield* grpc.unary(method.resumeRun, { runId: given.id })
        assert.deepInclude(resumed, { state: "queued", continues: given.id })
        yield* ended(resumed.id)
        assert.deepStrictEqual(yield* audit("g_not"), [1, 2, 3])
        const back = yield* grpc.unary(method.rollbackMigration, {
          migrationId: Scenario.named(3, "step3"),
          schemas: ["g_up"]
        })
        assert.deepInclude(back, { success: true, queued: true, message: "rollback queued", notice: "" })
        yield* ended(back.jobId)
        const down = yield* grpc.unary(method.migrateDown, {
          migrationId: Scenario.named(2, "step2"),
          schemas: ["g_up"]
        })
        assert.deepInclude(down, { success: true, queued: true })
        assert.deepInclude(yield* ended(down.jobId), { state: "succeeded", direction: "down" })
        const { items: left } = yield* grpc
          .unary(method.getRunResult, { runId: down.jobId })
          .pipe(Effect.map(({ applied }) => ({ items: applied })))
        assert.lengthOf(left, 1)
        const { items: standing } = JSON.parse((yield* cli("status", "--schema", "g_n*", "--json")).stdout)
        assert.deepStrictEqual(
          standing.map(({ schema, status }: Record<string, unknown>) => [schema, status]),
          [1, 2, 3].map(() => ["g_not", "applied"])
        )
        const matching = yield* grpc.unary(method.listMigrations, { schema: "g_n*" })
        assert.strictEqual(matching.total, 3)
        const workers = yield* grpc.unary(method.listWorkers, {})
        assert.deepStrictEqual(
          workers.items.map(({ alive, capacity }) => [alive, capacity]),
          [
            [false, 4],
            [true, 1]
          ]
        )
      })
  )
})
