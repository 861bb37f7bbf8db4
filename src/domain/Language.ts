import type { Analysis } from "./Analysis.ts"
import type { Backend } from "./Backend.ts"
import * as Etcd from "./etcd/Script.ts"
import type { Migration } from "./Migration.ts"
import * as Postgresql from "./sql/Script.ts"

/** In what a backend's scripts are written. */
export interface Language {
  /** Takes a rendered script apart, and says what is wrong with it and what to mind. */
  readonly analyse: (text: string, transaction: Migration["transaction"]) => Analysis
  /** The table that a script creates or alters first. Reads no further than that. */
  readonly firstTable: (text: string) => string | undefined
}

export const languages: Record<Backend, Language> = {
  postgresql: { analyse: Postgresql.analyse, firstTable: Postgresql.firstTable },
  greptimedb: { analyse: Postgresql.analyse, firstTable: Postgresql.firstTable },
  etcd: { analyse: Etcd.analyse, firstTable: () => undefined }
}
