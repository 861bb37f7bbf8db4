import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Ref from "effect/Ref"
import * as Scope from "effect/Scope"
import { Lock, type LockKey } from "../../src/ports/Lock.ts"
import { StateStore } from "../../src/ports/StateStore.ts"
import { type Process, run, type Subject, type Subjects } from "./StateSubject.ts"

const core: LockKey = { connection: "core", schema: "tenant_a" }
const silent = () => Effect.void
const by = (actor: string) => ({ runId: `run-of-${actor}`, actor })

/** A process of its own, for as long as the scope is open. */
const start = (process: Process) => Effect.map(Layer.build(process), Context.get(Lock))

const take = (lock: Lock["Type"], actor: string, key = core, wait = 0) =>
  lock.acquire(key, by(actor), wait, silent)

/** Takes the lock in a scope of its own; the effect gives it back. */
const taken = (lock: Lock["Type"], actor: string, key = core, wait = 0) =>
  Effect.gen(function* () {
    const scope = yield* Scope.make()
    yield* Scope.extend(take(lock, actor, key, wait), scope)
    return Scope.close(scope, Exit.void)
  })

/** What every lock does. */
export const suite = (name: string, subjects: Subjects) => {
  const test = (title: string, body: (process: Process) => Effect.Effect<void, unknown, Scope.Scope>) =>
    it.live(title, () => Effect.scoped(Effect.flatMap(subjects.empty, body)))

  /** The same with a database that may be taken away. */
  const testOwn = (title: string, body: (subject: Subject) => Effect.Effect<void, unknown, Scope.Scope>) =>
    it.live(title, () => Effect.scoped(Effect.flatMap(subjects.own, body)))

  describe(`Lock: ${name}`, () => {
    test("is one process's at a time, per connection and schema", process =>
      Effect.gen(function* () {
        const [one, two] = [yield* start(process), yield* start(process)]
        const giveBack = yield* taken(one, "a")
        const busy = yield* Effect.flip(Effect.scoped(take(two, "b")))
        assert.strictEqual(busy._tag, "LockBusy")
        yield* Effect.scoped(take(two, "b", { connection: "core", schema: "tenant" }))
        yield* Effect.scoped(take(two, "b", { connection: "logs", schema: "tenant_a" }))
        yield* giveBack
        yield* Effect.scoped(take(two, "b"))
        yield* Effect.scoped(take(one, "a"))
      }))

    test("is one fiber's at a time in the same process", process =>
      Effect.gen(function* () {
        const lock = yield* start(process)
        const inside = yield* Ref.make(0)
        const most = yield* Ref.make(0)
        const work = Effect.scoped(
          Effect.gen(function* () {
            yield* take(lock, "a", core, 20_000)
            const now = yield* Ref.updateAndGet(inside, n => n + 1)
            yield* Ref.update(most, n => Math.max(n, now))
            yield* Effect.sleep(5)
            yield* Ref.update(inside, n => n - 1)
          })
        )
        yield* Effect.all(
          Array.from({ length: 6 }, () => work),
          { concurrency: "unbounded" }
        )
        assert.strictEqual(yield* Ref.get(most), 1)
        assert.deepStrictEqual(yield* lock.held, [])
      }))

    test("several are taken as far as they are free, and all of these given back", process =>
      Effect.gen(function* () {
        const [one, two] = [yield* start(process), yield* start(process)]
        const keys = ["a", "b", "c", "d"].map(schema => ({ connection: "core", schema }))
        const [, b = core, c = core] = keys
        const giveBack = yield* taken(one, "a", b)
        const giveBackOwn = yield* taken(two, "b", c)
        yield* Effect.scoped(
          Effect.gen(function* () {
            assert.deepStrictEqual(yield* two.attempt(keys, by("b")), [true, false, false, true])
            assert.deepStrictEqual(
              (yield* one.held).map(({ schema, actor }) => [schema, actor]),
              [
                ["a", "b"],
                ["b", "a"],
                ["c", "b"],
                ["d", "b"]
              ]
            )
            assert.deepStrictEqual(yield* one.attempt([], by("a")), [])
          })
        )
        yield* giveBack
        yield* giveBackOwn
        assert.deepStrictEqual(yield* one.held, [])
        yield* Effect.scoped(
          Effect.flatMap(one.attempt(keys, by("a")), got =>
            Effect.sync(() => assert.deepStrictEqual(got, [true, true, true, true]))
          )
        )
      }))

    test("waits until it is free, and says once for whom", process =>
      Effect.gen(function* () {
        const [one, two] = [yield* start(process), yield* start(process)]
        const giveBack = yield* taken(one, "deploy-7")
        const told = yield* Deferred.make<string>()
        const times = yield* Ref.make(0)
        const waiter = yield* Effect.fork(
          Effect.scoped(
            two.acquire(core, by("b"), 20_000, holder =>
              Effect.zipRight(
                Ref.update(times, n => n + 1),
                Deferred.succeed(told, holder)
              )
            )
          )
        )
        assert.match(yield* Deferred.await(told), /^deploy-7 \(run run-of-deploy-7, since \d+m?s\)$/)
        yield* Effect.sleep(300)
        assert.strictEqual((yield* Fiber.poll(waiter))._tag, "None")
        yield* giveBack
        yield* Fiber.join(waiter)
        assert.strictEqual(yield* Ref.get(times), 1)
      }))

    test("gives up in time and names the holder with its step", process =>
      Effect.gen(function* () {
        const context = yield* Layer.build(process)
        const store = Context.get(context, StateStore)
        const two = yield* start(process)
        yield* take(Context.get(context, Lock), "deploy-7")
        yield* store.record([
          {
            _tag: "Run",
            run: run({
              id: "run-of-deploy-7",
              total: 9,
              succeeded: 2,
              current: "step 3 of 9: backfill_totals"
            })
          }
        ])
        const busy = yield* Effect.flip(Effect.scoped(take(two, "b", core, 120)))
        if (busy._tag !== "LockBusy") return yield* Effect.fail(busy)
        assert.match(
          busy.holder,
          /^deploy-7 \(run run-of-deploy-7, since [\d.]+m?s, step 3 of 9: backfill_totals\)$/
        )
        assert.strictEqual(busy.holder_run, "run-of-deploy-7")
        assert.strictEqual(busy.connection, "core")
        assert.strictEqual(busy.schema, "tenant_a")
        assert.isAtLeast(busy.waited, 120)
      }))

    test("lists what live sessions hold", process =>
      Effect.gen(function* () {
        const [one, two] = [yield* start(process), yield* start(process)]
        assert.deepStrictEqual(yield* two.held, [])
        yield* take(one, "a")
        yield* take(one, "a", { connection: "core", schema: "" })
        const held = yield* two.held
        assert.deepStrictEqual(
          held.map(({ since: _, ...rest }) => rest),
          [
            { connection: "core", schema: "", ...by("a") },
            { connection: "core", schema: "tenant_a", ...by("a") }
          ]
        )
        assert.isTrue(held.every(({ since }) => since > 1_700_000_000_000))
      }))

    testOwn("is free when its session was ended, and the process takes it again", subject =>
      Effect.gen(function* () {
        const [one, two] = [yield* start(subject.process), yield* start(subject.process)]
        const giveBack = yield* taken(one, "a")
        yield* subject.cut
        assert.deepStrictEqual(yield* Effect.retry(two.held, { times: 1 }), [])
        const other = yield* taken(two, "b", core, 20_000)
        // What is given back too late must not take it from the new holder.
        yield* giveBack
        assert.strictEqual((yield* Effect.flip(Effect.scoped(take(one, "a"))))._tag, "LockBusy")
        yield* other
        yield* Effect.scoped(take(one, "a"))
      })
    )

    test("is free when its process has ended", process =>
      Effect.gen(function* () {
        const two = yield* start(process)
        const scope = yield* Scope.make()
        yield* Effect.flatMap(Scope.extend(start(process), scope), lock =>
          Scope.extend(take(lock, "a"), scope)
        )
        yield* Scope.close(scope, Exit.void)
        yield* take(two, "b")
        assert.deepStrictEqual(
          (yield* two.held).map(({ actor }) => actor),
          ["b"]
        )
      }))

    test("is one per tenant: whoever has many of them keeps each, and gives back each", process =>
      Effect.gen(function* () {
        const [one, two] = [yield* start(process), yield* start(process)]
        const keys = Array.from(
          { length: 100 },
          (_, n): LockKey => ({ connection: "core", schema: `t_${n}` })
        )
        // As a run does: so many lanes at once.
        const all = { concurrency: 16 } as const
        const given = yield* Effect.forEach(keys, key => taken(one, "a", key, 20_000), all)
        assert.lengthOf(yield* two.held, keys.length)
        const others = yield* Effect.forEach(
          keys,
          key => Effect.flip(Effect.scoped(take(two, "b", key))),
          all
        )
        assert.isTrue(others.every(({ _tag }) => _tag === "LockBusy"))
        const [first, ...rest] = given
        yield* first ?? Effect.void
        yield* Effect.scoped(take(two, "b", keys[0]))
        assert.lengthOf(yield* two.held, keys.length - 1)
        yield* Effect.all(rest, { ...all, discard: true })
        assert.deepStrictEqual(yield* two.held, [])
      }))

    test("comes to everybody who waits, also when each takes it again and again", process =>
      Effect.gen(function* () {
        const locks = yield* Effect.forEach(Array.from({ length: 3 }), () => start(process))
        const turn = (lock: Lock["Type"], n: number) =>
          Effect.scoped(Effect.zipRight(take(lock, String(n), core, 30_000), Effect.sleep(5)))
        yield* Effect.forEach(locks, (lock, n) => Effect.repeatN(turn(lock, n), 4), {
          concurrency: "unbounded"
        })
        assert.deepStrictEqual(yield* Effect.flatMap(start(process), lock => lock.held), [])
      }))

    test("is given back by whoever is interrupted, holding or waiting", process =>
      Effect.gen(function* () {
        const [one, two] = [yield* start(process), yield* start(process)]
        const inside = yield* Deferred.make<void>()
        const holder = yield* Effect.fork(
          Effect.scoped(
            Effect.zipRight(
              take(one, "a"),
              Effect.zipRight(Deferred.succeed(inside, undefined), Effect.never)
            )
          )
        )
        yield* Deferred.await(inside)
        const waits = yield* Deferred.make<void>()
        const waiter = yield* Effect.fork(
          Effect.scoped(
            two.acquire(core, by("b"), 60_000, () => Effect.asVoid(Deferred.succeed(waits, undefined)))
          )
        )
        yield* Deferred.await(waits)
        yield* Fiber.interrupt(waiter)
        yield* Fiber.interrupt(holder)
        assert.deepStrictEqual(yield* two.held, [])
        yield* take(two, "b")
      }))

    testOwn("says that the database is gone, and works again when it is back, even empty", subject =>
      Effect.gen(function* () {
        const lock = yield* start(subject.process)
        yield* Effect.scoped(take(lock, "a"))
        yield* subject.drop
        assert.strictEqual((yield* Effect.flip(Effect.scoped(take(lock, "a"))))._tag, "StateUnavailable")
        yield* subject.create
        yield* take(lock, "a")
        assert.lengthOf(yield* lock.held, 1)
      })
    )

    test("is taken by several processes that begin together on an empty database", process =>
      Effect.gen(function* () {
        const locks = yield* Effect.forEach(Array.from({ length: 6 }), () => start(process))
        yield* Effect.forEach(locks, (lock, n) => Effect.scoped(take(lock, String(n), core, 30_000)), {
          concurrency: "unbounded"
        })
        assert.deepStrictEqual(yield* Effect.flatMap(start(process), lock => lock.held), [])
      }))

    testOwn("opens no session before it is used, and one beside the pool at most", subject =>
      Effect.gen(function* () {
        const lock = yield* start(subject.process)
        assert.strictEqual(yield* subject.sessions, 0)
        yield* lock.held
        assert.strictEqual(yield* subject.sessions, 1)
        yield* take(lock, "a")
        const first = yield* subject.sessions
        assert.isAtMost(first, 2)
        yield* take(lock, "a", { connection: "core", schema: "b" })
        assert.strictEqual(yield* subject.sessions, first)
      })
    )
  })
}
