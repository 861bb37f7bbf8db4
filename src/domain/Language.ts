import type { Analysis } from "./Analysis.ts"
import type { Backend } from "./Backend.ts"
import * as Etcd from "./etcd/Script.ts"
import * as Greptimedb from "./greptimedb/Script.ts"
import type { Migration } from "./Migration.ts"
import * as Dialect from "./sql/Dialect.ts"
import * as Postgresql from "./sql/Script.ts"

/** In what a backend's scripts are written. */
export interface Language {
  /** Takes a rendered script apart, and says what is wrong with it and what to mind. */
  readonly analyse: (text: string, transaction: Migration["transaction"]) => Analysis
  /** The table that a script creates or alters first. Reads no further than that. */
  readonly firstTable: (text: string) => string | undefined
  /** How the tokens of its SQL are read; PostgreSQL's way when absent. */
  readonly dialect?: Dialect.Dialect
}

export const languages: Record<Backend, Language> = {
  postgresql: { analyse: Postgresql.analyse, firstTable: Postgresql.firstTable },
  greptimedb: {
    analyse: Greptimedb.analyse,
    firstTable: Greptimedb.firstTable,
    dialect: Dialect.greptimedb
  },
  etcd: { analyse: Etcd.analyse, firstTable: () => undefined }
}
