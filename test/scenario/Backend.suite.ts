import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Bfm from "../../src/interfaces/library/Bfm.ts"
import type * as Project from "../fixtures/Project.ts"

/** A backend's connection in somebody's project, and how to look at it without bfm. */
export interface Team extends Pick<Project.Project, "run" | "cli"> {
  readonly connection: string
  /** Id of a migration as results show it. */
  readonly id: (n: number, name: string) => string
  /** Writes the n-th migration with its way back: it makes one thing of that name, and may require another. */
  readonly write: (n: number, name: string, requires?: string) => void
  /** Whether the thing is there. */
  readonly has: (name: string) => Effect.Effect<boolean>
  /** Makes the thing without bfm. */
  readonly provide: (name: string) => Effect.Effect<unknown>
}

/** What every backend does, whatever keeps the state. */
export const suite = (title: string, make: Effect.Effect<Team, never, Scope.Scope>) => {
  const test = (name: string, body: (team: Team) => Effect.Effect<void, unknown, Scope.Scope>) =>
    it.live(name, () => Effect.scoped(Effect.flatMap(make, body)))

  const look = ({ connection }: Team) => ({ target: { connections: [connection] } })
  const statuses = (team: Team) =>
    Effect.map(team.run(Bfm.status({ connections: [team.connection] })), ({ items }) =>
      items.map(({ name, status }) => `${name} ${status}`)
    )
  const present = (team: Team) =>
    Effect.filter(["first", "second", "third"], name => team.has(name)).pipe(
      Effect.map(names => names.join())
    )

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
        team.write(2, "second", "missing")
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
  })
}
