/** As much of JSON Schema as the document uses. */
export interface JsonSchema {
  readonly $ref?: string
  readonly type?: string
  readonly enum?: ReadonlyArray<unknown>
  readonly anyOf?: ReadonlyArray<JsonSchema>
  readonly allOf?: ReadonlyArray<JsonSchema>
  readonly required?: ReadonlyArray<string>
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly additionalProperties?: boolean | JsonSchema
  readonly items?: JsonSchema
  readonly minLength?: number
  readonly minimum?: number
}

export type Schemas = Readonly<Record<string, JsonSchema>>

const typeOf = (value: unknown): string => {
  if (value === null) return "null"
  if (Array.isArray(value)) return "array"
  return Number.isInteger(value) ? "integer" : typeof value
}

/** What is wrong with a value; a property that the schema does not name is wrong, too. */
export const problems = (
  schema: JsonSchema,
  value: unknown,
  schemas: Schemas,
  at = "$"
): ReadonlyArray<string> => {
  const within = (part: JsonSchema, found: unknown, place: string) => problems(part, found, schemas, place)
  if (schema.$ref !== undefined) {
    const target = schemas[schema.$ref.replace("#/components/schemas/", "")]
    return target === undefined ? [`${at}: ${schema.$ref} is not there`] : within(target, value, at)
  }
  if (schema.anyOf !== undefined) {
    const tried = schema.anyOf.map(part => within(part, value, at))
    return tried.some(found => found.length === 0) ? [] : tried.flat()
  }
  if (schema.allOf !== undefined) return schema.allOf.flatMap(part => within(part, value, at))
  const type = typeOf(value)
  const fits =
    schema.type === undefined || schema.type === type || (schema.type === "number" && type === "integer")
  if (!fits) return [`${at}: ${type}, not ${schema.type}`]
  if (schema.enum?.includes(value) === false) return [`${at}: ${JSON.stringify(value)} is not one of them`]
  if (Array.isArray(value)) {
    const { items } = schema
    return items === undefined ? [] : value.flatMap((item, index) => within(items, item, `${at}[${index}]`))
  }
  if (type !== "object") return []
  const fields = Object.entries(value as Record<string, unknown>)
  const missing = (schema.required ?? []).filter(name => !fields.some(([key]) => key === name))
  return [
    ...missing.map(name => `${at}.${name}: missing`),
    ...fields.flatMap(([key, part]) => {
      const known = schema.properties?.[key]
      if (known !== undefined) return within(known, part, `${at}.${key}`)
      if (typeof schema.additionalProperties === "object") {
        return within(schema.additionalProperties, part, `${at}.${key}`)
      }
      return schema.properties === undefined || schema.additionalProperties === true
        ? []
        : [`${at}.${key}: unknown`]
    })
  ]
}
