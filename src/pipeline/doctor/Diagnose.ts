import * as Either from "effect/Either"
import * as Backend from "../../domain/Backend.ts"
import { type DoctorReport, type Examined, type Finding, notice, wrong } from "../../domain/Doctor.ts"
import type { ConfigProblem, StateUnavailable } from "../../domain/Errors.ts"
import * as Variable from "../../domain/Variable.ts"
import type { Vitals } from "../../domain/Vitals.ts"
import type { Connection } from "../../ports/Connections.ts"
import type { Answer, Facts, Unanswered } from "./Facts.ts"
import * as Server from "./Server.ts"
import * as Stuck from "./Stuck.ts"

/** What follows from the facts. */
export const report = (facts: Facts): DoctorReport =>
  made(
    [
      examined("state", facts.stateAddress, facts.state),
      ...facts.answers.map(({ connection, vitals }) =>
        examined(`connection ${connection.name}`, connection.address, vitals)
      )
    ],
    [
      ...configuration(facts),
      ...sources(facts),
      ...state(facts),
      ...facts.answers.flatMap(connection),
      ...Stuck.differences(facts),
      ...Stuck.findings(facts)
    ]
  )

/** What there is to say of a configuration that cannot be used; nothing else can be looked at then. */
export const unusable = (problems: ReadonlyArray<ConfigProblem>): DoctorReport =>
  made(
    [],
    problems.map(({ variable, reason }) =>
      wrong("configuration", variable, reason, "set it right (.env.example explains each), then: bfm doctor")
    )
  )

const made = (examined: ReadonlyArray<Examined>, findings: ReadonlyArray<Finding>): DoctorReport => ({
  healthy: findings.every(({ severity }) => severity !== "wrong"),
  examined,
  // What is wrong comes first; the order within is that of the looking.
  findings: [...findings].sort((a, b) => Number(b.severity === "wrong") - Number(a.severity === "wrong"))
})

const examined = (
  subject: string,
  address: string,
  vitals: Either.Either<Vitals, { readonly message: string }>
): Examined => {
  if (Either.isLeft(vitals)) return { subject, address, unasked: [] }
  const { product, version, clock, unasked } = vitals.right
  return {
    subject,
    address,
    server: `${product} ${version}`,
    ...(clock === undefined ? {} : { clock_ms: Math.round(clock.difference) }),
    unasked
  }
}

const configuration = ({ remarks, unconfigured }: Facts): ReadonlyArray<Finding> => [
  ...remarks.warnings.map(warning => {
    const [, variable = "environment", reason = warning] = /^([A-Z][A-Z0-9_]+) (.*)$/s.exec(warning) ?? []
    return notice("configuration", variable, reason, "set it right, or take it away")
  }),
  ...unconfigured.map(name =>
    notice(
      "configuration",
      `connection ${name}`,
      "it has migrations, and is not configured: they are never applied from here",
      `set ${Variable.of(name, "BACKEND")} and where it is, or leave it to whoever has it`
    )
  ),
  ...remarks.notices.map(text => notice("configuration", "defaults", text, "nothing to do, if that is meant"))
]

const sources = ({ source, problems }: Facts): ReadonlyArray<Finding> =>
  problems.map(({ path, line, reason }) =>
    wrong(
      "sources",
      line === undefined ? path : `${path}:${line}`,
      reason,
      `mend the file: no run begins while ${source} has such problems`
    )
  )

const state = ({ state }: Facts): ReadonlyArray<Finding> => {
  if (Either.isLeft(state)) return [unavailable(state.left)]
  const { tables } = state.right
  const told =
    tables === "absent"
      ? [notice("ledger", "state", "it has no tables yet", "nothing to do: the first run makes them")]
      : tables === "other"
        ? [
            notice(
              "ledger",
              "state",
              "its tables were made by another version of BfM: what it remembers was not looked at",
              "bfm status upgrades them where they are older, and says which bfm to use where they are newer"
            )
          ]
        : []
  return [...told, ...Server.findings("state", state.right)]
}

const unavailable = ({ message, setting }: StateUnavailable): Finding =>
  wrong(
    "connection",
    "state",
    message,
    `see that it runs, and that ${setting ?? Backend.stateWhereabouts} are right, then: bfm doctor`
  )

const connection = ({ connection, vitals, inspection }: Answer): ReadonlyArray<Finding> => {
  const subject = `connection ${connection.name}`
  if (Either.isLeft(vitals)) return [unreachable(connection, vitals.left)]
  const lacking = vitals.right.missing.length > 0
  return [
    ...Server.findings(subject, vitals.right),
    // A right that is missing says it better.
    ...(Either.isLeft(inspection) && !lacking ? [unreachable(connection, inspection.left)] : [])
  ]
}

const unreachable = ({ name, backend }: Connection, error: Unanswered): Finding => {
  const place = Backend.whereabouts[backend].told(suffix => Variable.of(name, suffix))
  const remedy = `see that it runs, and that ${place} are right, then: bfm doctor`
  return wrong("connection", `connection ${name}`, why(error), remedy)
}

/** Which connection it is, the finding says, and where that leads to, the report. */
const why = (error: Unanswered): string => {
  switch (error._tag) {
    case "ConnectionUnreachable":
      return error.reason
    case "StoreRefused":
      return `could not ${error.action}: ${error.reason}${error.hint === undefined ? "" : ` (${error.hint})`}`
    default:
      return error.message
  }
}
