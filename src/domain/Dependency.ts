/** A migration that must be applied before: `[connection/]name-or-version`. */
export interface Dependency {
  /** Another connection; the migration's own when absent. */
  readonly connection?: string
  /** A version (14 digits), a name, or `{version}_{name}`. */
  readonly target: string
  /** Where it is written, for messages. */
  readonly line?: number
}

/** Something that must exist in the live store before the step runs. */
export interface Requirement {
  readonly kind: "table" | "schema"
  /** `organizations`, `core.organizations` or, for a schema, `core`. */
  readonly name: string
}

export const renderRequirement = (requirement: Requirement): string =>
  `${requirement.kind} ${requirement.name}`
