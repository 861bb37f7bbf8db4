import type { Name } from "./Cursor.ts"

export type Expression =
  | { readonly is: "literal"; readonly value: Value; readonly type: string }
  | { readonly is: "column"; readonly name: string; readonly table?: string; readonly quoted: boolean }
  | {
      readonly is: "call"
      readonly name: string
      readonly star: boolean
      readonly arguments: ReadonlyArray<Expression>
    }
  | {
      readonly is: "binary"
      readonly operator: string
      readonly left: Expression
      readonly right: Expression
    }
  | { readonly is: "not" | "negative"; readonly operand: Expression }
  | { readonly is: "null"; readonly operand: Expression; readonly negated: boolean }
  | {
      readonly is: "in"
      readonly operand: Expression
      readonly list: ReadonlyArray<Expression>
      readonly negated: boolean
    }
  | { readonly is: "cast"; readonly operand: Expression; readonly type: string }

/** Integers and timestamps are exact. */
export type Value = null | boolean | bigint | number | string | { readonly json: unknown }

export interface ColumnDefinition {
  readonly name: string
  readonly type: string
  readonly nullable: boolean
  readonly default?: Expression
  readonly defaultText: string
  readonly timeIndex: boolean
  readonly primaryKey: boolean
  readonly comment: string
}

export interface Select {
  readonly items: ReadonlyArray<{
    readonly expression: Expression | "*"
    readonly alias?: string
    readonly text: string
  }>
  readonly distinct: boolean
  readonly from?: Name | Select
  readonly where?: Expression
  readonly groupBy: ReadonlyArray<Expression>
  readonly orderBy: ReadonlyArray<{ readonly expression: Expression; readonly descending: boolean }>
  readonly limit?: number
  readonly offset: number
}

export type Alteration =
  | {
      readonly is: "add"
      readonly columns: ReadonlyArray<{
        readonly column: ColumnDefinition
        readonly ifNotExists: boolean
        /** A column, or `true` for the first place. */
        readonly after?: string | true
      }>
    }
  | { readonly is: "drop"; readonly column: string }
  | { readonly is: "retype"; readonly column: string; readonly type: string }
  | {
      readonly is: "default"
      readonly column: string
      readonly value?: Expression
      readonly text: string
    }
  | { readonly is: "index"; readonly column: string }
  | { readonly is: "rename"; readonly to: string }
  | { readonly is: "set"; readonly options: ReadonlyMap<string, string> }
  | { readonly is: "unset"; readonly keys: ReadonlyArray<string> }

export interface CreateTable {
  readonly is: "createTable"
  readonly table: Name
  readonly ifNotExists: boolean
  readonly columns: ReadonlyArray<ColumnDefinition>
  readonly primaryKey: ReadonlyArray<string>
  readonly engine: string
  readonly options: ReadonlyMap<string, string>
}

export interface Insert {
  readonly is: "insert"
  readonly table: Name
  readonly columns: ReadonlyArray<string>
  readonly source: Select | ReadonlyArray<ReadonlyArray<Expression>>
}

/** `like`: a pattern for the names; `where`: a condition. */
export interface Filter {
  readonly like?: string
  readonly where?: Expression
}

export type Show =
  | ({ readonly what: "databases" } & Filter)
  | ({ readonly what: "tables"; readonly full: boolean; readonly schema?: string } & Filter)
  | ({ readonly what: "views" | "flows"; readonly schema?: string } & Filter)
  | { readonly what: "columns"; readonly table: Name }
  | { readonly what: "create"; readonly kind: "TABLE" | "VIEW" | "FLOW" | "DATABASE"; readonly name: Name }
  | { readonly what: "variable"; readonly name: string }

export type Statement =
  | { readonly is: "select"; readonly select: Select }
  | CreateTable
  | { readonly is: "createLike"; readonly table: Name; readonly source: Name }
  | {
      readonly is: "createDatabase"
      readonly name: string
      readonly ifNotExists: boolean
      readonly options: ReadonlyMap<string, string>
    }
  | {
      readonly is: "createView"
      readonly view: Name
      readonly ifNotExists: boolean
      readonly orReplace: boolean
      readonly select: Select
      readonly text: string
    }
  | {
      readonly is: "createFlow"
      readonly flow: string
      readonly sink: Name
      readonly ifNotExists: boolean
      readonly orReplace: boolean
      readonly deferred: boolean
      readonly select: Select
      readonly text: string
      readonly comment: string
    }
  | {
      readonly is: "drop"
      readonly kind: "TABLE" | "VIEW" | "FLOW" | "DATABASE"
      readonly names: ReadonlyArray<Name>
      readonly ifExists: boolean
    }
  | { readonly is: "alterTable"; readonly table: Name; readonly alteration: Alteration }
  | {
      readonly is: "alterDatabase"
      readonly name: string
      readonly alteration: Extract<Alteration, { readonly is: "set" | "unset" }>
    }
  | Insert
  | { readonly is: "delete"; readonly table: Name; readonly where?: Expression }
  | { readonly is: "truncate"; readonly table: Name }
  | {
      readonly is: "comment"
      readonly kind: "TABLE" | "COLUMN" | "FLOW"
      readonly path: ReadonlyArray<string>
      readonly text: string
    }
  | { readonly is: "describe"; readonly table: Name }
  | { readonly is: "show"; readonly show: Show }
  | { readonly is: "use"; readonly schema: string }
  | { readonly is: "set"; readonly name: string; readonly value: string }
  | { readonly is: "admin"; readonly call: string }
