import { assert, describe, it } from "@effect/vitest"
import type { Event } from "../../../src/domain/Run.ts"
import * as RenderProgress from "../../../src/interfaces/cli/RenderProgress.ts"
import * as RenderRun from "../../../src/interfaces/cli/RenderRun.ts"
import * as Style from "../../../src/interfaces/cli/Style.ts"
import * as Transcript from "../../../src/interfaces/cli/Transcript.ts"
import * as Sample from "./Sample.ts"

const style = Style.plain
const first = Sample.step()
const second = Sample.indexStep
const plan = Sample.plan([first, second], { waiting: [Sample.waiting] })

const tell = (events: ReadonlyArray<Event>) => {
  let transcript = Transcript.empty(0)
  const said: Array<string> = []
  for (const [at, event] of events.entries()) {
    transcript = Transcript.step(transcript, event, at * 1000)
    said.push(...Transcript.lines(style, transcript, event), ...Transcript.asides(style, transcript, event))
  }
  return { transcript, said }
}

describe("a run as lines", () => {
  it("one line for each step that ended, in columns", () => {
    const { said, transcript } = tell([
      { _tag: "Planned", plan },
      { _tag: "LockWaiting", connection: "core", schema: "core", holder: "deploy-7 (run 01JC)" },
      { _tag: "RunStarted", run_id: "01JD", total: 2 },
      { _tag: "StepStarted", id: first.id, position: 1 },
      { _tag: "StepRetried", id: first.id, attempt: 2, reason: "canceling statement due to lock timeout" },
      { _tag: "StepSucceeded", id: first.id, position: 1, duration_ms: 12 },
      { _tag: "StepStarted", id: second.id, position: 2 },
      { _tag: "StepSucceeded", id: second.id, position: 2, duration_ms: 1234 },
      { _tag: "RunFinished", run_id: "01JD", state: "succeeded", duration_ms: 400 }
    ])
    assert.deepStrictEqual(said, [
      "  … waiting: core, schema core is being migrated by deploy-7 (run 01JC)",
      "  ↻ add_email, attempt 2: canceling statement due to lock timeout",
      "  ✔ 20250201000000 add_email        core.users    12ms",
      "  ✔ 20250202000000 email_unique     core.users    1.2s   concurrently, index verified · after add_email"
    ])
    assert.deepStrictEqual(RenderRun.waiting(style, transcript.view.names, plan.waiting), [
      "  – 20250104070000 tenant_settings  needs a schema: bfm migrate up --connection core --schema NAME"
    ])
    assert.deepStrictEqual(transcript.result.applied, [first.id, second.id])
  })

  it("a step that another run did, and one that failed", () => {
    const { said } = tell([
      { _tag: "Planned", plan },
      { _tag: "StepSkipped", id: first.id, position: 1, reason: "applied by another run meanwhile" },
      { _tag: "StepFailed", id: second.id, position: 2, failure: Sample.failure() }
    ])
    assert.deepStrictEqual(said, [
      "  – 20250201000000 add_email        core.users         applied by another run meanwhile",
      "  ✘ 20250202000000 email_unique     core.users    1.8s   failed"
    ])
  })

  it("a step that did nothing, for its script has no statements", () => {
    const up = Sample.step({ units: [{ atomic: true, statements: [] }] })
    const unknown = Sample.step({ ...up, id: "unknown", depends_on_data: true })
    const down = Sample.step({ id: "down", units: [], direction: "down" })
    const { said } = tell([
      { _tag: "Planned", plan: Sample.plan([up, unknown, down]) },
      ...[up, unknown, down].map(({ id }, n) => ({
        _tag: "StepSucceeded" as const,
        id,
        position: n + 1,
        duration_ms: 1
      }))
    ])
    assert.deepStrictEqual(
      said.map(line => line.replace(/.*1ms */, "")),
      ["no statements", "", "rolled back · no statements"]
    )
  })

  it("the sum says what was applied, what waits, what failed, how long, and which run", () => {
    const [line, run] = RenderRun.summary(
      style,
      Sample.result({ applied: ["a", "b", "c"], waiting: ["d"], plan, success: true })
    )
    assert.strictEqual(line, "  3 applied, 1 waits for a schema, 0 failed in 400ms")
    assert.strictEqual(run, "  run 01JD0000000000000000000000")
    assert.match(
      RenderRun.summary(
        style,
        Sample.result({ success: false, failures: [Sample.failure()], not_run: [{ id: "x", reason: "" }] })
      )[0] ?? "",
      /^ {2}0 applied, 1 failed, 1 not run in 400ms +run 01JD/
    )
  })

  it.each([
    ["postgresql", "57014"],
    ["etcd", "BF015"],
    ["greptimedb", "cancelled"]
  ])("an interrupted run on %s says what is recorded, what was cancelled, and how to go on", (_, code) => {
    const cancelled = Sample.failure({ code, aftermath: "nothing of it is left in place" })
    const lines = RenderRun.interrupted(
      style,
      Sample.result({ plan, applied: [first.id], failures: [cancelled] }),
      [],
      ["migrate", "up", "--connection", "core"]
    )
    assert.deepStrictEqual(lines, [
      "✘ interrupted: 1 of 2 steps applied and recorded",
      "  20250202000000 email_unique was cancelled: nothing of it is left in place",
      "  Go on: bfm migrate up --connection core",
      "  exit 130, run 01JD0000000000000000000000"
    ])
  })
})

describe("the line that moves", () => {
  const at = {
    total: 3,
    done: 1,
    failed: 0,
    current: "20250201000000 add_email",
    others: 0,
    waiting: "",
    elapsed: 5000,
    stepElapsed: 2100
  }

  it("names the step and its time", () => {
    assert.strictEqual(RenderProgress.line(style, at), "  ▸ 2 / 3  20250201000000 add_email  2.1s")
    assert.strictEqual(
      RenderProgress.line(style, { ...at, others: 2 }),
      "  ▸ 2 / 3  20250201000000 add_email +2  2.1s"
    )
  })

  it("says why it does not go on", () => {
    assert.strictEqual(RenderProgress.line(style, { ...at, waiting: "waiting: core" }), "  … waiting: core")
  })

  it("is a bar with rate and time left where there is much to do, and never wider than the terminal", () => {
    const much = { ...at, total: 1995, done: 1412, failed: 2 }
    const line = RenderProgress.line(Style.make({ columns: 200, terminal: true, colour: false }), much)
    assert.strictEqual(
      line,
      "  ██████████████░░░░░░  1 412 / 1 995  282/s  0:02 left  2 failed  20250201000000 add_email  2.1s"
    )
    const narrow = RenderProgress.line(Style.make({ columns: 80, terminal: true, colour: false }), much)
    assert.isBelow(narrow.length, 80)
  })
})
