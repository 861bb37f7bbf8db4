import * as Spelling from "../domain/Spelling.ts"
import * as Connections from "./Connections.ts"
import * as Lock from "./Lock.ts"
import type { Environment, Reader } from "./Reader.ts"
import * as Reference from "./Reference.ts"
import * as Remote from "./Remote.ts"
import * as Server from "./Server.ts"
import * as State from "./State.ts"

/** What this version reads. */
const decoded = [
  ...State.variables,
  ...Lock.variables,
  ...[...Reference.runs.variables, ...Reference.pools.variables].map(({ name }) => name)
]

/** What only the service, those who ask it, the workers or the page read: right in a shared environment, of no effect here. */
const elsewhere = [
  ...Server.variables,
  ...Remote.variables,
  "BFM_APP_MODE",
  "BFM_QUEUE_TYPE",
  "BFM_QUEUE_KAFKA_BROKERS",
  "BFM_QUEUE_KAFKA_HOST",
  "BFM_QUEUE_KAFKA_PORT",
  "BFM_QUEUE_KAFKA_TOPIC",
  "BFM_QUEUE_KAFKA_GROUP_ID",
  "BFM_QUEUE_PULSAR_URL",
  "BFM_QUEUE_PULSAR_TOPIC",
  "BFM_QUEUE_PULSAR_SUBSCRIPTION",
  "BFM_FRONTEND_PATH",
  "BFM_FRONTEND_API_URL",
  "BFM_FRONTEND_API_TOKEN",
  "BFM_FRONTEND_AUTH_ENABLED",
  "BFM_FRONTEND_AUTH_USERNAME",
  "BFM_FRONTEND_AUTH_PASSWORD"
]

/** Template variables: `BFM_VAR_REGION=eu` is `{{.Vars.region}}`. */
const variablePrefix = "BFM_VAR_"

export const templateVariables = (environment: Environment): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      name.startsWith(variablePrefix) && name.length > variablePrefix.length && value !== undefined
        ? [[name.slice(variablePrefix.length).toLowerCase(), value]]
        : []
    )
  )

export interface Unknown {
  readonly variable: string
  readonly reason: string
}

/** `BFM_*` names that nobody reads, and names beside a configured connection's that are nearly its own. */
export const misspelt = (environment: Environment, prefixes: Iterable<string>): ReadonlyArray<Unknown> => {
  const own = [...decoded, ...elsewhere]
  const ofConnections = [...prefixes].flatMap(prefix =>
    Connections.suffixes.map(suffix => `${prefix}_${suffix}`)
  )
  return set(environment).flatMap(variable => {
    if (variable.startsWith("BFM_")) {
      if (own.includes(variable) || variable.startsWith(variablePrefix)) return []
      return [{ variable, reason: `is not a variable of BfM${meant(nearest(variable, own))}` }]
    }
    const siblings = ofConnections.filter(name => variable.startsWith(name.replace(/_DB_[A-Z]+$/, "_DB_")))
    const near = siblings.includes(variable) ? undefined : nearest(variable, siblings)
    return near === undefined ? [] : [{ variable, reason: `is not used${meant(near)}` }]
  })
}

/** `CORE_DB_USER` means `CORE_DB_USERNAME` before it means a name with fewer differences. */
const nearest = (variable: string, candidates: ReadonlyArray<string>): string | undefined =>
  candidates.find(name => name.startsWith(variable)) ?? Spelling.nearest(variable, candidates)

/** Variables that are spelt right and make no difference beside the others that are set. */
export const unused = (
  environment: Environment,
  reader: Reader,
  prefixes: Iterable<string>
): ReadonlyArray<string> => {
  const known = new Set([
    ...decoded,
    ...[...prefixes].flatMap(prefix => Connections.suffixes.map(suffix => `${prefix}_${suffix}`))
  ])
  return set(environment)
    .filter(name => known.has(name) && !reader.used().has(name))
    .map(name => `${name} is set, but has no effect beside the other variables`)
}

const set = (environment: Environment): ReadonlyArray<string> =>
  Object.keys(environment)
    .filter(name => environment[name] !== undefined && environment[name] !== "")
    .sort()

const meant = (name: string | undefined): string => (name === undefined ? "" : `; did you mean ${name}?`)
