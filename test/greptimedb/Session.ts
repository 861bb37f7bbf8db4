import type { Value } from "./Ast.ts"

/** What lasts for one request. */
export interface Session {
  schema: string
  timezone: string
}

/** What one statement came to. */
export type Output =
  | { readonly affected: number }
  | {
      readonly columns: ReadonlyArray<{ readonly name: string; readonly type: string }>
      readonly rows: ReadonlyArray<ReadonlyArray<Value>>
    }
