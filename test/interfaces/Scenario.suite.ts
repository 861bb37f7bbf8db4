import { assert, describe, it } from "@effect/vitest"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Project from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"

/** What was not done, and why: the kind of the error and its words. */
export class Refused extends Data.TaggedError("Refused")<{
  readonly code: string
  readonly message: string
}> {}

/** Where a step failed, in its file. */
export interface Failed {
  readonly id: string
  readonly line: number
  readonly column: number
  readonly code: string
}

/** What a run came to. */
export interface Outcome {
  readonly success: boolean
  readonly applied: ReadonlyArray<string>
  readonly failed: ReadonlyArray<Failed>
  readonly notRun: ReadonlyArray<string>
}

/** One way to bfm. Every way tells the same facts. */
export interface Driver {
  /** Ids of the steps, each with its first statement. */
  readonly plan: Effect.Effect<ReadonlyArray<readonly [id: string, statement: string]>, Refused>
  readonly dryRun: Effect.Effect<ReadonlyArray<string>, Refused>
  /** Applies what is pending on the connection `core` and has all of the tags. */
  readonly up: (tags?: ReadonlyArray<string>) => Effect.Effect<Outcome, Refused>
  readonly down: (id: string, cascade?: boolean) => Effect.Effect<Outcome, Refused>
  readonly status: Effect.Effect<Readonly<Record<string, string>>, Refused>
  /** What happened to a migration, newest first. */
  readonly history: (id: string) => Effect.Effect<ReadonlyArray<string>, Refused>
}

/** What the environment of a project says besides, and of a service of it. */
export type Environment = Readonly<Record<string, string>>

const [users, orders, tail] = [
  Scenario.id(1, "users"),
  Scenario.id(2, "orders"),
  Scenario.id(3, "tail")
] as const
const broken = "-- bfm-depends-on: users\nCREATE TABLE orders (id int);\nINSERT INTO\n  ordres VALUES (1);\n"

const story = Effect.tap(Project.make, ({ write }) =>
  Effect.sync(() => {
    write(`${Scenario.named(1, "users")}.up.sql`, "CREATE TABLE users (id int);")
    write(`${Scenario.named(1, "users")}.down.sql`, "DROP TABLE users;")
    write(`${Scenario.named(2, "orders")}.up.sql`, broken)
    write(`${Scenario.named(2, "orders")}.down.sql`, "DROP TABLE orders;")
    write(`${Scenario.named(3, "tail")}.up.sql`, "CREATE TABLE tail (id int);")
  })
)

const tables = (project: Project.Project) =>
  Effect.map(project.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"), rows =>
    rows.map(({ tablename }) => String(tablename)).join()
  )

const done = (applied: ReadonlyArray<string>): Outcome => ({ success: true, applied, failed: [], notRun: [] })

const refusal = <A>(effect: Effect.Effect<A, Refused>) => Scenario.failing(effect)

/** Two connections that have a migration of the same version and name. */
const twins = Effect.gen(function* () {
  const project = yield* Project.make
  const environment = {
    AUDIT_BACKEND: "postgresql",
    AUDIT_DB_URL: project.target.url,
    AUDIT_LEDGER_SCHEMA: "bfm_audit"
  }
  for (const connection of ["core", "audit"]) {
    const file = `/sfm/postgresql/${connection}/${Scenario.named(1, "twin")}`
    project.write(`${file}.up.sql`, `CREATE TABLE twin_${connection} ();`)
    project.write(`${file}.down.sql`, `DROP TABLE twin_${connection};`)
  }
  return { project, environment }
})

/** The same story through one way to bfm. */
export const suite = (
  title: string,
  make: (project: Project.Project, environment: Environment) => Effect.Effect<Driver, unknown, Scope.Scope>
) =>
  describe(title, () => {
    it.scopedLive(
      "plans, applies, fails with a place, goes on when it is mended, and rolls back",
      () =>
        Effect.gen(function* () {
          const project = yield* story
          const at = yield* make(project, {})
          assert.deepStrictEqual(yield* at.plan, [
            [users, "CREATE TABLE users (id int)"],
            [orders, "CREATE TABLE orders (id int)"],
            [tail, "CREATE TABLE tail (id int)"]
          ])
          assert.deepStrictEqual(
            yield* at.dryRun,
            [users, orders, tail].map(id => `${id} (dry-run)`)
          )
          assert.strictEqual(yield* tables(project), "")
          assert.deepStrictEqual(yield* at.up(), {
            success: false,
            applied: [users],
            failed: [{ id: orders, line: 4, column: 3, code: "42P01" }],
            notRun: [tail]
          })
          assert.strictEqual(yield* tables(project), "users")
          assert.deepStrictEqual(yield* at.status, {
            [users]: "applied",
            [orders]: "failed",
            [tail]: "pending"
          })
          project.write(`${Scenario.named(2, "orders")}.up.sql`, broken.replace("ordres", "orders"))
          assert.deepStrictEqual(yield* at.up(), done([orders, tail]))
          assert.deepStrictEqual(yield* at.up(), done([]))
          assert.deepStrictEqual(yield* at.history(orders), ["applied", "failed"])
          const dependents = yield* refusal(at.down(users))
          assert.deepInclude(dependents, { code: "PlanRejected" })
          assert.include(dependents.message, orders)
          assert.strictEqual(yield* tables(project), "orders,tail,users")
          assert.deepStrictEqual(yield* at.down(users, true), done([orders, users]))
          assert.strictEqual(yield* tables(project), "tail")
          assert.deepStrictEqual(yield* at.status, {
            [users]: "rolled_back",
            [orders]: "rolled_back",
            [tail]: "applied"
          })
          assert.deepStrictEqual(yield* at.history(orders), ["rolled_back", "applied", "failed"])
          assert.deepStrictEqual(yield* Scenario.agreed(project), [tail])
        }),
      90_000
    )

    it.scopedLive(
      "says which ids it does not know, which are ambiguous, and what it does not understand",
      () =>
        Effect.gen(function* () {
          const { project, environment } = yield* twins
          const at = yield* make(project, environment)
          const unknown = yield* refusal(at.down("20250101000009_nothing"))
          assert.deepInclude(unknown, { code: "MigrationNotFound" })
          assert.include(unknown.message, "20250101000009_nothing")
          assert.deepInclude(yield* refusal(at.history("20250101000009_nothing")), {
            code: "MigrationNotFound"
          })
          for (const ask of [at.down, at.history]) {
            const ambiguous = yield* refusal<unknown>(ask(Scenario.named(1, "twin")))
            assert.deepInclude(ambiguous, { code: "MigrationAmbiguous" })
            for (const connection of ["core", "audit"]) {
              assert.include(ambiguous.message, Scenario.id(1, "twin", connection))
            }
          }
          assert.deepInclude(yield* refusal(at.up(["nonsense"])), { code: "RequestInvalid" })
          assert.strictEqual(yield* tables(project), "")
        }),
      60_000
    )

    it.scopedLive(
      "of two at once one works, the other is told who does, and each change is made once",
      () =>
        Effect.gen(function* () {
          const project = yield* Project.make
          const gate = yield* Scenario.gate(project)
          const slow = Scenario.id(1, "slow")
          project.write(
            `${Scenario.named(1, "slow")}.up.sql`,
            `CREATE TABLE slow (id int);\n${gate.statement};`
          )
          const at = yield* make(project, { BFM_LOCK_TIMEOUT: "300ms" })
          const first = yield* Effect.fork(at.up())
          yield* gate.reached
          const busy = yield* refusal(at.up())
          assert.deepInclude(busy, { code: "LockBusy" })
          assert.match(busy.message, /being migrated by .*step 1 of 1: slow/)
          yield* gate.open
          assert.deepStrictEqual(yield* first, done([slow]))
          assert.deepStrictEqual(yield* at.up(), done([]))
          assert.deepStrictEqual(yield* at.history(slow), ["applied"])
        }),
      60_000
    )
  })
