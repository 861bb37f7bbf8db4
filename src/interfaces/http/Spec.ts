/** Any JSON value. */
export type Json = string | number | boolean | null | ReadonlyArray<Json> | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const object = (value: Json | undefined): JsonObject => (isObject(value) ? value : {})

const mapValues = (value: JsonObject, f: (value: Json, key: string) => Json): JsonObject =>
  Object.fromEntries(Object.entries(value).map(([key, part]) => [key, f(part, key)]))

const prefix = "#/components/schemas/"

/** What the generator cannot know or writes at length, in an OpenAPI document. */
export const finish = (generated: JsonObject): JsonObject => {
  const components = object(generated["components"])
  const { HttpApiDecodeError: _, Issue: __, PropertyKey: ___, ...kept } = object(components["schemas"])
  const names = new Map(
    Object.entries(kept).flatMap(([name, schema]) => {
      const found = shape(schema)
      return found === undefined ? [] : [[found, name] as const]
    })
  )
  const schemas = mapValues(kept, (schema, name) => tidy(schema, names, name))
  const paths = mapValues(object(generated["paths"]), path =>
    mapValues(object(path), operation => describe(object(operation), schemas, names))
  )
  return { ...generated, paths, components: { ...components, schemas, headers } }
}

const headers: JsonObject = {
  "X-Request-Id": {
    description: "the id of the request: the client's own, or a new one",
    schema: { type: "string" },
    example: "01KB1Z3T5Q8S9V0W1X2Y3Z4A5B"
  }
}

const requestIdHeader: JsonObject = { "X-Request-Id": { $ref: "#/components/headers/X-Request-Id" } }

/** An object's schema without what does not change its meaning; nothing for any other schema. */
const shape = (schema: Json): string | undefined => {
  const { description: _, examples: __, title: ___, ...rest } = object(schema)
  return rest["type"] === "object" ? JSON.stringify(rest) : undefined
}

/** What is written twice is referred to; what may be anything has no name. */
const tidy = (schema: Json, names: ReadonlyMap<string, string>, self?: string): Json => {
  if (Array.isArray(schema)) return schema.map(part => tidy(part, names))
  if (!isObject(schema)) return schema
  if (schema["$id"] === "/schemas/unknown") return {}
  const name = names.get(shape(schema) ?? "")
  if (name !== undefined && name !== self) return { $ref: `${prefix}${name}` }
  const { allOf } = schema
  // The generator wraps a reference to hang a description on it, which is said elsewhere already.
  if (Array.isArray(allOf) && allOf.length === 1 && isObject(allOf[0]) && "$ref" in allOf[0]) return allOf[0]
  return mapValues(schema, (part, key) => (key === "examples" ? part : tidy(part, names)))
}

const reference = (status: string): JsonObject => ({ $ref: `${prefix}Problem${status}` })

const described: Readonly<Record<string, string>> = {
  "200": "Done.",
  "202": "Begun; it goes on whatever becomes of the client.",
  "206": "Steps failed, or did not run.",
  "400": "The request cannot be understood.",
  "413": "The body is too large."
}

const describe = (
  operation: JsonObject,
  schemas: JsonObject,
  names: ReadonlyMap<string, string>
): JsonObject => {
  const example = (content: Json): Json =>
    mapValues(object(content), media => {
      const schema = tidy(object(media)["schema"] ?? {}, names)
      const given = exampleOf(schema, schemas)
      return { ...object(media), schema, ...(given === undefined ? {} : { example: given }) }
    })
  const body = object(operation["requestBody"])
  const hasBody = "content" in body
  const problems = { "400": { content: json(reference("400")) } }
  const tooLarge = hasBody ? { "413": { content: json(reference("400")) } } : {}
  const responses = mapValues(
    { ...object(operation["responses"]), ...problems, ...tooLarge },
    (response, status) => ({
      ...object(response),
      description: described[status] ?? object(response)["description"] ?? "",
      headers: requestIdHeader,
      ...("content" in object(response) ? { content: example(object(response)["content"] ?? {}) } : {})
    })
  )
  // Only the path says what is to be rolled back.
  const required = operation["operationId"] !== "runs.rollback"
  return {
    ...operation,
    parameters: parameters(operation),
    responses,
    ...(hasBody ? { requestBody: { ...body, required, content: example(body["content"] ?? {}) } } : {})
  }
}

const json = (schema: JsonObject): JsonObject => ({ "application/json": { schema } })

const parameters = (operation: JsonObject): Json =>
  (Array.isArray(operation["parameters"]) ? operation["parameters"] : []).map((parameter: Json) => {
    const [example] = [object(object(parameter)["schema"])["examples"]].flat()
    return { ...object(parameter), ...(example === undefined ? {} : { example }) }
  })

/** The example that stands with the schema, or with the first of its alternatives. */
const exampleOf = (schema: Json, schemas: JsonObject): Json | undefined => {
  const { $ref, examples, anyOf } = object(schema)
  if (typeof $ref === "string") return exampleOf(schemas[$ref.slice(prefix.length)] ?? {}, schemas)
  if (Array.isArray(examples)) return examples[0]
  if (!Array.isArray(anyOf)) return undefined
  return anyOf.map((part: Json) => exampleOf(part, schemas)).find(found => found !== undefined)
}
