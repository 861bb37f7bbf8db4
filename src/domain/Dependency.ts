/** A migration that must be applied before: `[connection/]name-or-version`. */
export interface Dependency {
  /** Another connection; the migration's own when absent. */
  readonly connection?: string
  /** A version (14 digits), a name, or `{version}_{name}`. */
  readonly target: string
  /** A barrier: it must be applied in so many percent of the connection's tenants. */
  readonly tenants?: number
  /** Where it is written, for messages. */
  readonly line?: number
}

/** As it is written: `core/create_users`, `tenants:core/20260101000000>=99%`. */
export const renderDependency = ({ connection, target, tenants }: Dependency): string => {
  const named = connection === undefined ? target : `${connection}/${target}`
  return tenants === undefined ? named : `tenants:${named}>=${tenants}%`
}

/** What a step can require; which of them a store has is among the backend's capabilities. */
export const requirementKinds = ["table", "schema", "database", "key"] as const
export type RequirementKind = (typeof requirementKinds)[number]

/** Something that must exist in the live store before the step runs. */
export interface Requirement {
  readonly kind: RequirementKind
  /** `organizations`, `core.organizations`; for a schema, `core`; for a key, as scripts write it. */
  readonly name: string
}

export const renderRequirement = (requirement: Requirement): string =>
  `${requirement.kind} ${requirement.name}`
