/** A file of another tool's folder. */
export interface SourceFile {
  readonly name: string
  readonly text: string
}

/** A migration of another tool, whatever that tool calls its parts. */
export interface ForeignMigration {
  /** As the tool's history names it. */
  readonly key: string
  /** The file that its up script is in. */
  readonly file: string
  /** Its version, cut at dots: digits only. Empty where the tool gives none: it comes after those that have one. */
  readonly parts: ReadonlyArray<string>
  readonly name: string
  readonly up: string
  readonly down?: string
  /** The tool runs it outside of a transaction. */
  readonly outside: boolean
  /** What the tool's history would have for the text as it is now, where it keeps such a thing. */
  readonly checksum?: number
}

/** Something in the folder that is not as it should be, or that cannot be taken over. */
export interface Remark {
  readonly file: string
  readonly reason: string
}

/** What a folder says. */
export interface Reading {
  /** In the tool's own order. */
  readonly migrations: ReadonlyArray<ForeignMigration>
  /** Mistakes: nothing is imported while there are any. */
  readonly problems: ReadonlyArray<Remark>
  /** What stays behind, and why. */
  readonly left: ReadonlyArray<Remark>
  readonly notes: ReadonlyArray<string>
}

/** A row of a history table; times are texts, in UTC where they have no zone. */
export type Row = Readonly<Record<string, unknown>>

/** When, and by whom, a migration was applied, as far as the tool wrote it down. */
export interface Applied {
  /** Milliseconds since the epoch. */
  readonly at?: number
  readonly actor?: string
  readonly checksum?: number
}

/** What a history table says. */
export interface History {
  /** By {@link ForeignMigration.key}. */
  readonly applied: ReadonlyMap<string, Applied>
  /** Why it cannot be believed, with what to do. */
  readonly problems: ReadonlyArray<string>
  readonly notes: ReadonlyArray<string>
}

/** Everything that differs from tool to tool. */
export interface Tool {
  /** As the command line calls it. */
  readonly name: string
  /** Its history table where nobody says otherwise. */
  readonly table: string
  /** Columns without which the table is another tool's. */
  readonly columns: ReadonlyArray<string>
  readonly read: (files: ReadonlyArray<SourceFile>) => Reading
  readonly history: (rows: ReadonlyArray<Row>, migrations: ReadonlyArray<ForeignMigration>) => History
}

/** A text cell as a time; a time without a zone is taken as UTC. */
export const time = (cell: unknown): { readonly at?: number } => {
  if (typeof cell !== "string") return {}
  const at = Date.parse(/(?:Z|[+-]\d\d(?::?\d\d)?)$/.test(cell) ? cell : `${cell}Z`)
  return Number.isNaN(at) ? {} : { at }
}

/** Compares digits by their value, part by part; what is missing is zero. */
export const compareParts = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): number => {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const left = BigInt(a[index] ?? "0")
    const right = BigInt(b[index] ?? "0")
    if (left !== right) return left < right ? -1 : 1
  }
  return 0
}

/** As a name of ours: what stands for a blank is an underscore. */
export const nameOf = (text: string): string => text.trim().replaceAll(/[\s/\\]+/g, "_") || "migration"

/** Two files with the same version. */
export const doubled = (migrations: ReadonlyArray<ForeignMigration>): ReadonlyArray<Remark> => {
  const seen = new Map<string, string>()
  return migrations.flatMap(({ key, file }) => {
    const other = seen.get(key)
    seen.set(key, other ?? file)
    return other === undefined ? [] : [{ file, reason: `it has the version of ${other}` }]
  })
}

/** What follows a line, and what comes before it, where lines of a kind divide a file. */
export const cut = (text: string, at: number): readonly [before: string, after: string] => {
  const end = text.indexOf("\n", at)
  return [text.slice(0, at), end === -1 ? "" : text.slice(end + 1)]
}
