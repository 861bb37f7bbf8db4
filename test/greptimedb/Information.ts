import type { Value } from "./Ast.ts"
import type { Catalog, Table, View } from "./Catalog.ts"

/** Columns and rows, as a query sees them. */
export interface Relation {
  readonly columns: ReadonlyArray<{ readonly name: string; readonly type: string }>
  readonly rows: ReadonlyArray<ReadonlyArray<Value>>
}

const texts = (...names: ReadonlyArray<string>) => names.map(name => ({ name, type: "String" }))

const each = <A>(catalog: Catalog, of: (relation: Table | View) => ReadonlyArray<A>): ReadonlyArray<A> =>
  [...catalog.databases.keys()].flatMap(schema => catalog.relations(schema).flatMap(of))

const optionText = (options: ReadonlyMap<string, string>): string =>
  [...options].map(([key, value]) => `${key}=${value}`).join(" ")

const tables = (catalog: Catalog): Relation => ({
  columns: [
    ...texts("table_catalog", "table_schema", "table_name", "table_type"),
    { name: "table_id", type: "UInt32" },
    ...texts("engine"),
    { name: "create_time", type: "TimestampSecond" },
    ...texts("create_options", "table_comment", "temporary")
  ],
  rows: each(catalog, relation => [
    "columns" in relation
      ? [
          "greptime",
          relation.schema,
          relation.name,
          "BASE TABLE",
          BigInt(relation.id),
          relation.engine,
          BigInt(Math.floor(relation.created / 1_000)),
          optionText(relation.options),
          relation.comment === "" ? null : relation.comment,
          "N"
        ]
      : ["greptime", relation.schema, relation.name, "VIEW", BigInt(relation.id), null, null, "", null, "N"]
  ])
})

const columns = (catalog: Catalog): Relation => ({
  columns: [
    ...texts("table_catalog", "table_schema", "table_name", "column_name"),
    { name: "ordinal_position", type: "Int64" },
    ...texts(
      "column_key",
      "greptime_data_type",
      "data_type",
      "semantic_type",
      "column_default",
      "is_nullable",
      "column_type",
      "column_comment"
    )
  ],
  rows: each(catalog, relation =>
    "columns" in relation
      ? relation.columns.map((column, index) => [
          "greptime",
          relation.schema,
          relation.name,
          column.name,
          BigInt(index + 1),
          { TAG: "PRI", TIMESTAMP: "TIME INDEX", FIELD: "" }[column.semantic],
          column.type,
          column.type.toLowerCase(),
          column.semantic,
          column.defaultText === "" ? null : column.defaultText,
          column.nullable ? "Yes" : "No",
          column.type.toLowerCase(),
          column.comment === "" ? null : column.comment
        ])
      : []
  )
})

const builders: Readonly<Record<string, (catalog: Catalog) => Relation>> = {
  tables,
  columns,
  schemata: ({ databases }) => ({
    columns: texts(
      "catalog_name",
      "schema_name",
      "default_character_set_name",
      "default_collation_name",
      "sql_path",
      "options"
    ),
    rows: [...databases].map(([name, options]) => [
      "greptime",
      name,
      "utf8",
      "utf8_bin",
      null,
      optionText(options)
    ])
  }),
  views: catalog => ({
    columns: texts("table_catalog", "table_schema", "table_name", "view_definition"),
    rows: each(catalog, relation =>
      "columns" in relation ? [] : [["greptime", relation.schema, relation.name, relation.text]]
    )
  }),
  flows: ({ flows }) => ({
    columns: texts("flow_name", "table_catalog", "flow_definition", "comment", "sink_table_name"),
    rows: [...flows.values()].map(({ name, text, comment, sink, schema }) => [
      name,
      "greptime",
      text,
      comment === "" ? null : comment,
      `greptime.${sink.schema ?? schema}.${sink.name}`
    ])
  }),
  build_info: () => ({
    columns: texts("git_branch", "git_commit", "git_commit_short", "git_clean", "pkg_version"),
    rows: [["", "8d2f92c01ae762287a3cac587156519a536ae134", "8d2f92c", "true", "1.1.4"]]
  }),
  procedure_info: () => ({
    columns: texts("procedure_id", "procedure_type", "start_time", "end_time", "status", "lock_keys"),
    rows: []
  })
}

/** A table of `information_schema`; `undefined` for those that nobody here asks for. */
export const information = (catalog: Catalog, name: string): Relation | undefined => builders[name]?.(catalog)

/** Exists in debug builds only, and in no list. */
export const numbers: Relation = {
  columns: [{ name: "number", type: "UInt32" }],
  rows: Array.from({ length: 100 }, (_, number) => [BigInt(number)])
}
