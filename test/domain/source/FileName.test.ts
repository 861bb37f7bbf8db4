import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as FileName from "../../../src/domain/source/FileName.ts"

const reason = (path: string): string => {
  const found = FileName.parse(path)
  return found._tag === "Invalid" ? `${found.problem.path}: ${found.problem.reason}` : found._tag
}

describe("FileName.parse", () => {
  it("takes the identity from the path", () => {
    expect(FileName.parse("postgresql/core/20250101120000_create_users.up.sql")).toEqual({
      _tag: "Script",
      direction: "up",
      path: "postgresql/core/20250101120000_create_users.up.sql",
      identity: {
        backend: "postgresql",
        connection: "core",
        version: "20250101120000",
        name: "create_users"
      }
    })
  })

  it.each([
    "up",
    "down",
    "rollback",
    "x.up",
    "x.down.up",
    "v1.2",
    "a b",
    "größe",
    "x_20250101120000_y",
    "'; drop",
    "n".repeat(250)
  ])("accepts the name %s", name => {
    for (const direction of ["up", "down"] as const) {
      expect(FileName.parse(`postgresql/core/20250101120000_${name}.${direction}.sql`)).toMatchObject({
        _tag: "Script",
        direction,
        identity: { version: "20250101120000", name }
      })
    }
    expect(FileName.parse(`postgresql/core/20250101120000_${name}.ts`)).toMatchObject({
      _tag: "Module",
      identity: { name }
    })
  })

  it("accepts any 14 digits, postgres for postgresql, and the extension of each backend", () => {
    expect(FileName.parse("postgres/core/99999999999999_x.up.sql")).toMatchObject({
      identity: { backend: "postgresql", version: "99999999999999" }
    })
    expect(FileName.parse("etcd/metadata/20250101120000_x.down.json")).toMatchObject({ _tag: "Script" })
    expect(FileName.parse("greptimedb/logs-1_a/20250101120000_x.up.sql")).toMatchObject({
      identity: { connection: "logs-1_a" }
    })
  })

  it.each([
    ".git/config",
    ".gitkeep",
    "README.md",
    "postgresql/core/.gitkeep",
    "postgresql/core/.20250101120000_x.up.sql.swp",
    "postgresql/core/README.md",
    "node_modules/effect/index.js",
    "package.json",
    "index.ts",
    "go.mod",
    "doc.go",
    "postgresql/core/20250101120000_x.go",
    "postgresql/core/20250101120000_x_test.go"
  ])("ignores %s", path => {
    expect(reason(path)).toBe("Ignored")
  })

  it.each([
    ["postgresql/core/2025_x.up.sql", "version must be 14 digits (YYYYMMDDHHMMSS)"],
    ["postgresql/core/202501011200000_x.up.sql", "14 digits"],
    ["postgresql/core/20250101120000.up.sql", "a name must follow"],
    ["postgresql/core/20250101120000_.up.sql", "a name must follow"],
    [`postgresql/core/20250101120000_${"n".repeat(251)}.up.sql`, "251 characters, at most 250"],
    ["postgresql/core/20250101120000_x.sql", "expected: {version}_{name}.up.sql"],
    ["postgresql/core/20250101120000_x.up.sql.bak", "expected: {version}_{name}.up.sql"],
    ["postgresql/core/20250101120000_x.up.json", "scripts of postgresql end in .up.sql, not .up.json"],
    ["etcd/metadata/20250101120000_x.down.sql", "scripts of etcd end in .down.json, not .down.sql"],
    ["postgresql/20250101120000_x.up.sql", "invalid directory structure"],
    ["20250101120000_x.up.sql", "invalid directory structure"],
    ["postgresql/core/old/20250101120000_x.up.sql", "invalid directory structure"],
    [
      "postgresq/core/20250101120000_x.up.sql",
      'postgresq/: unknown backend "postgresq"; known: postgresql, greptimedb, etcd'
    ],
    ["postgresq/core/20250101120000_x.up.sql", "did you mean postgresql?"],
    ["mysql/README", 'mysql/: unknown backend "mysql"'],
    ["postgresql/Core/20250101120000_x.up.sql", 'postgresql/Core/: connection "Core"']
  ])("refuses %s", (path, expected) => {
    expect(reason(path)).toContain(expected)
  })

  it("reads back every name that it could have been made of", () => {
    const name = fc.string({ minLength: 1, maxLength: 250 }).filter(text => !text.includes("/"))
    fc.assert(
      fc.property(
        name,
        fc.stringMatching(/^\d{14}$/),
        fc.constantFrom("up", "down"),
        (name, version, direction) => {
          expect(FileName.parse(`postgresql/core/${version}_${name}.${direction}.sql`)).toMatchObject({
            direction,
            identity: { version, name }
          })
        }
      )
    )
  })
})
