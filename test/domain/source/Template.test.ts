import * as Either from "effect/Either"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Template from "../../../src/domain/source/Template.ts"

const values: Template.Values = {
  schema: "tenant_a",
  connection: "core",
  backend: "postgresql",
  version: "20250101120000",
  variables: { Region: "eu", owner_role: "app" }
}

const render = (text: string, some: Partial<Template.Values> = {}): string =>
  Either.match(Template.render(text, { ...values, ...some }), {
    onRight: text => text,
    onLeft: problems => problems.map(({ line, reason }) => `${line}: ${reason}`).join("\n")
  })

const quoted = (schema: string, text: string) => render(text, { schema })

describe("Template.render", () => {
  it("fills in every name, in any letter case and with blanks inside", () => {
    expect(render("{{.Schema}} {{.schema}} {{ .SCHEMA }} {{\t.Connection }} {{.backend}} {{.Version}}")).toBe(
      "tenant_a tenant_a tenant_a core postgresql 20250101120000"
    )
  })

  it("finds variables without regard to letter case, and - is _ as in the environment", () => {
    expect(render("{{.Vars.region}} {{.vars.REGION}} {{ .Vars.owner-role }}")).toBe("eu eu app")
  })

  it("leaves any other brace alone", () => {
    const text = "SELECT '{{ user.name }}', '{{{', '{{#if x}}', '{{', $${{$$"
    expect(render(text)).toBe(text)
  })

  it("does not render again what it has filled in", () => {
    expect(render("{{.Vars.a}}", { variables: { a: "{{.Schema}} $& $1" } })).toBe("{{.Schema}} $& $1")
  })

  it("reports every unknown name with its line, and says which are known", () => {
    const text = render("a\n{{.Shema}}\n\n{{.Vars.size}} {{.x | upper}}\n{{.Schema")
    expect(text.split("\n")).toEqual([
      expect.stringMatching(
        /^2: unknown template \{\{\.Shema\}\}; known: .*\{\{\.Schema\}\}.*did you mean \{\{\.Schema\}\}\?$/
      ),
      "4: template variable size is not set: give --var size=… or BFM_VAR_SIZE",
      expect.stringMatching(/^4: unknown template \{\{\.x \| upper\}\}; known:/),
      expect.stringMatching(/^5: unknown template \{\{\.Schema; known:/)
    ])
  })

  it("never throws, and touches nothing where no placeholder begins", () => {
    const brace = fc.constantFrom(
      "{{",
      "}}",
      "{{ ",
      ".",
      "{{.Schema}}",
      "{{.Vars.x}}",
      "'",
      '"',
      "$$",
      "--",
      "\n"
    )
    const text = fc.array(fc.oneof(brace, fc.string())).map(parts => parts.join(""))
    fc.assert(
      fc.property(text, fc.string(), (text, schema) => {
        const result = Template.render(text, { ...values, schema })
        if (!/\{\{[ \t]*\./.test(text)) expect(result).toEqual(Either.right(text))
        else if (Either.isLeft(result)) expect(result.left.length).toBeGreaterThan(0)
      })
    )
  })
})

describe("a schema's name in SQL", () => {
  const places = {
    bare: "CREATE TABLE {{.Schema}}.t ()",
    quoted: 'CREATE TABLE "{{.Schema}}".t ()',
    string: "SELECT '{{.Schema}}'",
    comment: "-- for {{.Schema}}\n/* {{.Schema}} */",
    body: "DO $$ BEGIN EXECUTE '{{.Schema}}'; PERFORM \"{{.Schema}}\".f(); END $$",
    bodyBare: "DO $x$ BEGIN PERFORM {{.Schema}}.f(); END $x$"
  }
  const goes = (schema: string): ReadonlyArray<string> =>
    Object.entries(places).flatMap(([name, text]) =>
      Either.isRight(Template.render(text, { ...values, schema })) ? [name] : []
    )

  it.each([
    ["tenant_a", ["bare", "quoted", "string", "comment", "body", "bodyBare"]],
    // Unquoted it would mean `tenant`.
    ["Tenant", ["quoted", "string", "comment", "body"]],
    ["tenant-a", ["quoted", "string", "comment", "body"]],
    ["x; drop", ["quoted", "string", "comment", "body"]],
    ['a"b', ["string", "comment"]],
    ["a'b", ["quoted", "comment"]],
    ["a\\b", ["quoted", "comment"]],
    ["a$b", ["bare", "quoted", "string", "comment"]],
    ["*/ x", ["quoted", "string", "body"]],
    ["1a", ["quoted", "string", "comment", "body"]]
  ])("%s goes where it means itself", (schema, expected) => {
    expect(goes(schema)).toEqual(expected)
  })

  it("says what to write instead", () => {
    expect(quoted("Tenant", "SELECT 1;\nSELECT * FROM {{ .schema }}.t")).toBe(
      '2: schema "Tenant" would be pasted unquoted and mean something else; write "{{ .schema }}"'
    )
  })

  it("keeps a name inside of what it stands in, wherever that is in the text", () => {
    const body = (schema: string, inner: string) => quoted(schema, `SELECT 1; DO $x$ ${inner} $x$; SELECT 2`)
    expect(body("Tenant", "PERFORM \"{{.Schema}}\".f('a')")).toContain('"Tenant".f')
    expect(body("Tenant", "PERFORM {{.Schema}}.f('a')")).toContain("unquoted")
    expect(body("a$b", "-- {{.Schema}}")).toBe(
      '1: schema "a$b" would end the $-quoted text that {{.Schema}} stands in'
    )
    expect(quoted("a\\b", 'SELECT e AS "{{.Schema}}"')).toContain('"a\\b"')
    expect(quoted("tenant-a", "SELECT 1 `{{.Schema}}")).toContain("unquoted")
    expect(quoted("a$b", "SELECT {{.Schema}}.x -- $$")).toBe("SELECT a$b.x -- $$")
    expect(quoted("x\ny", "-- {{.Schema}}")).toContain("contains \n and would end the comment")
    expect(quoted('a"b', 'SELECT "{{.Schema}}"')).toBe(
      '1: schema "a\\"b" contains " and would end the quoted name that {{.Schema}} stands in'
    )
  })

  it("minds prefixes: a backslash means something in U&\"\" and E''", () => {
    expect(quoted("a\\b", 'SELECT U&"{{.Schema}}"')).toContain("would end the quoted name")
    expect(quoted("a\\b", "SELECT E'{{.Schema}}'")).toContain("would end the string")
    expect(quoted("Tenant", "SELECT U&\"{{.Schema}}\", E'{{.Schema}}'")).toContain('U&"Tenant"')
  })

  it("refuses to fill in no name at all where a name must stand", () => {
    expect(render("CREATE TABLE {{.Schema}}.t ()", { schema: "" })).toBe(
      "1: {{.Schema}} is empty here: name a schema (bfm-schema in the file, --schema or CORE_SCHEMA)"
    )
    expect(render("{{.Schema}}", { schema: "", connection: "tenant-db" })).toContain("TENANT_DB_SCHEMA")
    expect(render("SELECT '{{.Schema}}' -- {{.Schema}}", { schema: "" })).toBe("SELECT '' -- ")
  })

  it("never lets a name out of the place that it was put in", () => {
    // Whatever the name, the statement around it keeps its shape: the text is the name, quoted.
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), schema => {
        const result = Template.render('"{{.Schema}}"', { ...values, schema })
        if (Either.isRight(result)) expect(result.right.slice(1, -1)).not.toContain('"')
        const text = Template.render("'{{.Schema}}'", { ...values, schema })
        if (Either.isRight(text)) expect(text.right.slice(1, -1)).not.toMatch(/['\\]/)
      })
    )
  })
})

describe("a schema's name elsewhere", () => {
  it("stands in JSON only when JSON need not escape it", () => {
    const script = '[{"key": "{{.Schema}}/a"}]'
    expect(render(script, { backend: "etcd", schema: "Tenant-1/x" })).toBe('[{"key": "Tenant-1/x/a"}]')
    expect(render(script, { backend: "etcd", schema: 'a"b' })).toContain("cannot stand in JSON")
    expect(render(script, { backend: "etcd", schema: "" })).toBe('[{"key": "/a"}]')
  })

  it("may stand in the backticks of GreptimeDB", () => {
    const greptimedb = { backend: "greptimedb", schema: "tenant-a" } as const
    expect(render("CREATE TABLE `{{.Schema}}`.t ()", greptimedb)).toBe("CREATE TABLE `tenant-a`.t ()")
    expect(render("CREATE TABLE {{.Schema}}.t ()", greptimedb)).toContain("unquoted")
    expect(render("SELECT 1 `{{.Schema}}`", { schema: "x; drop" })).toContain("contains ;")
  })
})

describe("Template.dependsOnSchema", () => {
  it.each([
    ["SELECT 1", false],
    ["SELECT '{{ .SCHEMA }}'", true],
    ["{{.Schema}}", true],
    ["{{.Schemas}} {{.Connection}} {{ schema }}", false],
    [".schema}}", false]
  ])("%s: %s", (text, expected) => {
    expect(Template.dependsOnSchema(text)).toBe(expected)
  })
})

describe("Template.schemaName", () => {
  it.each([
    ["postgresql", "tenant", undefined],
    ["postgresql", 'a"b', undefined],
    ["postgresql", "x; drop", undefined],
    ["postgresql", "ü".repeat(31), undefined],
    ["postgresql", "ü".repeat(32), "64 bytes"],
    ["postgresql", "", "empty"],
    ["postgresql", "a\u0000b", "control"],
    ["postgresql", "a\nb", "control"],
    ["postgresql", "\ud800", "Unicode"],
    ["postgresql", "pg_temp", "PostgreSQL itself"],
    ["greptimedb", "tenant-a.b_1", undefined],
    ["greptimedb", "a b", "only letters"],
    ["etcd", 'a"b/c', undefined],
    ["etcd", "a\tb", "control"]
  ] as const)("%s %j", (backend, name, expected) => {
    const reason = Template.schemaName(backend, name)
    if (expected === undefined) expect(reason).toBeUndefined()
    else expect(reason).toContain(expected)
  })
})
