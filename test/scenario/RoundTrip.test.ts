import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as Bfm from "../../src/interfaces/library/Bfm.ts"
import * as Project from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"

/** Everything that a schema consists of, as one text. */
const fingerprint = (project: Project.Project) =>
  project.query(`
    SELECT 'column' AS kind, format('%s.%s %s %s %s', table_name, column_name, data_type, is_nullable, column_default) AS what
    FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT 'index', indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'constraint', conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT 'view', viewname || ' ' || definition FROM pg_views WHERE schemaname = 'public'
    ORDER BY 1, 2`)

interface Change {
  readonly up: string
  readonly down: string
}

/** Each builds upon `base_{on}`, so that the order matters. */
const kinds: ReadonlyArray<(n: number, on: number) => Change> = [
  (n, on) => ({
    up: `ALTER TABLE base_${on} ADD COLUMN c_${n} int DEFAULT ${n};`,
    down: `ALTER TABLE base_${on} DROP COLUMN c_${n};`
  }),
  (n, on) => ({ up: `CREATE INDEX i_${n} ON base_${on} (name);`, down: `DROP INDEX i_${n};` }),
  (n, on) => ({ up: `CREATE VIEW v_${n} AS SELECT id FROM base_${on};`, down: `DROP VIEW v_${n};` }),
  (n, on) => ({
    up: `ALTER TABLE base_${on} ADD CONSTRAINT k_${n} CHECK (id > ${n});`,
    down: `ALTER TABLE base_${on} DROP CONSTRAINT k_${n};`
  })
]

const bases = 3

/** Random changes upon a few tables, from a fixed seed. */
const changes = fc.sample(
  fc.array(fc.tuple(fc.nat(kinds.length - 1), fc.nat(bases - 1)), { minLength: 12, maxLength: 12 }),
  { numRuns: 3, seed: 7 }
)

describe("round trip", () => {
  for (const [round, list] of changes.entries()) {
    it.live(`all up, all down, up one by one ends where all up did (${round + 1})`, () =>
      Effect.gen(function* () {
        const project = yield* Project.make
        const all: Array<string> = []
        const write = (n: number, name: string, { up, down }: Change) => {
          all.push(Scenario.id(n, name))
          project.write(`${Scenario.named(n, name)}.up.sql`, up)
          project.write(`${Scenario.named(n, name)}.down.sql`, down)
        }
        for (let n = 0; n < bases; n++) {
          write(n, "base", {
            up: `CREATE TABLE base_${n} (id int PRIMARY KEY, name text);`,
            down: `DROP TABLE base_${n};`
          })
        }
        for (const [at, [kind, on]] of list.entries()) {
          const change = kinds[kind]?.(at, on)
          if (change !== undefined) write(bases + at, `change_${at}`, change)
        }
        const empty = yield* fingerprint(project)
        assert.deepStrictEqual((yield* Scenario.up(project)).applied, all)
        const full = yield* fingerprint(project)
        assert.lengthOf((yield* project.run(Bfm.plan())).steps, 0)
        yield* project.run(Effect.forEach([...all].reverse(), id => Bfm.down({ id }), { discard: true }))
        assert.deepStrictEqual(yield* fingerprint(project), empty)
        yield* project.run(
          Effect.forEach(all.keys(), n => Bfm.up({ target: { version: Scenario.version(n) } }), {
            discard: true
          })
        )
        assert.deepStrictEqual(yield* fingerprint(project), full)
        assert.deepStrictEqual(yield* Scenario.agreed(project), all)
      }).pipe(Effect.scoped)
    )
  }
})
