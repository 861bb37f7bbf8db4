import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { Execution } from "../../src/domain/Execution.ts"
import type { HistoryItem } from "../../src/domain/History.ts"
import type { Run } from "../../src/domain/Run.ts"
import { type StateChange, StateStore } from "../../src/ports/StateStore.ts"
import { day, execution, item, run, type Subject, type Subjects, skip } from "./StateSubject.ts"

const remember = (value: Execution): StateChange => ({ _tag: "Execution", execution: value })
const note = (value: HistoryItem): StateChange => ({ _tag: "History", item: value })
const report = (value: Run): StateChange => ({ _tag: "Run", run: value })

/** What every state store does. */
export const suite = (name: string, subjects: Subjects) => {
  /** A test in one process. */
  const test = (title: string, body: (store: StateStore["Type"]) => Effect.Effect<void, unknown>) =>
    it.live(title, () =>
      Effect.flatMap(subjects.empty, process =>
        Effect.provide(Effect.flatMap(StateStore, body), process)
      ).pipe(Effect.scoped)
    )

  /** The same with a database that may be taken away. */
  const testOwn = (
    title: string,
    body: (store: StateStore["Type"], subject: Subject) => Effect.Effect<void, unknown>
  ) =>
    it.live(title, () =>
      Effect.flatMap(subjects.own, subject =>
        Effect.provide(
          Effect.flatMap(StateStore, store => body(store, subject)),
          subject.process
        )
      ).pipe(Effect.scoped)
    )

  describe(`StateStore: ${name}`, () => {
    test("begins empty", store =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* store.executions(["core"]), [])
        assert.deepStrictEqual(yield* store.history({ limit: 10 }), { items: [] })
        assert.deepStrictEqual(yield* store.runs(10), [])
        assert.isUndefined(yield* store.run("R1"))
      }))

    test("says whether it has tables, and makes none by that", store =>
      Effect.gen(function* () {
        assert.strictEqual(yield* store.tables, "absent")
        assert.strictEqual(yield* store.tables, "absent")
        yield* store.executions([])
        assert.strictEqual(yield* store.tables, "current")
      }))

    test("remembers executions of the connections that are asked for", store =>
      Effect.gen(function* () {
        const a = execution({ schema: "tenant" })
        const b = execution({ schema: "tenant_a", status: "failed", error: `it's "broken"\n\\x` })
        const c = execution({ connection: "o'ther", migration_id: "c", name: "naïve ✓" })
        yield* store.record([a, b, c].map(remember))
        const core = [...(yield* store.executions(["core"]))].sort((x, y) => (x.schema < y.schema ? -1 : 1))
        assert.deepStrictEqual(core, [a, b])
        assert.deepStrictEqual(yield* store.executions(["o'ther"]), [c])
        assert.lengthOf(yield* store.executions(["core", "o'ther", "none"]), 3)
        assert.deepStrictEqual(yield* store.executions([]), [])
      }))

    test("keeps the last word of a batch, in order", store =>
      Effect.gen(function* () {
        const later = execution({ status: "rolled_back", at: day + 1 })
        const gone = execution({ migration_id: "b" })
        const back = execution({ migration_id: "c" })
        const forget = (migrationId: string): StateChange => ({
          _tag: "ExecutionRemoved",
          migrationId,
          schema: "public"
        })
        yield* store.record([remember(back)])
        yield* store.record([
          remember(execution()),
          remember(gone),
          forget("c"),
          remember(later),
          forget("b"),
          remember(back),
          report(run({ succeeded: 1 })),
          report(run({ succeeded: 2, current: "b" }))
        ])
        const left = [...(yield* store.executions(["core"]))].sort((x, y) =>
          x.migration_id < y.migration_id ? -1 : 1
        )
        assert.deepStrictEqual(left, [later, back])
        assert.deepStrictEqual(yield* store.run("R1"), run({ succeeded: 2, current: "b" }))
        yield* store.record([forget("c"), forget("never there")])
        assert.deepStrictEqual(yield* store.executions(["core"]), [later])
      }))

    test("forgets an error that is over, and what a run was doing when it ends", store =>
      Effect.gen(function* () {
        yield* store.record([
          remember(execution({ status: "failed", error: "x" })),
          report(run({ current: "a" }))
        ])
        const ended = run({ state: "succeeded", succeeded: 3, finished_at: day + 5 })
        yield* store.record([remember(execution()), report(ended)])
        assert.deepStrictEqual(yield* store.executions(["core"]), [execution()])
        assert.deepStrictEqual(yield* store.run("R1"), ended)
      }))

    test("writes the same batch twice without a trace", store =>
      Effect.gen(function* () {
        const batch = [
          report(run()),
          remember(execution()),
          note(item({ event: "failed", error: "x", duration_ms: 1.5 })),
          note(item())
        ]
        yield* store.record(batch)
        yield* store.record(batch)
        yield* Effect.all([store.record(batch), store.record(batch)], { concurrency: 2 })
        const { items } = yield* store.history({ limit: 10 })
        assert.deepStrictEqual(items, [item(), item({ event: "failed", error: "x", duration_ms: 1.5 })])
        assert.lengthOf(yield* store.executions(["core"]), 1)
        assert.lengthOf(yield* store.runs(10), 1)
      }))

    test("tells the latest word on one migration in every schema, and on everything", store =>
      Effect.gen(function* () {
        const word = (migration_id: string, schema: string, at: number) =>
          execution({ migration_id, schema, at: day + at })
        yield* store.record([word("a", "x", 1), word("b", "x", 3), word("a", "y", 2)].map(remember))
        const told = (found: ReadonlyArray<Execution>) => found.map(it => `${it.migration_id} ${it.schema}`)
        assert.deepStrictEqual(told(yield* store.latest({ limit: 10 })), ["b x", "a y", "a x"])
        assert.deepStrictEqual(told(yield* store.latest({ limit: 1 })), ["b x"])
        assert.deepStrictEqual(told(yield* store.latest({ migrationId: "a", limit: 10 })), ["a y", "a x"])
        assert.deepStrictEqual(yield* store.latest({ migrationId: "A", limit: 10 }), [])
      }))

    test("tells so many of some connections, whatever happens on others", store =>
      Effect.gen(function* () {
        const names = ["core", "logs", "other", "other"]
        yield* store.record(
          names.flatMap((connection, n) => [
            remember(execution({ connection, migration_id: `${n}`, at: day + n })),
            note(item({ connection, migration_id: `${n}` })),
            { _tag: "Skipped", skip: skip({ connection, migration_id: `${n}` }) }
          ])
        )
        for (const [connections, expected] of [
          [
            ["core", "logs"],
            ["logs", "core"]
          ],
          [["core"], ["core"]],
          [["Core", "core "], []],
          [[], []]
        ] as const) {
          const query = { limit: 2, connections }
          const found = [
            yield* store.latest(query),
            yield* store.skips(query),
            (yield* store.history(query)).items
          ]
          for (const items of found)
            assert.deepStrictEqual(
              items.map(({ connection }) => connection),
              [...expected]
            )
        }
        const first = yield* store.history({ limit: 1, connections: ["core", "logs"] })
        const next = first.next ?? ""
        const second = yield* store.history({ limit: 1, connections: ["core", "logs"], cursor: next })
        assert.strictEqual(second.items[0]?.connection, "core")
      }))

    test("keeps the five newest skips of a migration in a schema, each once", store =>
      Effect.gen(function* () {
        const write = (schema: string, n: number) =>
          store.record([{ _tag: "Skipped", skip: skip({ schema, run_id: `R${n}` }) }])
        yield* write("other", 0)
        for (let n = 1; n <= 7; n++) yield* write("public", n)
        yield* write("public", 7)
        const found = yield* store.skips({ migrationId: skip().migration_id, limit: 10 })
        assert.deepStrictEqual(
          found.map(({ run_id }) => run_id),
          ["R7", "R6", "R5", "R4", "R3", "R0"]
        )
        assert.deepStrictEqual(found.at(-1), skip({ schema: "other", run_id: "R0" }))
        assert.lengthOf(yield* store.skips({ limit: 2 }), 2)
        assert.deepStrictEqual(yield* store.skips({ migrationId: "none", limit: 2 }), [])
      }))

    test("knows which client asked for a run, in the run, its history and its skips, and why it came to nothing", store =>
      Effect.gen(function* () {
        const request = { id: "req-1", endpoint: "POST /api/v1/migrate" }
        const asked = run({
          actor: { name: "ci", method: "api", request },
          connections: ["core", "logs"],
          state: "failed",
          error: "no \u2713 plan"
        })
        yield* store.record([report(asked), note(item()), { _tag: "Skipped", skip: skip() }])
        assert.deepStrictEqual(yield* store.run("R1"), asked)
        assert.deepStrictEqual((yield* store.history({ limit: 1 })).items, [item({ request })])
        assert.deepStrictEqual(yield* store.skips({ limit: 1 }), [skip({ request })])
      }))

    test("tells of which migrations something was recorded since a position", store =>
      Effect.gen(function* () {
        const empty = yield* store.newest
        yield* store.record(["a", "b", "c"].map(id => note(item({ migration_id: id, run_id: `R ${id}` }))))
        const found = yield* store.touched(empty, ["a", "c", "d", "it's"])
        assert.deepStrictEqual(found, new Set(["a", "c"]))
        const newest = yield* store.newest
        assert.deepStrictEqual(yield* store.touched(newest, ["a", "b", "c"]), new Set())
        yield* store.record([note(item({ migration_id: "a", event: "rolled_back" }))])
        assert.deepStrictEqual(yield* store.touched(newest, ["a", "b"]), new Set(["a"]))
        assert.deepStrictEqual(yield* store.touched(newest, []), new Set())
      }))

    test("pages through history, newest first, while more is written", store =>
      Effect.gen(function* () {
        const event = (n: number) => item({ migration_id: `m${n % 2}`, run_id: `R${n}`, name: String(n) })
        const all = Array.from({ length: 25 }, (_, n) => event(n))
        yield* store.record(all.map(note))
        const first = yield* store.history({ limit: 10 })
        yield* store.record([note(event(99))])
        const second = yield* store.history({ limit: 10, cursor: first.next ?? "" })
        const third = yield* store.history({ limit: 10, cursor: second.next ?? "" })
        const read = [...first.items, ...second.items, ...third.items]
        assert.deepStrictEqual(read, all.toReversed())
        assert.isUndefined(third.next)
        assert.isUndefined((yield* store.history({ limit: 26 })).next)
        const odd = yield* store.history({
          limit: 100,
          migrationId: "m1",
          connections: ["core"],
          schema: "public"
        })
        assert.deepStrictEqual(
          odd.items.map(({ name }) => name),
          ["99", ...all.toReversed().flatMap(({ name }) => (Number(name) % 2 === 1 ? [name] : []))]
        )
        assert.deepStrictEqual((yield* store.history({ limit: 5, schema: "other" })).items, [])
        const wrong = yield* Effect.flip(store.history({ limit: 5, cursor: "bm8" }))
        assert.include(String(wrong), "cursor")
      }))

    test("lists runs newest first", store =>
      Effect.gen(function* () {
        const runs = [1, 2, 3].map(n => run({ id: `R${n}`, started_at: day + n }))
        yield* store.record(runs.map(report))
        assert.deepStrictEqual(yield* store.runs(2), runs.slice(1).toReversed())
      }))

    test("takes any text that a store may have said", store =>
      Effect.gen(function* () {
        const error = `NUL \0, half a character \uD83D, quote ', $1, \u2028 and 🎉`
        yield* store.record([remember(execution({ error, name: "ö" })), note(item({ error }))])
        const [found] = yield* store.executions(["core"])
        assert.strictEqual(found?.error, `NUL \uFFFD, half a character \uFFFD, quote ', $1, \u2028 and 🎉`)
      }))

    test("writes a large batch all or not at all", store =>
      Effect.gen(function* () {
        const many = Array.from({ length: 1_000 }, (_, n) => n)
        yield* store.record(
          many.flatMap(n => [
            remember(execution({ migration_id: `m${n}` })),
            note(item({ migration_id: `m${n}` }))
          ])
        )
        assert.lengthOf(yield* store.executions(["core"]), 1_000)
        const bad = [
          remember(execution({ migration_id: "good" })),
          note(item({ at: "not a time", migration_id: "good" }))
        ]
        assert.isTrue(Exit.isFailure(yield* Effect.exit(store.record(bad))))
        assert.lengthOf(yield* store.executions(["core"]), 1_000)
      }))

    testOwn("goes on after its connections were cut", (store, { cut }) =>
      Effect.gen(function* () {
        yield* store.record([remember(execution())])
        yield* cut
        assert.lengthOf(yield* Effect.retry(store.executions(["core"]), { times: 1 }), 1)
      })
    )

    testOwn(
      "says that the database is gone, and works again when it is back, even empty",
      (store, { drop, create }) =>
        Effect.gen(function* () {
          yield* store.record([remember(execution())])
          yield* drop
          const reading = yield* Effect.flip(store.executions(["core"]))
          assert.strictEqual(reading._tag, "StateUnavailable")
          const writing = yield* Effect.flip(store.record([remember(execution())]))
          assert.include(writing.message, store.address)
          assert.include(writing.message, "could not record what happened")
          yield* create
          yield* store.record([remember(execution({ migration_id: "again" })), note(item())])
          assert.deepStrictEqual(
            (yield* store.executions(["core"])).map(found => found.migration_id),
            ["again"]
          )
        })
    )

    it.live("is created once when several processes begin at the same time", () =>
      Effect.gen(function* () {
        const process = yield* subjects.empty
        const processes = Array.from({ length: 8 }, (_, n) =>
          Effect.gen(function* () {
            const store = yield* StateStore
            yield* n % 2 === 0 ? store.executions(["core"]) : store.runs(1)
            yield* store.record([
              remember(execution({ migration_id: `m${n}` })),
              note(item({ run_id: `R${n}` }))
            ])
          }).pipe(Effect.provide(process))
        )
        yield* Effect.all(processes, { concurrency: "unbounded", discard: true })
        const read = Effect.flatMap(StateStore, found => found.executions(["core"]))
        assert.lengthOf(yield* Effect.provide(read, process), 8)
      }).pipe(Effect.scoped)
    )
  })
}
