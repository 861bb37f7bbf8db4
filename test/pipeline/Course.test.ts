import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import * as Stream from "effect/Stream"
import type { LedgerEntry } from "../../src/domain/Ledger.ts"
import type { Plan, Step } from "../../src/domain/Plan.ts"
import type { Order } from "../../src/domain/Request.ts"
import type { Event, Run, RunState } from "../../src/domain/Run.ts"
import * as Causes from "../../src/pipeline/execute/Causes.ts"
import * as Course from "../../src/pipeline/execute/Course.ts"
import * as Kept from "../../src/pipeline/execute/Kept.ts"
import * as Lane from "../../src/pipeline/execute/Lane.ts"
import * as Result from "../../src/pipeline/execute/Result.ts"
import * as Tally from "../../src/pipeline/execute/Tally.ts"
import type { StepOutcome } from "../../src/ports/Connections.ts"
import * as Sample from "../interfaces/cli/Sample.ts"

/** Steps `a`, `b`, … of a plan; a letter stands for its id, its name and its place. */
const step = (id: string, part: Partial<Step> = {}): Step =>
  Sample.step({ id, name: id, position: id.charCodeAt(0) - 96, ...part })

const planOf = (...ids: ReadonlyArray<string>): Plan => Sample.plan(ids.map(id => step(id)))

const place = (id: string) => ({ id, position: id.charCodeAt(0) - 96 })
const planned = (...ids: ReadonlyArray<string>): Event => ({ _tag: "Planned", plan: planOf(...ids) })
const started = (id: string): Event => ({ _tag: "StepStarted", ...place(id) })
const succeeded = (id: string): Event => ({ _tag: "StepSucceeded", ...place(id), duration_ms: 1 })
const skipped = (id: string): Event => ({ _tag: "StepSkipped", ...place(id), reason: "applied meanwhile" })
const failed = (id: string): Event => ({
  _tag: "StepFailed",
  ...place(id),
  failure: Sample.failure({ id, reason: "no room" })
})
const notRun = (id: string, reason = "it depends on a"): Event => ({
  _tag: "StepNotRun",
  ...place(id),
  reason
})
const finished = (state: RunState): Event => ({ _tag: "RunFinished", run_id: "01R", state, duration_ms: 70 })

const actor = { name: "ci", method: "cli" } as const
const options = { concurrency: 1, on_failure: "stop" } as const

/** Applying on these connections; on all where none is named. */
const orderOf = (connections: ReadonlyArray<string>): Order => ({
  _tag: "Up",
  request: {
    target: { tables: [], connections, tags: [] },
    schemas: [],
    variables: {},
    ignore_dependencies: false,
    out_of_order: "allow",
    strict_schema: false
  },
  options
})

const down: Order = {
  _tag: "Down",
  request: {
    id: "a",
    schemas: [],
    variables: {},
    ignore_dependencies: false,
    cascade: false,
    generated: false
  },
  options
}

const fresh = Course.queued("01R", actor, orderOf([]), 1_000)

/** `state done/failed/skipped/not run, running + pending of total`. */
const counts = ({ state, succeeded, failed, skipped, not_run, running, pending, total }: Run): string =>
  `${state} ${succeeded}/${failed}/${skipped}/${not_run}, ${running} + ${pending} of ${total}`

const heard = (...events: ReadonlyArray<Event>) => {
  const course = Course.make(fresh)
  for (const event of events) course.hear(event, 2_000)
  return course
}

describe("a run as it stands", () => {
  it("counts each step where it is", () => {
    const course = Course.make(fresh)
    const stands = (event: Event) => counts(course.hear(event, 2_000))
    assert.strictEqual(counts(course.run()), "queued 0/0/0/0, 0 + 0 of 0")
    assert.strictEqual(stands(planned("a", "b", "c", "d", "e")), "running 0/0/0/0, 0 + 5 of 5")
    assert.strictEqual(stands(started("a")), "running 0/0/0/0, 1 + 4 of 5")
    assert.strictEqual(stands(started("b")), "running 0/0/0/0, 2 + 3 of 5")
    assert.strictEqual(stands(succeeded("a")), "running 1/0/0/0, 1 + 3 of 5")
    assert.strictEqual(stands(failed("b")), "running 1/1/0/0, 0 + 3 of 5")
    assert.strictEqual(stands(skipped("c")), "running 1/1/1/0, 0 + 2 of 5")
    assert.strictEqual(stands(notRun("d")), "running 1/1/1/1, 0 + 1 of 5")
    assert.strictEqual(stands(started("e")), "running 1/1/1/1, 1 + 0 of 5")
    // What was under way when its process ended is open again.
    assert.strictEqual(stands(finished("interrupted")), "interrupted 1/1/1/1, 0 + 1 of 5")
  })

  it("names the step that is under way, or who is in the way", () => {
    const { hear } = heard(planned("a", "b"))
    assert.isUndefined(hear({ _tag: "RunStarted", run_id: "01R", total: 2 }, 2_000).current)
    const waiting: Event = { _tag: "LockWaiting", connection: "core", schema: "", holder: "ann" }
    assert.strictEqual(hear(waiting, 2_000).current, "waiting for ann")
    assert.strictEqual(hear(started("b"), 2_000).current, "step 2 of 2: b")
    assert.strictEqual(hear({ _tag: "Warned", message: "slow" }, 2_000).current, "step 2 of 2: b")
    assert.strictEqual(hear({ _tag: "StepStarted", id: "x", position: 2 }, 0).current, "step 2 of 2: x")
  })

  it("ends when it is said, and at no other event", () => {
    const { run, hear } = heard(planned("a"), started("a"), succeeded("a"))
    assert.isUndefined(run().finished_at)
    assert.deepInclude(hear(finished("succeeded"), 3_000), { state: "succeeded", finished_at: 3_000 })
    assert.deepInclude(run(), { started_at: 1_000, plan_hash: "7f3a91c2" })
  })

  it("knows the steps of its plan", () => {
    const { steps } = heard(planned("a", "b"), started("a"))
    assert.deepStrictEqual([...steps().keys()], ["a", "b"])
    assert.strictEqual(steps().get("b")?.name, "b")
    assert.strictEqual(heard().steps().size, 0)
  })

  it("takes in what is known besides, and counts anew", () => {
    const course = heard(planned("a", "b"), started("a"))
    assert.strictEqual(counts(course.note({ owner: "h:1", failed: 1 })), "running 0/1/0/0, 1 + 0 of 2")
    assert.strictEqual(course.run().owner, "h:1")
    assert.strictEqual(counts(course.note({ finished_at: 9, state: "failed" })), "failed 0/1/0/0, 0 + 1 of 2")
  })

  it("goes on elsewhere: what is planned no more is done, what failed is tried again", () => {
    const before = heard(
      planned("a", "b", "c", "d", "e"),
      succeeded("a"),
      skipped("b"),
      failed("c"),
      notRun("d")
    )
    const course = Course.make(before.run())
    const again: Event = { _tag: "Planned", plan: { ...planOf("d", "e"), hash: "00000000" } }
    const run = course.hear(again, 2_000)
    assert.strictEqual(counts(run), "running 2/0/1/0, 0 + 2 of 5")
    assert.strictEqual(run.plan_hash, "7f3a91c2")
    // More is to be done than at first.
    const more = Course.make(before.run()).hear(planned(..."abcdefg"), 2_000)
    assert.strictEqual(counts(more), "running 0/0/1/0, 0 + 6 of 7")
  })

  it("goes on elsewhere: its result tells also what its first owner did", () => {
    const fold = (...events: ReadonlyArray<Event>) => events.reduce(Result.step, Result.initial)
    const again: Event = {
      _tag: "Planned",
      // What was asked for by its name is applied by now: for this run that is no reason to skip it.
      plan: { ...planOf("d", "e"), skipped: [{ ...Sample.waiting, id: "a" }], hash: "00000000" }
    }
    const first = [
      planned("a", "b", "c", "d", "e"),
      succeeded("a"),
      skipped("b"),
      started("c"),
      failed("d"),
      notRun("e")
    ]
    const whole = fold(...first, again, succeeded("d"), succeeded("e"), finished("succeeded"))
    // `c` was done when nobody could tell of it any more.
    assert.deepStrictEqual([whole.applied, whole.skipped], [["a", "c", "d", "e"], ["b"]])
    assert.deepStrictEqual([whole.success, whole.failures, whole.not_run], [true, [], []])
    assert.deepStrictEqual(
      whole.plan?.steps.map(({ id }) => id),
      ["a", "c", "d", "e"]
    )
    assert.strictEqual(whole.plan?.hash, "00000000")
    // What was taken back meanwhile is applied once more.
    assert.deepStrictEqual(fold(planned("a", "b"), succeeded("a"), planned("a"), succeeded("a")).applied, [
      "b",
      "a"
    ])
  })

  it("reaches what was asked for, and what its plan leads to", () => {
    const reached = (order: Order, permitted?: ReadonlyArray<string>, ...steps: ReadonlyArray<Step>) => {
      const course = Course.make(Course.queued("01R", actor, order, 0, permitted))
      const before = course.run().connections
      const after = course.hear({ _tag: "Planned", plan: Sample.plan(steps) }, 1).connections
      return [before, after]
    }
    const [core, logs] = [step("a", { connection: "core" }), step("b", { connection: "logs" })]
    const up = orderOf(["core"])
    assert.deepStrictEqual(reached(up, undefined, core), [["core"], ["core"]])
    assert.deepStrictEqual(reached(up, ["core", "main"], core, logs), [["core"], ["core", "logs"]])
    // Asked for everything: there is nothing that it may not reach.
    assert.deepStrictEqual(reached(orderOf([]), undefined, core), [undefined, undefined])
    assert.deepStrictEqual(reached(orderOf([]), ["core"], core), [["core"], ["core"]])
    assert.deepStrictEqual(reached(down, undefined, logs), [undefined, ["logs"]])
    assert.deepStrictEqual(reached(down, ["core", "logs"]), [
      ["core", "logs"],
      ["core", "logs"]
    ])
  })
})

const folded = (...events: ReadonlyArray<Event>) => events.reduce(Result.step, Result.initial)

describe("what a run came to", () => {
  it("lists each step once, under what became of it", () => {
    const result = folded(
      planned("a", "b", "c", "d"),
      { _tag: "RunStarted", run_id: "01R", total: 4 },
      { _tag: "LockWaiting", connection: "core", schema: "", holder: "ann" },
      started("a"),
      { _tag: "StepRetried", id: "a", attempt: 1, reason: "busy" },
      succeeded("a"),
      skipped("b"),
      failed("c"),
      notRun("d"),
      { _tag: "Warned", message: "the clock" },
      finished("failed")
    )
    const { failures, causes, plan, ...rest } = result
    assert.deepStrictEqual(rest, {
      success: false,
      applied: ["a"],
      skipped: ["b"],
      errors: ["c: no room"],
      waiting: [],
      not_run: [{ id: "d", reason: "it depends on a" }],
      warnings: ["the clock"],
      run_id: "01R",
      state: "failed",
      duration_ms: 70
    })
    assert.deepStrictEqual(
      failures.map(({ id }) => id),
      ["c"]
    )
    assert.deepStrictEqual(
      causes.map(({ reason, count }) => [reason, count]),
      [["no room", 1]]
    )
    assert.strictEqual(plan?.steps.length, 4)
  })

  it("is a success only when nothing is left and it ended as one", () => {
    const all = folded(planned("a", "b"), succeeded("a"), succeeded("b"))
    assert.deepStrictEqual(all.applied, ["a", "b"])
    assert.isTrue(Result.step(all, finished("succeeded")).success)
    assert.isFalse(Result.step(all, finished("interrupted")).success)
    assert.isFalse(folded(planned("a"), failed("a"), finished("succeeded")).success)
    assert.isFalse(folded(planned("a"), notRun("a"), finished("succeeded")).success)
    assert.strictEqual(folded({ _tag: "RunStarted", run_id: "01R", total: 1 }).state, "running")
  })

  it("keeps the id that it has when it is planned again", () => {
    assert.strictEqual(folded({ _tag: "RunStarted", run_id: "01R", total: 1 }, planned("a")).run_id, "01R")
  })

  it("does not mix up two runs", () => {
    folded(planned("a"), succeeded("a"), failed("a"))
    assert.deepStrictEqual(folded(planned("b"), succeeded("b")).applied, ["b"])
    assert.deepStrictEqual(Result.initial.applied, [])
  })

  it("of a dry run is the same, each id marked", () => {
    const plan = Sample.plan([step("a"), step("b")], { skipped: [Sample.waiting], waiting: [Sample.waiting] })
    const { applied, skipped, waiting, success, state, run_id } = Result.dryRun(plan)
    assert.deepStrictEqual([applied, run_id], [["a (dry-run)", "b (dry-run)"], ""])
    assert.deepStrictEqual([skipped, waiting], [[Sample.waiting.id], [Sample.waiting.id]])
    assert.deepStrictEqual([success, state], [true, "succeeded"])
    assert.strictEqual(Result.dryRun(plan).plan, plan)
  })
})

describe("what failed in many schemas", () => {
  const cause = (schema: string, reason: string, part: { code?: string; connection?: string } = {}) => ({
    schema,
    reason,
    connection: "core",
    ...part
  })
  const causes = (...failures: ReadonlyArray<ReturnType<typeof cause>>) =>
    failures
      .reduce<ReadonlyArray<Parameters<typeof Causes.add>[0][number]>>(Causes.add, [])
      .map(({ reason, schemas, count }) => `${reason}: ${schemas.join(" ")} (${count})`)

  it("for the same reason is said once, with every schema", () => {
    assert.deepStrictEqual(
      causes(
        cause("t1", 'relation "t1.users" does not exist'),
        cause("t2", 'relation "t2.users" does not exist'),
        cause("t3", "disk full")
      ),
      ['relation "{schema}.users" does not exist: t1 t2 (2)', "disk full: t3 (1)"]
    )
  })

  it("is another reason with another code, or on another connection", () => {
    const codes = [
      cause("t1", "no", { code: "42P01" }),
      cause("t2", "no", { code: "23505" }),
      cause("t3", "no")
    ]
    assert.deepStrictEqual(causes(...codes, cause("t4", "no", { code: "23505" })), [
      "no: t1 (1)",
      "no: t2 t4 (2)",
      "no: t3 (1)"
    ])
    assert.strictEqual(causes(cause("t1", "no"), cause("t1", "no", { connection: "logs" })).length, 2)
    assert.deepStrictEqual(Causes.add([], cause("t1", "no")), [
      { reason: "no", connection: "core", schemas: ["t1"], count: 1 }
    ])
    assert.deepInclude(Causes.add([], cause("t1", "no", { code: "42P01" }))[0], { code: "42P01" })
  })

  it.each([
    ["t1", "t10.a is not t1.a", "t10.a is not {schema}.a"],
    ["t1", "at1 t1_a t1é (t1) t1", "at1 t1_a t1é ({schema}) {schema}"],
    ["a.b", "a.b and axb", "{schema} and axb"],
    ["/app/x-1", "key /app/x-1/flags", "key {schema}/flags"],
    ["", "none, at all", "none, at all"]
  ])("of schema %s has its name taken out, and no longer one", (schema, reason, expected) => {
    assert.strictEqual(Causes.reasonOf({ schema, reason }), expected)
  })
})

describe("what keeps a step from running", () => {
  const steps = [
    step("a", { schema: "t1" }),
    step("b", { schema: "t1" }),
    step("c", { schema: "t2", after: ["x", "a"] }),
    step("d", { schema: "t2" }),
    step("e", { schema: "t1", connection: "logs" })
  ]
  const plan = Sample.plan(steps)
  const happened = (...events: ReadonlyArray<Event>) => {
    const tally = Tally.make()
    for (const event of events) Tally.note(tally, plan, event)
    return { tally, obstacles: steps.map(one => Tally.obstacle(tally, one)) }
  }
  const none = undefined

  it("is nothing as long as nothing fails", () => {
    const { tally, obstacles } = happened(started("a"), succeeded("a"), started("b"), skipped("b"))
    assert.deepStrictEqual(obstacles, [none, none, none, none, none])
    assert.deepStrictEqual([...tally.begun, "/", ...tally.finished], ["a", "b", "/", "a", "b"])
    assert.strictEqual(Tally.ended(tally, true), "succeeded")
  })

  it("is a failure before it in its schema, or of what it needs", () => {
    const first = "a comes before it in the same schema"
    const { tally, obstacles } = happened(started("a"), failed("a"))
    assert.deepStrictEqual(obstacles, [first, first, "it depends on a", none, none])
    assert.deepStrictEqual([...tally.finished], ["a"])
    assert.strictEqual(Tally.ended(tally, false), "failed")
  })

  it("is also what did not run, named by the first of its schema", () => {
    const { tally, obstacles } = happened(failed("a"), notRun("b"), notRun("c"))
    assert.strictEqual(obstacles[1], "a comes before it in the same schema")
    assert.strictEqual(obstacles[3], "c comes before it in the same schema")
    assert.isUndefined(obstacles[4])
    // Only a step that failed counts against what may fail.
    assert.deepStrictEqual([...tally.brokenLanes.values()], ["a"])
    assert.deepStrictEqual([...happened(failed("a"), failed("b")).tally.brokenLanes.values()], ["a"])
    assert.deepStrictEqual([...tally.finished], ["a", "b", "c"])
    assert.strictEqual(Tally.ended(tally, true), "failed")
  })

  it("ends a run without a failure as stopped, or as paused", () => {
    const { tally } = happened(succeeded("a"), notRun("b", "the run was stopped"))
    assert.strictEqual(Tally.ended(tally, true), "cancelled")
    assert.strictEqual(Tally.ended(tally, false), "paused")
  })
})

describe("of a huge plan the state keeps", () => {
  const kept = (plan: Plan): Plan => {
    const event = Kept.event({ _tag: "Planned", plan })
    return event._tag === "Planned" ? event.plan : plan
  }
  const script = (length: number): Pick<Step, "units"> => ({
    units: [{ atomic: true, statements: [{ text: "x".repeat(length), line: 1, column: 1 }] }]
  })

  it("everything of any other, and every other event", () => {
    const plan = Sample.plan([step("a", script(200_000)), step("b", script(200_000))])
    assert.isTrue(kept(plan) === plan)
    const event = started("a")
    assert.strictEqual(Kept.event(event), event)
  })

  it("the steps without their statements, and says so", () => {
    const plan = Sample.plan([step("a", script(200_000)), step("b", script(200_001))])
    const { steps, left_out } = kept(plan)
    assert.deepStrictEqual(
      steps.map(({ id, units }) => [id, units.length]),
      [
        ["a", 0],
        ["b", 0]
      ]
    )
    assert.strictEqual(left_out, "its statements")
  })

  it("the first twenty thousand steps, and says so", () => {
    const many = (count: number, part: Partial<Step> = {}) =>
      Array.from({ length: count }, () => step("a", part))
    const full = Sample.plan(many(20_000, script(20)))
    assert.isTrue(kept(full) === full)
    const more = kept(Sample.plan(many(20_001, script(1))))
    assert.strictEqual(more.steps.length, 20_000)
    assert.strictEqual(more.steps[0]?.units.length, 1)
    assert.strictEqual(more.left_out, "what comes after the first 20000 of 20001 steps")
    const both = kept(Sample.plan(many(20_001, script(30))))
    assert.strictEqual(both.left_out, "its statements, and what comes after the first 20000 of 20001 steps")
    const waiting = Array.from({ length: 20_001 }, () => Sample.waiting)
    for (const list of ["skipped", "waiting"] as const) {
      const plan = kept(Sample.plan([step("a")], { [list]: waiting }))
      assert.strictEqual(plan[list].length, 20_000)
      assert.isDefined(plan.left_out)
    }
  })
})

describe("a step as everybody hears of it", () => {
  const a = step("a")
  const outcomes: ReadonlyArray<readonly [outcome: StepOutcome, event: Event]> = [
    [{ _tag: "Started", step: a }, started("a")],
    [
      { _tag: "Retried", step: a, attempt: 2, reason: "busy" },
      { _tag: "StepRetried", id: "a", attempt: 2, reason: "busy" }
    ],
    [{ _tag: "Applied", step: a, durationMs: 1 }, succeeded("a")],
    [{ _tag: "Skipped", step: a, reason: "applied meanwhile" }, skipped("a")],
    [{ _tag: "Failed", step: a, failure: Sample.failure({ id: "a", reason: "no room" }) }, failed("a")]
  ]

  it("is what the store said", () => {
    for (const [outcome, event] of outcomes) assert.deepStrictEqual(Lane.toEvent(outcome), event)
  })

  it("is done already where another run was quicker", () => {
    const up = step("a")
    const down = step("a", { direction: "down" })
    const entry = (state: LedgerEntry["state"]): LedgerEntry => ({
      migrationId: "a",
      connection: "core",
      schema: "core",
      version: up.version,
      name: "a",
      state,
      direction: "up",
      checksum: up.checksum,
      sourceHash: "",
      unitsDone: 0,
      unitBegun: false,
      runId: "",
      appliedAt: 0,
      actor: "",
      method: ""
    })
    const skipped = (id: string, reason: string) => ({
      _tag: "StepSkipped" as const,
      id,
      position: 1,
      reason
    })
    const said = (found: LedgerEntry | undefined, step: Step) => Lane.alreadyDone(found, step, "mine")
    assert.deepStrictEqual(said(entry("applied"), up), skipped(up.id, "applied by another run meanwhile"))
    assert.isUndefined(said(entry("running"), up))
    assert.isUndefined(said(undefined, up))
    assert.deepStrictEqual(said(undefined, down), skipped(down.id, "rolled back by another run meanwhile"))
    assert.isUndefined(said(entry("applied"), down))
    // Its former owner did it, and was not heard any more.
    assert.deepInclude(said({ ...entry("applied"), runId: "mine" }, up), { _tag: "StepSucceeded", id: up.id })
  })

  it("was not sent where its store could not be had", () => {
    const { id, position, failure } = Lane.unopened(a, { _tag: "LockBusy", message: "ann has it" })
    assert.deepStrictEqual([id, position], ["a", 1])
    assert.deepInclude(failure, {
      id: "a",
      migration_id: a.migration_id,
      path: a.path,
      direction: "up",
      reason: "ann has it",
      code: "LockBusy",
      aftermath: "nothing of it was sent",
      attempts: 0
    })
  })
})

describe("the steps of a session", () => {
  /** What is told when the store answers so, pull after pull; `stop`: the run is told to end meanwhile. */
  const run = Effect.fnUntraced(function* (...pulls: ReadonlyArray<string>) {
    const stopping = yield* Ref.make(pulls[0] === "stop")
    const events: Array<string> = []
    const answers: Readonly<Record<string, StepOutcome>> = {
      begun: { _tag: "Started", step: step("a") },
      done: { _tag: "Applied", step: step("a"), durationMs: 1 },
      failed: { _tag: "Failed", step: step("a"), failure: Sample.failure() }
    }
    const outcomes = Stream.fromIterable(pulls).pipe(
      Stream.rechunk(1),
      Stream.map(pull => pull.split(" ")),
      Stream.tap(words => (words.includes("stop") ? Ref.set(stopping, true) : Effect.void)),
      Stream.map(words => Chunk.fromIterable(words.flatMap(word => answers[word] ?? []))),
      Stream.flattenChunks
    )
    yield* Lane.run(
      outcomes,
      told => Effect.sync(() => events.push(...told.map(({ _tag }) => _tag.replace("Step", "")))),
      stopping
    )
    return events.join(" ")
  })

  it.scoped("are told one after the other, to their end", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* run("begun done", "begun", "done"), "Started Succeeded Started Succeeded")
      assert.strictEqual(yield* run(), "")
    })
  )

  it.scoped("are asked for no more after one has failed", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* run("begun", "failed", "begun"), "Started Failed")
    })
  )

  it.scoped("are asked for no more when the run is to stop", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* run("stop", "begun"), "")
      assert.strictEqual(yield* run("begun", "done stop", "begun"), "Started Succeeded")
    })
  )
})
