import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { PlanProblem } from "../domain/Errors.ts"
import type { Captured } from "../domain/Migration.ts"
import type { Direction, NotPlanned, Plan, Step } from "../domain/Plan.ts"
import * as SchemaName from "../domain/source/SchemaName.ts"
import { Settings } from "../ports/Settings.ts"
import * as Compile from "./Compile.ts"
import type * as Graph from "./Graph.ts"
import * as Problem from "./Problem.ts"
import * as Record from "./Record.ts"
import type { Lookup, World } from "./World.ts"

/** Drafts of the nodes in their order, or every reason why there cannot be a plan. */
export interface Drafts {
  readonly steps: ReadonlyArray<Step>
  readonly problems: ReadonlyArray<PlanProblem>
}

/** What takes a node back, where that was kept when it was applied. */
export type CapturedBy = (node: Graph.Node) => Captured | undefined

/** Looks into every script before the first statement of any is sent. */
export const make = Effect.fn("Draft.make")(function* (
  world: World,
  entry: Lookup,
  nodes: ReadonlyArray<Graph.Node>,
  before: Graph.Graph["before"],
  direction: Direction,
  variables: Readonly<Record<string, string>>,
  captured: CapturedBy = () => undefined
) {
  const settings = yield* Settings
  const schemas = new SchemaNames(world)
  const all = { ...settings.variables, ...variables }
  const steps: Array<Step> = []
  const problems: Array<PlanProblem> = []
  const shown = new Map<string, string>()
  for (const node of nodes) {
    const { migration, schema } = node
    const id = Problem.shownId(world, migration, schema)
    const change = direction === "up" ? migration.up : (captured(node) ?? migration.down)
    if (change === undefined) {
      problems.push(Problem.noDown(id, migration))
      continue
    }
    problems.push(...schemas.refusals(node))
    const recorded =
      change._tag === "Program" ? yield* Record.record(change, schema) : Either.right(undefined)
    if (Either.isLeft(recorded)) {
      problems.push({ kind: "program", id, path: change.path, reason: recorded.left.reason })
      continue
    }
    const draft = Compile.compile(migration, change, {
      id,
      schema,
      direction,
      variables: all,
      lockTimeout: settings.lockTimeout,
      statementTimeout: settings.statementTimeout,
      createsSchema: direction === "up" && schemas.isNew(node),
      entry: entry(migration, schema),
      recording: recorded.right,
      position: steps.length + 1,
      after: [...(before.get(node.key) ?? [])].flatMap(key => shown.get(key) ?? [])
    })
    if (Either.isLeft(draft)) {
      problems.push(...draft.left)
      continue
    }
    shown.set(node.key, id)
    steps.push(draft.right)
  }
  return { steps, problems } satisfies Drafts
})

/** Which schemas a plan will have created by the time that a step runs. */
class SchemaNames {
  readonly #world: World
  readonly #seen = new Set<string>()
  readonly #checked = new Set<string>()

  constructor(world: World) {
    this.#world = world
  }

  isNew({ migration, schema }: Graph.Node): boolean {
    const key = `${migration.connection} ${schema}`
    if (schema === "" || this.#seen.has(key)) return false
    this.#seen.add(key)
    return this.#world.inspections.get(migration.connection)?.schemas?.has(schema) === false
  }

  refusals({ migration, schema }: Graph.Node): ReadonlyArray<PlanProblem> {
    const key = `${migration.backend} ${schema}`
    if (schema === "" || this.#checked.has(key)) return []
    this.#checked.add(key)
    const reason = SchemaName.schemaName(migration.backend, schema)
    return reason === undefined ? [] : [{ kind: "schema_name", reason }]
  }
}

/** The plan as a whole: the same steps have the same hash, on any machine. */
export const plan = (
  direction: Direction,
  steps: ReadonlyArray<Step>,
  skipped: ReadonlyArray<NotPlanned>,
  waiting: ReadonlyArray<NotPlanned>
): Plan => ({ hash: hash(direction, steps), direction, steps, skipped, waiting })

const hash = (direction: Direction, steps: ReadonlyArray<Step>): string => {
  const digest = createHash("sha256").update(direction)
  for (const step of steps) {
    digest.update(`\0${step.migration_id}\0${step.schema}\0${step.mode}\0${step.resume_at}`)
    for (const unit of step.units) {
      for (const statement of unit.statements) digest.update(`\0${statement.text}`)
    }
  }
  return digest.digest("hex").slice(0, 8)
}
