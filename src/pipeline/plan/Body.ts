import * as Either from "effect/Either"
import type { PlanProblem } from "../../domain/Errors.ts"
import { languages } from "../../domain/Language.ts"
import type { Captured, Change, Migration, Script } from "../../domain/Migration.ts"
import type { Step, Unit } from "../../domain/Plan.ts"
import * as Template from "../../domain/source/Template.ts"
import type { Recording } from "./Record.ts"
import type { Common, Setting } from "./Setting.ts"

/** The part of a step that its change says. */
export type Body = Pick<Step, "mode" | "units" | "unwrapped" | "warnings" | "destructive" | "depends_on_data">

/** Why a change cannot be carried out. */
export type Problems = ReadonlyArray<PlanProblem>

/** What one change says in one schema, or its mistakes with their lines. */
export const of = (
  common: Common,
  migration: Migration,
  change: Change | Captured,
  setting: Setting
): Either.Either<Body, Problems> =>
  change._tag === "Program"
    ? Either.right(programBody(setting.recording))
    : scriptBody(common, migration, change, setting)

const programBody = (recording: Recording | undefined): Body => ({
  mode: "program",
  units: [{ atomic: true, statements: recording?.statements ?? [] }],
  unwrapped: false,
  warnings:
    recording?.dependsOnData === true
      ? ["the statements depend on data that is read when it runs: this may not be all"]
      : [],
  destructive: false,
  depends_on_data: recording?.dependsOnData ?? true
})

const render = (common: Common, migration: Migration, script: Script | Captured, setting: Setting) =>
  script._tag === "Captured"
    ? Either.right(script.text)
    : Template.render(script.text, {
        schema: setting.schema,
        connection: migration.connection,
        backend: migration.backend,
        version: migration.version,
        variables: common.variables
      })

const scriptBody = (
  common: Common,
  migration: Migration,
  script: Script | Captured,
  setting: Setting
): Either.Either<Body, Problems> => {
  const rendered = render(common, migration, script, setting)
  if (Either.isLeft(rendered)) return Either.left(rendered.left.map(located("template", setting, script)))
  const analysis = languages[migration.backend].analyse(rendered.right, migration.transaction)
  if (analysis.problems.length > 0)
    return Either.left(analysis.problems.map(located("script", setting, script)))
  return Either.right({
    mode: analysis.mode,
    units: analysis.units,
    unwrapped: analysis.unwrapped,
    warnings: [...warnings(common, analysis.units), ...analysis.warnings],
    destructive: analysis.destructive,
    depends_on_data: false
  })
}

const warnings = ({ direction }: Common, units: ReadonlyArray<Unit>): ReadonlyArray<string> => [
  ...(units.some(unit => unit.verify?._tag === "Unknown")
    ? ["has a statement whose outcome cannot be found out after a crash: then `bfm resolve` is asked"]
    : []),
  // A file as `bfm new` began it, most likely.
  ...(direction === "down" && units.every(({ statements }) => statements.length === 0)
    ? ["takes nothing back: its script has no statements"]
    : [])
]

const located =
  (kind: PlanProblem["kind"], setting: Setting, script: Script | Captured) =>
  (problem: { readonly line?: number; readonly reason: string }): PlanProblem => ({
    kind,
    id: setting.id,
    path: script.path,
    ...(problem.line === undefined ? {} : { line: problem.line }),
    reason: problem.reason
  })
