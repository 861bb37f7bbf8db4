import { performance } from "node:perf_hooks"
import * as Effect from "effect/Effect"
import * as Bfm from "../../src/Bfm.ts"
import type { Migration } from "../../src/domain/Migration.ts"
import { fromScripts } from "../../src/domain/source/Scripts.ts"

// Plans so many migrations, each of which depends on two older ones, once and cold, against the empty database
// of CORE_DB_URL. Prints milliseconds and peak memory as JSON.
const count = Number(process.argv[2])

/** Always the same numbers that look like chance (the generator of Park and Miller). */
const chance = (seed: number) => () => {
  seed = (seed * 48_271) % 2_147_483_647
  return seed / 2_147_483_647
}

const migrations = (): ReadonlyArray<Migration> => {
  const random = chance(42)
  const nameOf = (at: number) => `create_t${at}`
  return Array.from({ length: count }, (_, at) => {
    const version = String(20240101000000 + at)
    const needs = at < 2 ? [] : [Math.floor(random() * (at - 1)), at - 1]
    const directive = needs.length === 0 ? "" : `-- bfm-depends-on: ${needs.map(nameOf).join(", ")}\n`
    const table = `CREATE TABLE t${at} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);\n`
    return fromScripts({
      backend: "postgresql",
      connection: "core",
      version,
      name: nameOf(at),
      path: `sfm/postgresql/core/${version}_${nameOf(at)}.up.sql`,
      up: `${directive}${table}CREATE INDEX t${at}_name ON t${at} (name);\n`
    })
  })
}

const program = Effect.gen(function* () {
  const all = migrations()
  const [first] = all.flatMap(migration => ("problems" in migration ? [migration.problems] : [])).flat()
  if (first !== undefined) yield* Effect.die(first)
  const began = performance.now()
  const plan = yield* Effect.provide(Bfm.plan(), Bfm.layerModules(all, process.env))
  const wall = performance.now() - began
  return {
    wall,
    steps: plan.steps.length,
    dependencies: all.reduce((sum, { dependsOn }) => sum + dependsOn.length, 0),
    memory: process.resourceUsage().maxRSS
  }
})

Effect.runPromise(program).then(
  result => process.stdout.write(`${JSON.stringify(result)}\n`),
  error => {
    process.stderr.write(`${error}\n`)
    process.exitCode = 1
  }
)
