import { assert, describe, it } from "@effect/vitest"
import { status } from "@grpc/grpc-js"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { MigrationService } from "../../../src/interfaces/grpc/generated/migration_pb.ts"
import * as Project from "../../fixtures/Project.ts"
import * as Scenario from "../../fixtures/Scenario.ts"
import { type Client, connect, failure } from "./Client.ts"
import * as Service from "./Service.ts"

const { method } = MigrationService
const [a, b, c] = [Scenario.id(1, "a"), Scenario.id(2, "b"), Scenario.id(3, "c")]
const everything = { target: {}, connection: "core" }

/** A service over three tables; the second one waits at a gate. */
const gated = Effect.gen(function* () {
  const project = yield* Project.make
  const gate = yield* Scenario.gate(project)
  project.write("20250101000001_a.up.sql", "CREATE TABLE a (id int);")
  project.write("20250101000002_b.up.sql", `CREATE TABLE b (id int);\n${gate.statement};`)
  project.write("20250101000003_c.up.sql", "-- bfm-transaction: none\nCREATE TABLE c (id int);")
  const service = yield* Service.start(project)
  return { project, gate, ...service, client: yield* connect(service.port, Service.token) }
})

/** Waits for the end of the only run. */
const ended = (client: Client) =>
  client.unary(method.listRuns, {}).pipe(
    Effect.flatMap(({ items }) => Effect.fromNullable(items[0])),
    Effect.filterOrFail(run => run.finishedAt > 0n),
    Effect.retry(Schedule.spaced("20 millis")),
    Effect.timeout("120 seconds")
  )

const collect = <A, E>(stream: Stream.Stream<A, E>) =>
  Effect.map(Stream.runCollect(stream), Chunk.toReadonlyArray)

describe("a call that ends before its run", () => {
  it.scopedLive.each([
    ["cancelled", "migrate"],
    ["over its deadline", "migrate"],
    ["cancelled", "streamMigrate"]
  ] as const)(
    "%s: the step in flight of %s ends and is recorded, the next one is not begun",
    ([how, which]) =>
      Effect.gen(function* () {
        const { client, gate, project, said } = yield* gated
        const settings = how === "cancelled" ? {} : { deadline: 10_000 }
        const call =
          which === "migrate"
            ? Effect.asVoid(client.unary(method.migrate, everything, settings))
            : Stream.runDrain(client.stream(method.streamMigrate, everything, settings))
        const calling = yield* Effect.fork(Effect.flip(call))
        yield* gate.reached
        if (how === "cancelled") yield* Fiber.interrupt(calling)
        else assert.strictEqual((yield* Fiber.join(calling)).code, status.DEADLINE_EXCEEDED)
        yield* said(/"status":"CANCELLED"/)
        yield* gate.open
        const run = yield* ended(client)
        assert.deepInclude(run, { state: "cancelled", total: 3, succeeded: 2, failed: 0 })
        assert.deepStrictEqual(yield* Scenario.agreed(project), [a, b])
        const { items } = yield* client.unary(method.listHistory, {})
        assert.deepStrictEqual(
          items.map(({ migrationId, status: state }) => [migrationId, state]),
          [
            [b, "applied"],
            [a, "applied"]
          ]
        )
      })
  )

  it.scopedLive("a run that was only started goes on when its caller is gone", () =>
    Effect.gen(function* () {
      const { client, gate, port, project } = yield* gated
      yield* Effect.scoped(
        Effect.flatMap(connect(port, Service.token), passing =>
          Effect.zipRight(passing.unary(method.startRun, {}), gate.reached)
        )
      )
      yield* gate.open
      assert.deepInclude(yield* ended(client), { state: "succeeded", succeeded: 3 })
      assert.deepStrictEqual(yield* Scenario.agreed(project), [a, b, c])
    })
  )
})

describe("two clients at once", () => {
  it.scopedLive("each migration is applied once; who came second hears that there was nothing left", () =>
    Effect.gen(function* () {
      const { client, gate, port, project } = yield* gated
      const other = yield* connect(port, Service.token)
      const first = yield* Effect.fork(client.unary(method.migrate, everything))
      yield* gate.reached
      const second = yield* Effect.fork(collect(other.stream(method.streamMigrate, everything)))
      yield* gate.open
      assert.deepStrictEqual((yield* Fiber.join(first)).applied, [a, b, c])
      const told = yield* Fiber.join(second)
      assert.deepStrictEqual(
        told.map(({ migrationId, status: state }) => [migrationId, state]),
        [a, b, c].map(id => [id, "skipped"])
      )
      assert.deepStrictEqual(yield* Scenario.agreed(project), [a, b, c])
    })
  )
})

describe("runs", () => {
  it.scopedLive("are planned, started, followed, looked at and listed", () =>
    Effect.gen(function* () {
      const { client, gate } = yield* gated
      const plan = yield* client.unary(method.plan, { target: { connections: ["core"] } })
      assert.deepStrictEqual(
        plan.steps.map(({ id, mode }) => [id, mode]),
        [
          [a, "transaction"],
          [b, "transaction"],
          [c, "journal"]
        ]
      )
      const run = yield* client.unary(
        method.startRun,
        { planHash: plan.hash },
        { metadata: { "x-request-id": "r-1" } }
      )
      assert.deepInclude(run.actor, { name: "api", method: "grpc" })
      assert.deepInclude(run.actor?.request, { id: "r-1", endpoint: "migration.MigrationService/StartRun" })
      yield* gate.reached
      assert.deepInclude(yield* client.unary(method.getRun, { runId: run.id }), {
        state: "running",
        total: 3
      })
      const following = yield* Effect.fork(collect(client.stream(method.watchRun, { runId: run.id })))
      yield* gate.open
      const events = yield* Fiber.join(following)
      assert.deepStrictEqual(
        events.map(({ sequence }) => Number(sequence)),
        events.map((_, index) => index + 1)
      )
      assert.deepStrictEqual(
        events.flatMap(({ event }) => (event.case === "stepSucceeded" ? [event.value.id] : [])),
        [a, b, c]
      )
      const [first] = events
      assert.strictEqual(first?.event.case === "planned" ? first.event.value.plan?.hash : "", plan.hash)
      assert.deepInclude(events.at(-1)?.event.value, { runId: run.id, state: "succeeded" })
      const later = yield* collect(
        client.stream(method.watchRun, { runId: run.id, after: events[2]?.sequence ?? 0n })
      )
      assert.deepStrictEqual(later, events.slice(3))
      const { items, total } = yield* client.unary(method.listRuns, { limit: 1 })
      assert.deepInclude(items[0], { id: run.id, state: "succeeded", succeeded: 3, direction: "up" })
      assert.strictEqual(total, 1)
    })
  )

  it.scopedLive("are cancelled after the step in flight, and resumed", () =>
    Effect.gen(function* () {
      const { client, gate, project } = yield* gated
      const { id } = yield* client.unary(method.startRun, {})
      yield* gate.reached
      yield* client.unary(method.cancelRun, { runId: id })
      yield* gate.open
      assert.deepInclude(yield* ended(client), { id, state: "cancelled" })
      const again = yield* failure(client.unary(method.cancelRun, { runId: id }))
      assert.deepInclude(again, { code: status.FAILED_PRECONDITION, reason: "RunConflict" })
      const resumed = yield* client.unary(method.resumeRun, { runId: id })
      const events = yield* collect(client.stream(method.watchRun, { runId: resumed.id }))
      assert.deepStrictEqual(
        events.flatMap(({ event }) => (event.case === "stepSucceeded" ? [event.value.id] : [])),
        [c]
      )
      assert.deepStrictEqual(yield* Scenario.agreed(project), [a, b, c])
    })
  )

  it.scopedLive("are cancelled with the statement in flight when somebody says so", () =>
    Effect.gen(function* () {
      const { client, gate, project } = yield* gated
      const { id } = yield* client.unary(method.startRun, {})
      yield* gate.reached
      yield* client.unary(method.cancelRun, { runId: id, now: true })
      assert.deepInclude(yield* ended(client), { id, state: "failed", failed: 1, notRun: 1 })
      assert.deepStrictEqual(yield* Scenario.agreed(project), [a])
    })
  )

  it.scopedLive("roll back too, and end with their error when they cannot begin", () =>
    Effect.gen(function* () {
      const { client, gate } = yield* gated
      yield* gate.open
      yield* client.unary(method.migrate, everything)
      const run = yield* client.unary(method.startRun, { direction: "down", id: c })
      const error = yield* failure(collect(client.stream(method.watchRun, { runId: run.id })))
      assert.deepInclude(error, { code: status.FAILED_PRECONDITION, reason: "PlanRejected" })
      assert.include(error.details, c)
      assert.deepInclude(yield* client.unary(method.getRun, { runId: run.id }), {
        state: "failed",
        direction: "down"
      })
    })
  )

  it.scopedLive("that are not known are not found", () =>
    Effect.gen(function* () {
      const { client } = yield* gated
      const asked = { runId: "01KB1Z3T5Q8S9V0W1X2Y3Z4A5B" }
      for (const call of [
        client.unary(method.getRun, asked),
        client.unary(method.cancelRun, asked),
        client.unary(method.resumeRun, asked),
        Stream.runDrain(client.stream(method.watchRun, asked))
      ]) {
        const error = yield* failure(Effect.asVoid(call))
        assert.deepInclude(error, { code: status.NOT_FOUND, reason: "RunNotFound" })
        assert.strictEqual(error.details, `run not found: ${asked.runId}`)
      }
      const unknown = yield* failure(client.unary(method.startRun, { target: { connections: ["nope"] } }))
      assert.deepInclude(unknown, { code: status.NOT_FOUND, reason: "ConnectionUnknown" })
      const wrong = yield* failure(client.unary(method.startRun, { onFailure: "explode", concurrency: 100 }))
      assert.strictEqual(wrong.code, status.INVALID_ARGUMENT)
      const beyond = { ...asked, after: 9_007_199_254_740_993_000n }
      const late = yield* failure(Stream.runDrain(client.stream(method.watchRun, beyond)))
      assert.strictEqual(late.code, status.INVALID_ARGUMENT)
    })
  )
})
