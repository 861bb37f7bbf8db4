import * as Schema from "effect/Schema"

const Name = Schema.Struct({
  /** Absent: where the step runs. */
  schema: Schema.optional(Schema.String),
  name: Schema.String
})

const Columns = { table: Name, columns: Schema.Array(Schema.String) }

/** What a catalog lists by its name. */
export const CatalogObject = Schema.Literal("table", "view", "flow", "database")
export type CatalogObject = typeof CatalogObject.Type

/** How a store's catalog tells, after a crash, whether a statement outside a transaction took effect. */
export const Verify = Schema.Union(
  /** Doing it again does no harm. */
  Schema.TaggedStruct("Repeatable", {}),
  /** An index: valid means landed, invalid means ours to drop and build again, absent means not begun. */
  Schema.TaggedStruct("IndexBuilt", Name.fields),
  Schema.TaggedStruct("IndexDropped", Name.fields),
  /** It is there now and was not before. */
  Schema.TaggedStruct("Made", { object: CatalogObject, ...Name.fields }),
  /** None of them is there now, and one was before. */
  Schema.TaggedStruct("Gone", { object: CatalogObject, names: Schema.Array(Name) }),
  Schema.TaggedStruct("ColumnsMade", Columns),
  Schema.TaggedStruct("ColumnsGone", Columns),
  /** The table has the new name. */
  Schema.TaggedStruct("Renamed", { ...Name.fields, to: Schema.String }),
  /** Rows that are replaced by themselves when they are sent again, unless the table only appends. */
  Schema.TaggedStruct("RowsWritten", {
    table: Name,
    /** Absent: all of them. */
    columns: Schema.optional(Schema.Array(Schema.String))
  }),
  /** Only a human can tell. */
  Schema.TaggedStruct("Unknown", {})
)
export type Verify = typeof Verify.Type
