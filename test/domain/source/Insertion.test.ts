import * as Either from "effect/Either"
import { describe, expect, it } from "vitest"
import type { Backend } from "../../../src/domain/Backend.ts"
import * as Insertion from "../../../src/domain/source/Insertion.ts"
import * as Scripts from "../../../src/domain/source/Scripts.ts"

const additions: Insertion.Additions = new Map([
  ["schema", ["shop"]],
  ["tags", ["env=prod", "team=a b"]],
  ["depends-on", ["core/bootstrap"]]
])

const insert = (text: string, backend: Backend = "postgresql", added = additions) =>
  Either.merge(Insertion.insert(backend, text, added))

const top = "-- bfm-schema: shop\n-- bfm-tags: env=prod, team=a b\n-- bfm-depends-on: core/bootstrap\n"

describe("Insertion.insert", () => {
  it("puts directives at the top and changes nothing else", () => {
    expect(insert("CREATE TABLE a ();")).toBe(`${top}CREATE TABLE a ();`)
    expect(insert("")).toBe(top)
  })

  it("keeps a byte-order mark in front, and the file's own line ends", () => {
    expect(insert("\ufeff-- first\r\nSELECT 1;\nSELECT 2;\r\n")).toBe(
      `\ufeff${top.replaceAll("\n", "\r\n")}-- first\r\nSELECT 1;\nSELECT 2;\r\n`
    )
  })

  it("refuses to push what is said out of the lines that are read", () => {
    const full = (lines: number) => `${"--\n".repeat(lines)}-- bfm-table: users\nSELECT 1;`
    expect(insert(full(76))).toContain("-- bfm-table: users")
    expect(insert(full(77))).toBe("its first 80 lines are full: make room for the directives there")
  })

  it("gives a list of operations a header, and a script that has one is left to its author", () => {
    const list = '[\n  {"operation": "put", "key": "a", "value": "{{.Schema}}"}\n]'
    const changed = insert(`\ufeff${list}\n`, "etcd")
    expect(changed).toBe(
      `\ufeff{"bfm": {"schema":"shop","tags":["env=prod","team=a b"],"dependsOn":["core/bootstrap"]}, "operations": ${list}}\n`
    )
    expect(Scripts.read({ backend: "etcd", up: changed.slice(1) })).toMatchObject({
      metadata: { schema: { _tag: "Fixed", name: "shop" }, tags: { env: "prod", team: "a b" } },
      problems: []
    })
    expect(insert('{"bfm": {"table": "x"}, "operations": []}', "etcd")).toMatch(
      /^it has a header already; add "bfm": \{/
    )
  })
})
