import type { Expression, Select, Value } from "./Ast.ts"
import type { Catalog } from "./Catalog.ts"
import type { Name } from "./Cursor.ts"
import { type Bound, bind, compare, type Scope } from "./Evaluate.ts"
import { Failure } from "./Failure.ts"
import { information, numbers, type Relation } from "./Information.ts"
import { cells, rowsOf } from "./Rows.ts"
import type { Session } from "./Session.ts"

/** What a SELECT gives. */
export const run = (catalog: Catalog, session: Session, select: Select): Relation => {
  const source = select.from === undefined ? nothing : read(catalog, session, select.from)
  const scope: Scope = {
    columns: source.columns,
    schema: session.schema,
    ...(select.from !== undefined && "name" in select.from ? { table: select.from.name } : {})
  }
  const condition = select.where === undefined ? undefined : bind(select.where, scope)
  const rows = source.rows.filter(row => condition === undefined || condition.of(row) === true)
  const items = select.items.flatMap(item => expand(item, source))
  const grouped = select.groupBy.length > 0 || items.some(({ expression }) => isAggregate(expression))
  const outputs = items.map(item => ({ name: item.name, bound: bindItem(item.expression, scope, grouped) }))
  const groups = grouped ? group(rows, select, items, scope) : rows.map(row => [row])
  const order = select.orderBy.map(({ expression, descending }) => {
    const item = items.find(({ name }) => expression.is === "column" && name === expression.name)
    return { descending, bound: bindItem(item?.expression ?? expression, scope, grouped) }
  })
  const sorted = groups
    .map(members => ({
      row: outputs.map(({ bound }) => bound.over(members)),
      keys: order.map(({ bound }) => bound.over(members))
    }))
    .sort((a, b) => {
      for (const [index, { descending }] of order.entries()) {
        const found = compare(a.keys[index] ?? null, b.keys[index] ?? null)
        if (found !== 0) return descending ? -found : found
      }
      return 0
    })
    .map(({ row }) => row)
  const end = select.limit === undefined ? undefined : select.offset + select.limit
  return {
    columns: outputs.map(({ name, bound }) => ({ name, type: shownType(bound.type) })),
    rows: (select.distinct ? distinct(sorted) : sorted).slice(select.offset, end)
  }
}

const nothing: Relation = { columns: [], rows: [[]] }

const shownType = (type: string): string => ({ Utf8: "String", Null: "Null" })[type] ?? type

const read = (catalog: Catalog, session: Session, from: Name | Select): Relation => {
  if ("items" in from) return run(catalog, session, from)
  const schema = from.schema ?? session.schema
  if (schema === "information_schema") {
    const found = information(catalog, from.name)
    if (found !== undefined) return found
  }
  const relation = catalog.relation(schema, from.name)
  if (relation === undefined) {
    if (schema === "public" && from.name === "numbers") return numbers
    throw new Failure(4001, `Failed to plan SQL: Table not found: greptime.${schema}.${from.name}`)
  }
  return "columns" in relation
    ? { columns: relation.columns, rows: rowsOf(catalog, relation).map(row => cells(relation, row)) }
    : run(catalog, { ...session, schema: relation.schema }, relation.select)
}

interface Item {
  readonly name: string
  readonly expression: Expression
}

const expand = (item: Select["items"][number], source: Relation): ReadonlyArray<Item> => {
  if (item.expression === "*") {
    return source.columns.map(({ name }) => ({
      name,
      expression: { is: "column", name, quoted: true }
    }))
  }
  const { expression, alias, text } = item
  const name = alias ?? (expression.is === "column" ? expression.name : text)
  return [{ name, expression }]
}

const aggregates = ["count", "max", "min", "sum", "avg"]

const isAggregate = (expression: Expression): boolean =>
  expression.is === "call" && aggregates.includes(expression.name)

/** Over the rows of one group; a plain expression takes the first. */
interface Output {
  readonly type: string
  readonly over: (rows: ReadonlyArray<ReadonlyArray<Value>>) => Value
}

const bindItem = (expression: Expression, scope: Scope, grouped: boolean): Output => {
  if (!grouped || expression.is !== "call" || !aggregates.includes(expression.name)) {
    const bound = bind(expression, scope)
    return { type: bound.type, over: rows => (rows[0] === undefined ? null : bound.of(rows[0])) }
  }
  const [argument] = expression.arguments
  const bound = argument === undefined ? undefined : bind(argument, scope)
  return aggregate(expression.name, bound)
}

const aggregate = (name: string, bound: Bound | undefined): Output => {
  const values = (rows: ReadonlyArray<ReadonlyArray<Value>>) =>
    rows.map(row => (bound === undefined ? 1n : bound.of(row))).filter(value => value !== null)
  if (name === "count") return { type: "Int64", over: rows => BigInt(values(rows).length) }
  if (name === "max" || name === "min") {
    const sign = name === "max" ? -1 : 1
    return {
      type: bound?.type ?? "Null",
      over: rows => [...values(rows)].sort((a, b) => sign * compare(a, b))[0] ?? null
    }
  }
  return {
    type: name === "avg" ? "Float64" : (bound?.type ?? "Null"),
    over: rows => total(name, values(rows))
  }
}

const total = (name: string, values: ReadonlyArray<Value>): Value => {
  if (values.length === 0) return null
  if (name === "sum" && values.every(value => typeof value === "bigint")) {
    return values.reduce<bigint>((sum, value) => sum + (typeof value === "bigint" ? value : 0n), 0n)
  }
  const sum = values.reduce<number>((all, value) => all + Number(value), 0)
  return name === "avg" ? sum / values.length : sum
}

const group = (
  rows: ReadonlyArray<ReadonlyArray<Value>>,
  select: Select,
  items: ReadonlyArray<Item>,
  scope: Scope
): ReadonlyArray<ReadonlyArray<ReadonlyArray<Value>>> => {
  if (select.groupBy.length === 0) return [rows]
  const keys = select.groupBy.map(expression => {
    const item = items.find(({ name }) => expression.is === "column" && name === expression.name)
    return bind(item?.expression ?? expression, scope)
  })
  const groups = new Map<string, Array<ReadonlyArray<Value>>>()
  for (const row of rows) {
    const key = keys.map(bound => String(bound.of(row))).join("\0")
    groups.set(key, [...(groups.get(key) ?? []), row])
  }
  return [...groups.values()]
}

const distinct = (rows: ReadonlyArray<ReadonlyArray<Value>>) => [
  ...new Map(rows.map(row => [row.map(String).join("\0"), row])).values()
]
