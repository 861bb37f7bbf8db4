import { assert, describe, it } from "vitest"
import * as FileName from "../../../src/domain/source/FileName.ts"
import * as Layout from "../../../src/domain/source/Layout.ts"

const core = "postgresql/core"
const arranged = (files: ReadonlyArray<string>, generated: ReadonlyArray<string> = []) => {
  const { sources, problems } = Layout.arrange(files.map(FileName.parse), path => generated.includes(path))
  return {
    sources: sources.map(source =>
      source._tag === "Scripts"
        ? `${source.name}: ${source.up}${source.down === undefined ? "" : ` ${source.down}`}`
        : `${source.name}= ${source.path}`
    ),
    problems: problems.map(({ path, reason }) => `${path}: ${reason}`)
  }
}

describe("the files of a directory", () => {
  const a = `${core}/20250101000000_a`

  it("are pairs, scripts that nothing takes back, and programs", () => {
    const b = `${core}/20250102000000_b.up`
    assert.deepStrictEqual(
      arranged([`${a}.down.sql`, `${b}.up.sql`, "README.md", `${core}/20250103000000_c.ts`, `${a}.up.sql`]),
      {
        sources: [`a: ${a}.up.sql ${a}.down.sql`, `b.up: ${b}.up.sql`, `c= ${core}/20250103000000_c.ts`],
        problems: []
      }
    )
  })

  it("lack an up script where there is only the other one", () => {
    assert.deepStrictEqual(arranged([`${a}.down.sql`, "etcd/m/20250101000000_x.down.json"]), {
      sources: [],
      problems: [
        `${a}.down.sql: missing up file for migration: ${a}.up.sql`,
        "etcd/m/20250101000000_x.down.json: missing up file for migration: etcd/m/20250101000000_x.up.json"
      ]
    })
  })

  it("that bfm build made stand beside their scripts; alone they are left over", () => {
    const files = [`${a}.up.sql`, `${a}.ts`]
    const pair = [`a: ${a}.up.sql`]
    assert.deepStrictEqual(arranged(files, [`${a}.ts`]), { sources: pair, problems: [] })
    assert.deepStrictEqual(arranged(files), {
      sources: pair,
      problems: [
        `${a}.ts: duplicate: ${a}.up.sql is the same migration, and this module was not generated from it; keep one of them`
      ]
    })
    assert.deepStrictEqual(arranged([`${a}.ts`], [`${a}.ts`]), {
      sources: [],
      problems: [`${a}.ts: ${Layout.orphan}`]
    })
  })

  it("are refused one by one, and each problem is told once", () => {
    assert.deepStrictEqual(arranged(["mysql/core/1_a.up.sql", "mysql/core/1_a.down.sql", `${core}/x.sql`]), {
      sources: [],
      problems: [
        'mysql/: unknown backend "mysql"; known: postgresql, greptimedb, etcd (postgres is accepted too)',
        `${core}/x.sql: invalid filename format (expected: {version}_{name}.up.sql or .down.sql)`
      ]
    })
  })

  it("are the same migration under both names of a backend; the first is kept", () => {
    const other = "postgres/core/20250101000000_a"
    assert.deepStrictEqual(arranged([`${a}.up.sql`, `${other}.ts`]), {
      sources: [`a: ${a}.up.sql`],
      problems: [`${other}.ts: duplicate: ${a}.up.sql is the same migration; keep one of them`]
    })
    assert.deepStrictEqual(arranged([`${other}.ts`, `${a}.up.sql`]).problems, [
      `${a}.up.sql: duplicate: ${other}.ts is the same migration; keep one of them`
    ])
  })

  it.each([
    ["etcd/x/20250101000000_a_etcd.up.json", "etcd/etcd_x/20250101000000_a.up.json"],
    ["etcd/x/20250101000000_a_postgresql_etcd.up.json", "postgresql/etcd_etcd_x/20250101000000_a.up.sql"]
  ])("may meet in one id without being the same: %s", (first, second) => {
    const { problems } = arranged([first, second])
    assert.lengthOf(problems, 1)
    assert.match(problems[0] ?? "", /: duplicate: its id \w+ is also that of \S+; rename one of them$/)
  })
})
