import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Scope from "effect/Scope"
import * as Backend from "../../src/domain/Backend.ts"
import * as Bfm from "../../src/interfaces/library/Bfm.ts"
import * as Examine from "../../src/pipeline/doctor/Examine.ts"
import type * as Project from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"

/** What a migration does beside making one thing of its own name. */
export interface More {
  /** A thing without which it must not run. */
  readonly requires?: string
  /** The thing that it makes instead. */
  readonly makes?: string
}

/** A backend's connection in somebody's project, and how to look at it without bfm. */
export interface Team extends Pick<Project.Project, "run" | "cli"> {
  readonly connection: string
  /** Id of a migration as results show it. */
  readonly id: (n: number, name: string) => string
  /** Writes the n-th migration with its way back. */
  readonly write: (n: number, name: string, more?: More) => void
  /** Whether the thing is there, in the connection's own schema if no other is named. */
  readonly has: (name: string, schema?: string) => Effect.Effect<boolean>
  /** Makes the thing without bfm. */
  readonly provide: (name: string) => Effect.Effect<unknown>
}

type Make = Effect.Effect<Team, never, Scope.Scope>

const tester =
  (make: Make) => (name: string, body: (team: Team) => Effect.Effect<void, unknown, Scope.Scope>) =>
    it.live(name, () => Effect.scoped(Effect.flatMap(make, body)))

const look = ({ connection }: Team) => ({ target: { connections: [connection] } })
const statuses = (team: Team) =>
  Effect.map(team.run(Bfm.status({ connections: [team.connection] })), ({ items }) =>
    items.map(({ name, status }) => `${name} ${status}`)
  )
const present = (team: Team) =>
  Effect.filter(["first", "second", "third"], name => team.has(name)).pipe(Effect.map(names => names.join()))

/** What every backend does, whatever keeps the state. */
export const suite = (title: string, make: Make) => {
  const test = tester(make)

  describe(title, () => {
    test("is planned, applied once, told of and rolled back", team =>
      Effect.gen(function* () {
        team.write(1, "first")
        team.write(2, "second")
        const plan = yield* team.run(Bfm.plan(look(team)))
        assert.deepStrictEqual(
          plan.steps.map(({ id }) => id),
          [team.id(1, "first"), team.id(2, "second")]
        )
        assert.isAbove(plan.steps[0]?.units[0]?.statements.length ?? 0, 0)
        assert.strictEqual(yield* present(team), "")
        const { applied } = yield* team.run(Bfm.up(look(team)))
        assert.deepStrictEqual(applied, [team.id(1, "first"), team.id(2, "second")])
        assert.strictEqual(yield* present(team), "first,second")
        assert.deepStrictEqual((yield* team.run(Bfm.plan(look(team)))).steps, [])
        assert.deepStrictEqual((yield* team.run(Bfm.up(look(team)))).applied, [])
        yield* team.run(Bfm.down({ id: team.id(2, "second") }))
        assert.strictEqual(yield* present(team), "first")
        assert.deepStrictEqual(yield* statuses(team), ["first applied", "second rolled_back"])
        const { items } = yield* team.run(Bfm.history({ id: team.id(2, "second") }))
        assert.deepStrictEqual(
          items.map(({ event }) => event),
          ["rolled_back", "applied"]
        )
        assert.deepStrictEqual((yield* team.run(Bfm.up(look(team)))).applied, [team.id(2, "second")])
      }))

    test("stops where a step fails, says what is left, and goes on when it is mended", team =>
      Effect.gen(function* () {
        team.write(1, "first")
        team.write(2, "second", { requires: "missing" })
        team.write(3, "third")
        const failed = yield* team.cli(["migrate", "up", "--connection", team.connection, "--json"])
        assert.strictEqual(failed.code, 4, failed.stderr)
        const result = JSON.parse(failed.stdout)
        assert.deepStrictEqual(result.applied, [team.id(1, "first")])
        assert.match(String(result.errors), /missing/)
        assert.strictEqual(yield* present(team), "first")
        assert.deepStrictEqual(yield* statuses(team), ["first applied", "second failed", "third pending"])
        yield* team.provide("missing")
        const { applied } = yield* team.run(Bfm.up(look(team)))
        assert.deepStrictEqual(applied, [team.id(2, "second"), team.id(3, "third")])
        assert.strictEqual(yield* present(team), "first,second,third")
      }))

    test("applies each change once when several run at the same time", team =>
      Effect.gen(function* () {
        team.write(1, "first")
        team.write(2, "second")
        const runs = yield* Effect.all(
          [1, 2, 3].map(() => team.run(Bfm.up(look(team)))),
          { concurrency: "unbounded" }
        )
        assert.deepStrictEqual(runs.flatMap(({ applied }) => applied).sort(), [
          team.id(1, "first"),
          team.id(2, "second")
        ])
        assert.strictEqual(yield* present(team), "first,second")
      }))

    test("believes a human who says what is applied and what is not", team =>
      Effect.gen(function* () {
        team.write(1, "first")
        yield* team.run(Bfm.up(look(team)))
        const { items } = yield* team.run(Bfm.status({ connections: [team.connection] }))
        assert.strictEqual(items[0]?.applied, true)
        const marked = yield* team.cli(["resolve", team.id(1, "first"), "--pending", "--json"])
        assert.strictEqual(marked.code, 0, marked.stderr)
        assert.deepStrictEqual(yield* statuses(team), ["first pending"])
        const again = yield* team.cli(["resolve", team.id(1, "first"), "--applied", "--json"])
        assert.strictEqual(again.code, 0, again.stderr)
        assert.deepStrictEqual(yield* statuses(team), ["first applied"])
        assert.deepStrictEqual((yield* team.run(Bfm.up(look(team)))).applied, [])
      }))

    test("keeps schemas apart: what is done in one is not done in another", team =>
      Effect.gen(function* () {
        team.write(1, "first")
        const both = { ...look(team), schemas: ["one", "two"] }
        const standing = Effect.all([team.has("first", "one"), team.has("first", "two"), team.has("first")])
        assert.lengthOf((yield* team.run(Bfm.up(both))).applied, 2)
        assert.deepStrictEqual(yield* standing, [true, true, false])
        yield* team.run(Bfm.down({ id: team.id(1, "first"), schemas: ["one"] }))
        assert.deepStrictEqual(yield* standing, [false, true, false])
        assert.lengthOf((yield* team.run(Bfm.up(both))).applied, 1)
        assert.deepStrictEqual(yield* standing, [true, true, false])
      }))
  })
}

/** What every backend does, and the state has no part in it. */
export const storeSuite = (title: string, make: Make) => {
  const test = tester(make)

  describe(title, () => {
    test("keeps the text that was applied, and refuses to go on over another one", team =>
      Effect.gen(function* () {
        team.write(1, "first")
        yield* team.run(Bfm.up(look(team)))
        team.write(1, "first", { makes: "other" })
        team.write(2, "second")
        const { items } = yield* team.run(Bfm.validate({ connections: [team.connection] }))
        const [item] = items
        assert.deepStrictEqual([items.length, item?.verdict], [1, "changed"])
        assert.match(item?.applied_text ?? "", /first/)
        assert.match(item?.source_text ?? "", /other/)
        assert.strictEqual((yield* Scenario.failing(team.run(Bfm.up(look(team)))))._tag, "MigrationChanged")
        assert.strictEqual(yield* present(team), "first")
      }))

    test("is examined, and rehearsed without a trace where its capabilities say so", team =>
      Effect.gen(function* () {
        team.write(1, "first")
        const report = yield* team.run(Examine.report())
        assert.deepStrictEqual(
          report.findings.filter(({ severity, area }) => severity === "wrong" && area !== "version"),
          []
        )
        const examined = report.examined.find(({ subject }) => subject === `connection ${team.connection}`)
        const [step] = (yield* team.run(Bfm.plan(look(team)))).steps
        if (step === undefined) return assert.fail("nothing is planned")
        const { product, rehearsable } = Backend.capabilities[step.backend]
        assert.match(examined?.server ?? "", new RegExp(`^${product} \\S`))
        const rehearsal = yield* Effect.either(team.run(Bfm.rehearse(look(team))))
        if (Either.isRight(rehearsal)) assert.deepStrictEqual(rehearsal.right.applied, [step.id])
        else assert.strictEqual(rehearsal.left._tag, "NotSupported")
        assert.strictEqual(Either.isRight(rehearsal), rehearsable)
        assert.strictEqual(yield* present(team), "")
        assert.deepStrictEqual(yield* statuses(team), ["first pending"])
      }))
  })
}
