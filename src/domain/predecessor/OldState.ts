/**
 * Whose tables the Go BfM left: `bfm_migrations` alone, from before its first release; `migrations_list` with
 * `last_status`, of v0.1; the tables since v0.2.
 */
export type Generation = "pre-release" | "v0.1" | "v0.2"

/** What every row says of its migration. */
export interface Row {
  readonly generation: Generation
  /** In any of the spellings that were in use. */
  readonly id: string
  /** As recorded; empty: the connection's own search path, or none was known. */
  readonly schema: string
  /** Empty where none was known. */
  readonly table: string
  readonly version: string
  readonly connection: string
  readonly backend: string
  readonly status: string
}

/** The list: one row for a migration, whatever schemas it ran in. */
export interface Listed extends Row {
  /** Milliseconds since the epoch. */
  readonly at?: number
}

/** One migration in one schema; only since v0.2. */
export interface Executed extends Row {
  readonly applied: boolean
  /** Milliseconds since the epoch. */
  readonly at?: number
}

/** One thing that happened. */
export interface Happened extends Row {
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Order of what happened in the same second. */
  readonly sequence: number
  /** Empty when nobody wrote it down. */
  readonly actor: string
  readonly method: string
}

/** Everything that the Go BfM wrote down. Its times have no zone; they are taken as UTC. */
export interface OldState {
  /** Host, port, database and schema, for people. */
  readonly address: string
  /** Found there, oldest first. */
  readonly generations: ReadonlyArray<Generation>
  readonly listed: ReadonlyArray<Listed>
  readonly executed: ReadonlyArray<Executed>
  readonly happened: ReadonlyArray<Happened>
}
