import type { ColumnDefinition, Select, Value } from "./Ast.ts"
import type { Name } from "./Cursor.ts"
import { Failure, invalid, schemaMissing, tableMissing } from "./Failure.ts"

export interface Column extends ColumnDefinition {
  readonly semantic: "TAG" | "FIELD" | "TIMESTAMP"
}

/** A stored cell keeps the type with which it was written: a retype casts when it is read. */
export interface Cell {
  readonly value: Value
  readonly type: string
}

export type Row = ReadonlyMap<string, Cell>

export interface Table {
  readonly id: number
  readonly schema: string
  name: string
  columns: ReadonlyArray<Column>
  readonly primaryKey: ReadonlyArray<string>
  readonly timeIndex: string
  readonly engine: string
  options: ReadonlyMap<string, string>
  rows: ReadonlyArray<Row>
  comment: string
  readonly created: number
}

export interface View {
  readonly id: number
  readonly schema: string
  readonly name: string
  readonly select: Select
  readonly text: string
}

export interface Flow {
  readonly name: string
  readonly schema: string
  readonly sink: Name
  readonly text: string
  comment: string
}

const TABLE_NAME = /^[a-zA-Z_:-][a-zA-Z0-9_:\-.@#]*$/

/** Everything that the server keeps. Databases come and go; `information_schema` is made up when it is asked. */
export class Catalog {
  readonly databases = new Map<string, ReadonlyMap<string, string>>([
    ["greptime_private", new Map()],
    ["information_schema", new Map()],
    ["public", new Map()]
  ])
  readonly flows = new Map<string, Flow>()
  readonly #relations = new Map<string, Table | View>()
  #lastId = 1023

  nextId(): number {
    this.#lastId += 1
    return this.#lastId
  }

  createDatabase(name: string, ifNotExists: boolean, options: ReadonlyMap<string, string>): void {
    if (!TABLE_NAME.test(name))
      throw new Failure(1002, `Unexpected, violated: Invalid database name: ${name}`)
    if (this.databases.has(name)) {
      if (ifNotExists) return
      throw invalid(`Schema ${name} already exists`)
    }
    this.databases.set(name, options)
  }

  dropDatabase(name: string, ifExists: boolean, current: string): void {
    if (!this.databases.has(name)) {
      if (ifExists) return
      throw schemaMissing(name)
    }
    if (name === current) throw invalid(`Schema \`${name}\` is in use`)
    this.writable(name)
    this.databases.delete(name)
    for (const relation of this.relations(name)) this.#relations.delete(key(name, relation.name))
  }

  /** Refuses what cannot be written to. */
  writable(schema: string): void {
    if (schema === "information_schema") throw new Failure(1001, `Schema \`${schema}\` is read-only`)
    if (!this.databases.has(schema)) throw schemaMissing(schema)
  }

  /** Tables and views of a database in the order of their names. */
  relations(schema: string): ReadonlyArray<Table | View> {
    return [...this.#relations.values()]
      .filter(relation => relation.schema === schema)
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  relation(schema: string, name: string): Table | View | undefined {
    return this.#relations.get(key(schema, name))
  }

  table(schema: string, name: string): Table {
    const found = this.relation(schema, name)
    if (found === undefined || !("columns" in found)) throw tableMissing(schema, name)
    return found
  }

  add(relation: Table | View): void {
    if (!TABLE_NAME.test(relation.name)) throw invalid(`Invalid table name: ${relation.name}`)
    this.#relations.set(key(relation.schema, relation.name), relation)
  }

  remove(schema: string, name: string): void {
    this.#relations.delete(key(schema, name))
  }

  rename(table: Table, to: string): void {
    if (this.relation(table.schema, to) !== undefined) {
      throw new Failure(4000, `Table already exists, table: greptime.${table.schema}.${to}`)
    }
    this.remove(table.schema, table.name)
    table.name = to
    this.add(table)
  }
}

const key = (schema: string, name: string): string => `${schema}\0${name}`
