/** A right that a migrating user lacks, and who can give it. */
export interface MissingRight {
  /** What cannot be done: `create tables in schema public`. */
  readonly right: string
  /** The statement, or the sentence, that mends it. */
  readonly remedy: string
}

/** How far a server's clock is from ours. */
export interface ClockDifference {
  /** Milliseconds; positive when the server is ahead. */
  readonly difference: number
  /** How much of it the way to the server may have been. */
  readonly uncertainty: number
}

/** What a server says of itself when it is asked how it is. Asking changes nothing. */
export interface Vitals {
  /** `PostgreSQL`, `MariaDB`, `etcd`. */
  readonly product: string
  /** As it says it: `15.18`. */
  readonly version: string
  /** Why that version is to be worried about. */
  readonly concern?: string
  /** Absent where the server tells no time. */
  readonly clock?: ClockDifference
  /** Something stands between us and the server. `shares`: other clients get our session in between. */
  readonly pooler?: { readonly shares: boolean }
  readonly missing: ReadonlyArray<MissingRight>
  /** Scratch databases that a killed process left behind. */
  readonly leftovers?: ReadonlyArray<string>
  /** What such a server cannot be asked. */
  readonly unasked: ReadonlyArray<string>
}

/** How the tables of the state stand to this version of BfM. */
export type Tables = "absent" | "current" | "other"

export interface StateVitals extends Vitals {
  readonly tables: Tables
}
