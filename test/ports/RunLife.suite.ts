import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Asked } from "../../src/domain/Asked.ts"
import { PlanDiffers } from "../../src/domain/Errors.ts"
import type { Event, Run } from "../../src/domain/Run.ts"
import { Fleet } from "../../src/ports/Fleet.ts"
import { type StateChange, StateStore } from "../../src/ports/StateStore.ts"
import { run, type Subjects } from "./StateSubject.ts"

const asked: Asked = {
  order: {
    _tag: "Down",
    request: {
      id: "it's ✓",
      schemas: ["a"],
      variables: { x: "1" },
      cascade: true,
      generated: false,
      ignore_dependencies: false
    },
    options: { concurrency: 2, on_failure: "continue", plan_hash: "0a1b2c3d" }
  },
  permitted: ["core"]
}

const started = (position: number): Event => ({ _tag: "StepStarted", id: `s${position} 🎉\n`, position })
const planned: Event = {
  _tag: "Planned",
  plan: { hash: "7f3a91c2", direction: "up", steps: [], skipped: [], waiting: [] }
}
const told = (first: number, count: number, fence = 0): StateChange => ({
  _tag: "Events",
  runId: "R1",
  fence,
  first,
  events: Array.from({ length: count }, (_, n) => (first + n === 1 ? planned : started(first + n)))
})
const report = (part: Partial<Run> = {}, fence = 0): StateChange => ({
  _tag: "Run",
  run: run({ owner: "host:1", ...part }),
  fence
})
const queued: ReadonlyArray<StateChange> = [
  { _tag: "Run", run: run({ state: "queued" }) },
  { _tag: "Asked", runId: "R1", asked, fleet: true }
]

/** When it was heard last is the database's business. */
const steady = (found: Run | undefined) => {
  if (found === undefined) return undefined
  const { heartbeat_at: _, ...rest } = found
  return rest
}

/** What every state store does for runs that several processes look after. */
export const suite = (name: string, subjects: Subjects) => {
  const test = (title: string, body: (store: StateStore["Type"]) => Effect.Effect<void, unknown>) =>
    it.live(title, () =>
      Effect.flatMap(subjects.empty, process =>
        Effect.provide(Effect.flatMap(StateStore, body), process)
      ).pipe(Effect.scoped)
    )
  const all = (store: StateStore["Type"], after = 0) =>
    Effect.map(store.events({ runId: "R1", after, parts: 100 }), events =>
      events.map(({ sequence }) => sequence)
    )

  describe(`runs of any process: ${name}`, () => {
    test("are recorded whatever the names of what they were asked with", store =>
      Effect.gen(function* () {
        const variables = { "NUL \0": "a\0b", "half \uD83D": "\uD83D", fine: "ö" }
        const odd: Asked = {
          order: {
            _tag: "Down",
            request: { ...asked.order.request, id: "x", variables, cascade: false, generated: false },
            options: asked.order.options
          }
        }
        yield* store.record([report(), { _tag: "Asked", runId: "R1", asked: odd }])
        assert.deepStrictEqual(steady(yield* store.run("R1")), run({ owner: "host:1" }))
      }))

    test("keep what they were asked, whatever is told of them later", store =>
      Effect.gen(function* () {
        assert.isUndefined(yield* store.asked("R1"))
        yield* store.record([report(), { _tag: "Asked", runId: "R1", asked }])
        yield* store.record([report({ state: "failed", error: "x", finished_at: 5, skipped: 1, not_run: 2 })])
        assert.deepStrictEqual(yield* store.asked("R1"), asked)
        assert.deepStrictEqual(
          steady(yield* store.run("R1")),
          run({ owner: "host:1", state: "failed", error: "x", finished_at: 5, skipped: 1, not_run: 2 })
        )
        assert.strictEqual((yield* store.planned("7f3a91c2"))?.id, "R1")
        assert.isUndefined(yield* store.planned("none"))
        assert.isUndefined(yield* store.refusal("R1"))
        const refusal = new PlanDiffers({ expected: "a", actual: "b", steps: ["c"] })
        yield* store.record([{ _tag: "Run", run: run({ state: "failed", finished_at: 5 }), refusal }])
        assert.deepStrictEqual(yield* store.refusal("R1"), refusal)
      }))

    test("keep their events in order, each once, from any of them on", store =>
      Effect.gen(function* () {
        yield* store.record([report(), told(1, 3), told(4, 700)])
        // A batch that was not acknowledged is written again, with what came since.
        yield* store.record([told(704, 2)])
        yield* store.record([told(704, 2), told(706, 1)])
        assert.deepStrictEqual(
          yield* all(store),
          Array.from({ length: 706 }, (_, n) => n + 1)
        )
        assert.deepStrictEqual(yield* all(store, 704), [705, 706])
        assert.deepStrictEqual(yield* all(store, 706), [])
        // The plan by itself, without what happened.
        const [first, ...others] = yield* store.events({ runId: "R1", after: 0, parts: 1 })
        assert.deepStrictEqual([first, others], [{ sequence: 1, event: planned }, []])
        assert.deepStrictEqual(
          yield* store.events({ runId: "R1", after: 1, parts: 1 }).pipe(Effect.map(e => e[0])),
          {
            sequence: 2,
            event: started(2)
          }
        )
      }))

    test("are told to end by any process, and their owner hears of it", store =>
      Effect.gen(function* () {
        assert.isUndefined(yield* store.beat("R1", 0))
        assert.isUndefined(yield* store.cancel("R1", { by: "ada", now: false }))
        yield* store.record([report()])
        assert.deepStrictEqual(yield* store.beat("R1", 0), { fence: 0 })
        assert.deepInclude(yield* store.cancel("R1", { by: "ada", now: false }), {
          state: "running",
          cancelled_by: "ada"
        })
        assert.deepInclude(yield* store.cancel("R1", { by: "bob", now: false }), {
          cancelled_by: "ada"
        })
        yield* store.record([report({ succeeded: 1 })])
        const heard = () => Effect.map(store.beat("R1", 0), beat => beat?.cancelled)
        assert.deepStrictEqual(yield* heard(), { by: "ada", now: false })
        // Whoever loses patience is heard too, and cannot be talked out of it.
        yield* store.cancel("R1", { by: "bob", now: true })
        assert.deepStrictEqual(yield* heard(), { by: "ada", now: true })
        yield* store.cancel("R1", { by: "ada", now: false })
        assert.deepStrictEqual(yield* heard(), { by: "ada", now: true })
        yield* store.record([report({ state: "cancelled", finished_at: 5 })])
        assert.isUndefined(yield* store.cancel("R1", { by: "bob", now: false }))
        assert.deepInclude(yield* store.run("R1"), { state: "cancelled", cancelled_by: "ada" })
      }))

    test("that wait for a worker end at once", store =>
      Effect.gen(function* () {
        yield* store.record(queued)
        const ended = yield* store.cancel("R1", { by: "ada", now: false })
        assert.deepInclude(ended, { state: "cancelled", cancelled_by: "ada" })
        assert.isDefined(ended?.finished_at)
        // Whoever was about to begin with it does not come through any more.
        yield* store.record([report({ state: "running" }), told(1, 2)])
        assert.deepInclude(yield* store.run("R1"), { state: "cancelled" })
        assert.deepStrictEqual(yield* all(store), [])
      }))

    it.live("are handed out once and one worker's at a time, until it gives them back or falls silent", () =>
      Effect.flatMap(subjects.empty, process =>
        Effect.provide(
          Effect.gen(function* () {
            const store = yield* StateStore
            const fleet = yield* Fleet
            const sign = {
              id: "a:1",
              host: "a",
              pid: 1,
              version: "1",
              since: run().started_at,
              draining: false,
              capacity: 2,
              runs: ["R1"]
            }
            yield* fleet.beat({ ...sign, draining: true })
            assert.deepInclude((yield* fleet.workers(60_000))[0], { alive: true, draining: true })
            yield* fleet.beat(sign)
            const [worker, ...more] = yield* fleet.workers(60_000)
            assert.deepInclude(worker, { ...sign, alive: true })
            assert.deepStrictEqual(more, [])
            yield* store.record(queued)
            const patience = { silence: 60_000, handedOut: 60_000 }
            const [due] = yield* fleet.due(patience)
            assert.deepStrictEqual(due, { id: "R1", attempt: 0 })
            if (due === undefined) return
            const both = [fleet.handOut(due, undefined), fleet.handOut(due, undefined)]
            assert.sameMembers([...(yield* Effect.all(both, { concurrency: 2 }))], [true, false])
            assert.deepStrictEqual(yield* fleet.due(patience), [])
            const claims = ["a:1", "b:1"].map(id => fleet.claim("R1", id, 60_000))
            const [first, ...others] = (yield* Effect.all(claims, { concurrency: 2 })).filter(
              one => one !== undefined
            )
            assert.deepStrictEqual(others, [])
            assert.deepInclude(first, { fence: 1, after: 0 })
            yield* store.record([report({ owner: first?.run.owner ?? "" }, 1), told(1, 3, 1)])
            assert.strictEqual(yield* store.abandon(0, "gone"), 0)
            yield* Effect.sleep(20)
            const second = yield* fleet.claim("R1", "c:1", 10)
            assert.deepInclude(second, { fence: 2, after: 3 })
            // Whoever had it is not heard any more, and hears of that.
            yield* store.record([report({ state: "failed", finished_at: 5 }, 1), told(4, 2, 1)])
            assert.deepStrictEqual(yield* all(store), [1, 2, 3])
            assert.deepInclude(yield* store.beat("R1", 1), { fence: 2 })
            assert.deepInclude(yield* store.run("R1"), { state: "running", owner: "c:1" })
            yield* fleet.release("R1", 1, undefined)
            yield* fleet.release("R1", 2, "again")
            assert.deepInclude(yield* store.run("R1"), { state: "queued", notice: "again" })
            assert.isUndefined((yield* store.run("R1"))?.owner)
            yield* fleet.leave("a:1")
            assert.deepStrictEqual(yield* fleet.workers(60_000), [])
          }),
          process
        )
      ).pipe(Effect.scoped)
    )

    test("go on in one other run only", store =>
      Effect.gen(function* () {
        yield* store.record([report({ state: "failed", finished_at: 5 })])
        const both = yield* Effect.all([store.goOn("R1", "R2", "R2"), store.goOn("R1", "R3", "R2")], {
          concurrency: 2
        })
        assert.sameMembers([...both], [true, false])
        const next = both[0] ? "R2" : "R3"
        yield* store.record([report({ id: next, continues: "R1" })])
        assert.strictEqual((yield* store.run("R1"))?.continued_by, next)
        assert.strictEqual((yield* store.run(next))?.continues, "R1")
        assert.isFalse(yield* store.goOn("R1", "R5", "R4"))
      }))

    test("go on in another one where the first that was to do so never began", store =>
      Effect.gen(function* () {
        yield* store.record([report({ state: "failed", finished_at: 5 })])
        assert.isTrue(yield* store.goOn("R1", "R2", "R1"))
        assert.isFalse(yield* store.goOn("R1", "R3", "R2"))
        assert.isTrue(yield* store.goOn("R1", "R3", "R3"))
        assert.strictEqual((yield* store.run("R1"))?.continued_by, "R3")
      }))

    test("are interrupted when their owner is silent, and not when it was only late", store =>
      Effect.gen(function* () {
        yield* store.record([report({ running: 1 }), ...queued.map(change => renamed(change, "R2"))])
        yield* store.record([report({ id: "R3", state: "succeeded", finished_at: 5 })])
        assert.strictEqual(yield* store.abandon(60_000, "gone"), 0)
        yield* Effect.sleep(20)
        assert.strictEqual(yield* store.abandon(10, "gone"), 1)
        assert.deepInclude(yield* store.run("R1"), {
          state: "interrupted",
          error: "gone",
          running: 0,
          pending: 3
        })
        assert.deepInclude(yield* store.run("R2"), { state: "queued" })
        assert.deepInclude(yield* store.run("R3"), { state: "succeeded" })
        yield* store.beat("R1", 0)
        const back = yield* store.run("R1")
        assert.deepInclude(back, { state: "running" })
        assert.isUndefined(back?.finished_at)
        assert.isUndefined(back?.error)
      }))
  })
}

const renamed = (change: StateChange, id: string): StateChange =>
  change._tag === "Run"
    ? { ...change, run: { ...change.run, id } }
    : change._tag === "Asked"
      ? { ...change, runId: id }
      : change
