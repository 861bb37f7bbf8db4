import type { BaselineReport, Difference } from "../../domain/Baseline.ts"
import type { Failure } from "../../domain/Run.ts"
import * as RenderTakeover from "./RenderTakeover.ts"
import type { Style } from "./Style.ts"
import * as Table from "./Table.ts"
import * as Text from "./Text.ts"

/** So many differences are shown; all of them are in the JSON. */
const most = 40

/** What was compared, and what came of it. */
export const report = (style: Style, report: BaselineReport): ReadonlyArray<string> => {
  const known = report.known === 0 ? "" : `, ${Text.count(report.known, "migration")} known already`
  return [
    report.entries.length === 0
      ? `Nothing to mark on ${report.connection}${known}`
      : `Baseline of ${report.connection}${known}${report.done ? "" : "; nothing has been changed"}`,
    ...(report.rebuilt === 0 ? [] : verdict(style, report)),
    ...RenderTakeover.block(
      style,
      report.done ? "Applied" : "To be marked as applied",
      Table.lines(
        report.entries.map(({ version, name, schema }) => [
          Text.clean(`${version} ${name}`),
          Text.clean(schema)
        ])
      )
    ),
    ...waiting(style, report)
  ]
}

const verdict = (style: Style, { failure, differences, rebuilt }: BaselineReport): ReadonlyArray<string> => {
  if (failure !== undefined) return failed(style, failure)
  const ran = `${Text.count(rebuilt, "migration")} run in a scratch database ${rebuilt === 1 ? "makes" : "make"}`
  if (differences.length === 0) {
    return [
      style.colour.green(`✔ ${ran} what is there: tables, columns, constraints, indexes and all else`),
      ""
    ]
  }
  return [
    style.colour.red(`✘ ${ran} something else than what is there`),
    ...Text.indent(Text.few(differences.flatMap(difference(style)), most)),
    ""
  ]
}

const failed = (
  style: Style,
  { path, line, reason, code, version, name }: Failure
): ReadonlyArray<string> => [
  style.colour.red(`✘ ${Text.clean(`${version} ${name}`)} could not be run in a scratch database`),
  ...Text.indent([
    Text.clean(line === undefined ? path : `${path}:${line}`),
    Text.clean(code === undefined ? reason : `${code}  ${reason}`)
  ]),
  ""
]

const words: Record<Difference["found"], string> = {
  missing: "only the migrations make it",
  extra: "no migration makes it",
  different: "differs"
}

const difference =
  ({ colour }: Style) =>
  ({ kind, name, found, live, rebuilt }: Difference): ReadonlyArray<string> => {
    const head = `${Text.clean(`${kind} ${name}`)}: ${words[found]}`
    const line = (sign: string, text: string | undefined) =>
      text === undefined || text === "" ? [] : [`  ${sign} ${Text.clean(text).replaceAll(/\s+/g, " ")}`]
    return [head, ...line(colour.red("-"), live), ...line(colour.green("+"), rebuilt)]
  }

const waiting = (style: Style, { waiting }: BaselineReport): ReadonlyArray<string> =>
  RenderTakeover.block(
    style,
    "Left out: they need a schema (bfm resolve ID --schema NAME --applied)",
    waiting.map(Text.clean)
  )

/** What to do next. */
export const summary = (
  style: Style,
  { agrees, done, entries, trusted, failure }: BaselineReport,
  { trust }: { readonly trust: boolean }
): ReadonlyArray<string> => {
  if (done) {
    const how = trusted ? "trusted although it differs" : "verified"
    return [
      style.colour.green(
        `✔ ${Text.count(entries.length, "migration")} marked as applied, ${how}; nothing was run there`
      ),
      "  Next: bfm status"
    ]
  }
  if (entries.length === 0) {
    return agrees ? [] : ["The ledger says that they are applied: write a migration that makes up for it"]
  }
  if (agrees || trust) return ["Mark them:  the same without --dry-run"]
  return failure === undefined
    ? [
        "Write a migration that makes what is missing, say with --to V which version is the last that is there,",
        "or accept it as it is:  the same with --trust"
      ]
    : ["Mend the migration, or accept the database without looking:  the same with --trust"]
}
