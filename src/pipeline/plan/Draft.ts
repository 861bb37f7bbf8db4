import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { PlanProblem } from "../../domain/Errors.ts"
import type { Captured } from "../../domain/Migration.ts"
import type { Direction, NotPlanned, Plan, Step } from "../../domain/Plan.ts"
import * as SchemaName from "../../domain/source/SchemaName.ts"
import { Settings } from "../../ports/Settings.ts"
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
  const shownId = Problem.shownIds(world)
  const compile = Compile.make({
    direction,
    variables: { ...settings.variables, ...variables },
    lockTimeout: settings.lockTimeout,
    statementTimeout: settings.statementTimeout
  })
  const steps: Array<Step> = []
  const problems: Array<PlanProblem> = []
  const shown = new Map<Graph.Node, string>()
  for (const node of nodes) {
    const { migration, schema } = node
    const id = shownId(migration, schema)
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
    const draft = compile(migration, change, {
      id,
      schema,
      createsSchema: direction === "up" && schemas.isNew(node),
      entry: entry(migration, schema),
      recording: recorded.right,
      position: steps.length + 1,
      after: before.get(node)?.flatMap(needed => shown.get(needed) ?? []) ?? nothing
    })
    if (Either.isLeft(draft)) {
      problems.push(...draft.left)
      continue
    }
    if (before.size > 0) shown.set(node, id)
    steps.push(draft.right)
  }
  return { steps, problems } satisfies Drafts
})

/** Shared by the steps that need nothing. */
const nothing: ReadonlyArray<string> = []

/** Which schemas a plan will have created by the time that a step runs. */
class SchemaNames {
  readonly #world: World
  readonly #seen = new Map<string, Set<string>>()
  readonly #checked = new Map<string, Set<string>>()

  constructor(world: World) {
    this.#world = world
  }

  isNew({ migration, schema }: Graph.Node): boolean {
    if (schema === "" || !first(this.#seen, migration.connection, schema)) return false
    return this.#world.inspections.get(migration.connection)?.schemas?.has(schema) === false
  }

  refusals({ migration, schema }: Graph.Node): ReadonlyArray<PlanProblem> {
    if (schema === "" || !first(this.#checked, migration.backend, schema)) return nothingWrong
    const reason = SchemaName.schemaName(migration.backend, schema)
    return reason === undefined ? [] : [{ kind: "schema_name", reason }]
  }
}

const nothingWrong: ReadonlyArray<PlanProblem> = []

/** Whether the name is met for the first time under the key. */
const first = (met: Map<string, Set<string>>, key: string, name: string): boolean => {
  const names = met.get(key) ?? new Set<string>()
  met.set(key, names)
  return names.size < names.add(name).size
}

/** The plan as a whole: the same steps have the same hash, on any machine. */
export const plan = (
  direction: Direction,
  steps: ReadonlyArray<Step>,
  skipped: ReadonlyArray<NotPlanned>,
  waiting: ReadonlyArray<NotPlanned>
): Plan => ({ hash: hash(direction, steps), direction, steps, skipped, waiting })

/** Statements that many steps share are read once; short texts are handed over together. */
const hash = (direction: Direction, steps: ReadonlyArray<Step>): string => {
  const digest = createHash("sha256").update(direction)
  const bodies = new Map<Step["units"], string>()
  let text = ""
  for (const { migration_id, schema, mode, resume_at, units } of steps) {
    const body = bodies.get(units) ?? bodyHash(units)
    bodies.set(units, body)
    text += `\0${migration_id}\0${schema}\0${mode}\0${resume_at}\0${body}`
    if (text.length < 65_536) continue
    digest.update(text)
    text = ""
  }
  return digest.update(text).digest("hex").slice(0, 8)
}

const bodyHash = (units: Step["units"]): string => {
  const digest = createHash("sha256")
  for (const { statements } of units) for (const { text } of statements) digest.update(`\0${text}`)
  return digest.digest("base64")
}
