import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Step } from "../../../src/domain/Plan.ts"
import * as PlanGraph from "../../../src/pipeline/plan/PlanGraph.ts"
import { Settings } from "../../../src/ports/Settings.ts"
import { brief, down, refusal, up, type Written } from "../../fixtures/World.ts"

const one = (
  text: string,
  request: Parameters<typeof up>[1] = {},
  connections: Written["connections"] = {}
) =>
  Effect.map(
    up({ files: { "core/01_it": text }, connections: { core: {}, ...connections } }, request),
    ({ steps }) => {
      const [step] = steps
      if (step === undefined) throw new Error("nothing is planned")
      return step
    }
  )

const withSettings =
  (part: Partial<Settings["Type"]>) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.flatMap(Settings, defaults => Effect.provideService(effect, Settings, { ...defaults, ...part }))

const sent = ({ units }: Step): ReadonlyArray<string> =>
  units.flatMap(({ statements }) => statements.map(({ text }) => text))

describe("a step", () => {
  it.effect("has the exact statements, and where they stand", () =>
    Effect.gen(function* () {
      const step = yield* one("-- of the shop\nCREATE TABLE a (id int);\n  CREATE INDEX a_id ON a (id);")
      assert.deepStrictEqual(
        [step.mode, step.units.length, step.units[0]?.atomic, step.path],
        ["transaction", 1, true, "core/01_it.up.sql"]
      )
      assert.deepStrictEqual(
        step.units[0]?.statements.map(({ text, line, column }) => [text, line, column]),
        [
          ["CREATE TABLE a (id int)", 2, 1],
          ["CREATE INDEX a_id ON a (id)", 3, 3]
        ]
      )
      assert.deepStrictEqual(
        [step.position, step.table, step.depends_on_data, step.unwrapped, step.resume_at, step.in_doubt],
        [1, "a", false, false, 0, false]
      )
    })
  )

  it.effect("tells its table also where it is written down", () =>
    Effect.gen(function* () {
      const step = yield* one("CREATE TABLE a (id int);")
      assert.include(JSON.stringify(step), '"table":"a"')
    })
  )

  it.effect("stands outside of a transaction where its script says so, each statement for itself", () =>
    Effect.gen(function* () {
      const step = yield* one("-- bfm-transaction: none\nCREATE INDEX CONCURRENTLY i ON a (b);\nVACUUM a;")
      assert.strictEqual(step.mode, "journal")
      assert.deepStrictEqual(
        step.units.map(({ atomic }) => atomic),
        [false, false]
      )
      const index = "-- bfm-transaction: none\nCREATE INDEX CONCURRENTLY i ON a (b);"
      const asked = (text: string) =>
        Effect.map(one(text), ({ warnings }) => warnings.filter(text => text.includes("bfm resolve")).length)
      assert.deepStrictEqual([yield* asked(index), yield* asked(`${index}\nCALL tidy();`)], [0, 1])
    })
  )

  it.effect("goes on where the journal says that it was left", () =>
    Effect.gen(function* () {
      const begun = { of: "01_it", state: "running", direction: "up", unitsDone: 1, unitBegun: true } as const
      const core = { applied: [begun] }
      const step = yield* one("-- bfm-transaction: none\nVACUUM a;\nVACUUM b;", {}, { core })
      assert.deepStrictEqual([step.resume_at, step.in_doubt], [1, true])
    })
  )

  it.effect("takes off a BEGIN … COMMIT around the whole file, and says so", () =>
    Effect.gen(function* () {
      const step = yield* one("BEGIN;\nCREATE TABLE a (id int);\nCOMMIT;")
      assert.deepStrictEqual([step.unwrapped, sent(step)], [true, ["CREATE TABLE a (id int)"]])
      assert.match(
        yield* refusal(up({ files: { "core/01_it": "CREATE TABLE a (id int);\nCOMMIT;\nSELECT 1;" } })),
        /core\/01_it\.up\.sql:2/
      )
    })
  )

  it.effect("tells what would be lost for good", () =>
    Effect.gen(function* () {
      assert.isTrue((yield* one("DROP TABLE a;")).destructive)
      const harmless = yield* one("CREATE TABLE a (id int);")
      assert.deepStrictEqual([harmless.destructive, harmless.warnings], [false, []])
    })
  )

  it.effect("says that a down script without statements takes nothing back", () =>
    Effect.gen(function* () {
      const warnings = (script: string) => {
        const files = { "core/01_it": "CREATE TABLE a (id int);", "core/01_it.down": script }
        const asked = down({ files, connections: { core: { applied: ["01_it"] } } }, { id: "01_it" })
        return Effect.map(asked, ({ steps }) => steps.flatMap(step => step.warnings))
      }
      assert.notMatch((yield* warnings("DROP TABLE a;")).join(), /takes nothing back/)
      for (const script of ["", "-- Takes back what the up script did.\n", ";"])
        assert.match((yield* warnings(script)).join(), /takes nothing back/)
      assert.deepStrictEqual((yield* one("-- nothing yet")).warnings, [])
    })
  )

  it.effect("waits for locks and statements as its file says, else as the settings say", () =>
    Effect.gen(function* () {
      const limits = (text: string) =>
        Effect.map(one(text), step => [step.lock_timeout, step.statement_timeout])
      const set = withSettings({ lockTimeout: 1_234, statementTimeout: 60_000 })
      assert.deepStrictEqual(yield* set(limits("SELECT 1;")), [1_234, 60_000])
      assert.deepStrictEqual(
        yield* set(limits("-- bfm-lock-timeout: 9s\n-- bfm-statement-timeout: 2m\nSELECT 1;")),
        [9_000, 120_000]
      )
    })
  )

  it.effect("tells no limit for locks where none is waited for with a limit", () =>
    Effect.gen(function* () {
      const outside = yield* one("-- bfm-transaction: none\n-- bfm-lock-timeout: 9s\nSELECT 1;")
      assert.deepStrictEqual([outside.mode, outside.lock_timeout], ["journal", 0])
      const elsewhere = yield* one(
        "CREATE TABLE a (ts TIMESTAMP TIME INDEX);",
        {},
        { core: { backend: "greptimedb" } }
      )
      assert.strictEqual(elsewhere.lock_timeout, 0)
    })
  )

  it.effect("carries what it requires", () =>
    Effect.gen(function* () {
      const step = yield* one("-- bfm-requires: table users, schema app\nSELECT 1;")
      assert.deepStrictEqual(
        step.requires.map(({ kind, name }) => `${kind} ${name}`),
        ["table users", "schema app"]
      )
    })
  )

  it.effect("creates its schema where there is none yet, only the first of them", () =>
    Effect.gen(function* () {
      const files = {
        "core/01_a": "-- bfm-schema: dynamic\nSELECT 1;",
        "core/02_b": "-- bfm-schema: dynamic\nSELECT 1;"
      }
      const made = (present: ReadonlyArray<string> | undefined) =>
        Effect.map(
          up(
            { files, connections: { core: present === undefined ? {} : { present } } },
            { schemas: ["old", "new"] }
          ),
          ({ steps }) =>
            steps.filter(step => step.creates_schema).map(({ schema, name }) => `${schema} ${name}`)
        )
      assert.deepStrictEqual(yield* made(["old"]), ["new a"])
      assert.deepStrictEqual(yield* made(["old", "new"]), [])
      // Where nobody can say which there are, none is created.
      assert.deepStrictEqual(yield* made(undefined), [])
    })
  )
})

describe("a template", () => {
  it.effect("is filled in before anything is sent, in each schema for itself", () =>
    Effect.gen(function* () {
      const { steps } = yield* up(
        {
          files: {
            "core/01_it":
              "-- bfm-schema: dynamic\nSELECT '{{.Schema}}', '{{.Connection}}', '{{.Backend}}', '{{.Version}}', '{{.Vars.region}}';"
          }
        },
        { schemas: ["t1", "t2"], variables: { region: "eu" } }
      )
      assert.deepStrictEqual(
        steps.map(step => brief(sent(step).join())),
        ["SELECT 't1', 'core', 'postgresql', '01', 'eu'", "SELECT 't2', 'core', 'postgresql', '01', 'eu'"]
      )
    })
  )

  it.effect("takes the request's variables before those of the settings", () =>
    Effect.gen(function* () {
      const step = yield* withSettings({ variables: { a: "settings", b: "settings" } })(
        one("SELECT '{{.Vars.a}}', '{{.Vars.b}}';", { variables: { a: "request" } })
      )
      assert.deepStrictEqual(sent(step), ["SELECT 'request', 'settings'"])
    })
  )

  it.effect(
    "with a variable that nobody has given stops everything: each place once, whatever the schemas",
    () =>
      Effect.gen(function* () {
        const message = yield* refusal(
          up(
            {
              files: {
                "core/01_it": "-- bfm-schema: dynamic\nSELECT '{{.Vars.region}}';",
                "core/02_it": "SELECT 1,\n'{{.Vars.zone}}';"
              }
            },
            { schemas: ["t1", "t2", "t3"] }
          )
        )
        assert.lengthOf([...message.matchAll(/01_it\.up\.sql/g)], 1)
        assert.match(message, /core\/01_it\.up\.sql:2 .*region/)
        assert.match(message, /core\/02_it\.up\.sql:2/)
      })
  )
})

describe("the hash of a plan", () => {
  const hash = (written: Written, request: Parameters<typeof up>[1] = {}) =>
    Effect.map(up(written, request), plan => plan.hash)
  const files = {
    "core/01_a": "-- bfm-schema: dynamic\nSELECT 1;",
    "core/02_b": "-- bfm-schema: dynamic\nSELECT 2;"
  }
  const tenants = { schemas: ["t1", "t2"] }

  it.effect("is the same for the same steps, and another one whenever something else would be sent", () =>
    Effect.gen(function* () {
      const plain = yield* hash({ files }, tenants)
      assert.match(plain, /^[0-9a-f]{8}$/)
      assert.strictEqual(yield* hash({ files }, tenants), plain)
      const cosmetic = { ...files, "core/02_b": "-- bfm-schema: dynamic\n-- who\nSELECT 2 ;" }
      assert.strictEqual(yield* hash({ files: cosmetic }, tenants), plain)
      const others = [
        yield* hash({ files }, { schemas: ["t2", "t1"] }),
        yield* hash({ files }, { schemas: ["t1"] }),
        yield* hash({ files: { ...files, "core/02_b": "-- bfm-schema: dynamic\nSELECT 3;" } }, tenants),
        yield* hash({ files: { ...files, "core/02_c": "-- bfm-schema: dynamic\nSELECT 2;" } }, tenants),
        yield* hash({ files, connections: { core: { applied: ["01_a@t1"] } } }, tenants),
        yield* hash(
          { files: { ...files, "core/02_b": "-- bfm-schema: dynamic\n-- bfm-transaction: none\nSELECT 2;" } },
          tenants
        )
      ]
      assert.strictEqual(new Set([plain, ...others]).size, others.length + 1)
    })
  )

  it.effect("does not depend on how many steps there are", () =>
    Effect.gen(function* () {
      const many = (last: string) =>
        hash({ files }, { schemas: [...Array.from({ length: 2_000 }, (_, n) => `tenant_${n}`), last] })
      assert.strictEqual(yield* many("z"), yield* many("z"))
      assert.notStrictEqual(yield* many("z"), yield* many("y"))
    })
  )
})

describe("a plan as a picture", () => {
  it.effect("has a box for each connection and an arrow from each step to those that wait for it", () =>
    Effect.gen(function* () {
      const plan = yield* up({
        files: {
          "core/01_a": "SELECT 1;",
          "logs/02_b": "-- bfm-depends-on: core/a\nSELECT 1;",
          "core/03_c": "-- bfm-schema: x\n-- bfm-depends-on: logs/b, a\nSELECT 1;"
        },
        connections: { logs: {}, core: {} }
      })
      assert.strictEqual(
        brief(PlanGraph.mermaid(plan)),
        `flowchart TD
  subgraph c1["core (postgresql)"]
    s1["1. 01 a"]
    s3["3. 03 c, schema x"]
  end
  subgraph c2["logs (postgresql)"]
    s2["2. 02 b"]
  end
  s1 --> s2
  s1 --> s3
  s2 --> s3
`
      )
    })
  )

  it.effect("turns signs that mean something in it into words for them", () =>
    Effect.gen(function* () {
      const plan = yield* up(
        { files: { "core/01_a": "-- bfm-schema: dynamic\nSELECT 1;" } },
        { schemas: ['quo"te#x'] }
      )
      assert.include(PlanGraph.mermaid(plan), "schema quo#34;te#35;x")
    })
  )
})
