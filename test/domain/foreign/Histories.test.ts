import { assert, describe, it } from "vitest"
import * as Flyway from "../../../src/domain/foreign/Flyway.ts"
import type { Row, Tool } from "../../../src/domain/foreign/Foreign.ts"
import * as Tools from "../../../src/domain/foreign/Tools.ts"

const toolOf = (name: string): Tool => Tools.all.find(tool => tool.name === name) ?? Flyway.tool

/** What a history says of the files in a folder. */
const history = (
  name: string,
  rows: ReadonlyArray<Row>,
  files: ReadonlyArray<string | readonly [name: string, text: string]> = []
) => {
  const tool = toolOf(name)
  const { migrations } = tool.read(
    files.map(file =>
      typeof file === "string" ? { name: file, text: "" } : { name: file[0], text: file[1] }
    )
  )
  const { applied, problems, notes } = tool.history(rows, migrations)
  return { applied: Object.fromEntries(applied), problems, notes }
}
const keys = (...given: Parameters<typeof history>) => Object.keys(history(...given).applied)

describe("the history of golang-migrate", () => {
  const files = ["1_a.up.sql", "002_b.up.sql", "10_c.up.sql"]

  it("counts everything up to its version as applied", () => {
    const found = history("golang-migrate", [{ version: "2", dirty: false }], files)
    assert.deepStrictEqual(found, {
      applied: { "1": {}, "2": {} },
      problems: [],
      notes: ["golang-migrate keeps no times: the time of the import stands in history"]
    })
    assert.deepStrictEqual(keys("golang-migrate", [{ version: 10, dirty: false }], files), ["1", "2", "10"])
  })

  it("says that nothing is applied by no row, and by a version below zero", () => {
    assert.deepStrictEqual(history("golang-migrate", [], files), { applied: {}, problems: [], notes: [] })
    const none = history("golang-migrate", [{ version: "-1", dirty: false }], files)
    assert.deepStrictEqual([none.applied, none.problems], [{}, []])
  })

  it("is not believed when it is dirty, has two rows, or a version that no file has", () => {
    const dirty = history("golang-migrate", [{ version: "2", dirty: true }], files)
    assert.deepStrictEqual([dirty.applied, dirty.notes, dirty.problems.length], [{}, [], 1])
    assert.match(dirty.problems[0] ?? "", /^it is dirty at version 2: .* say migrate force V/)
    assert.lengthOf(history("golang-migrate", [{ version: "0", dirty: false }], files).problems, 1)
    const zero = ["0_a.up.sql", "1_b.up.sql"]
    assert.deepStrictEqual(keys("golang-migrate", [{ version: "0", dirty: false }], zero), ["0"])
    const rows = [
      { version: "3", dirty: false },
      { version: "2", dirty: false }
    ]
    const { problems } = history("golang-migrate", rows, files)
    assert.match(problems.join("\n"), /^it has more than one row.*\nit stands at version 3, .*\(--from\)\?$/)
  })
})

describe("the history of dbmate", () => {
  it("has the versions that are applied, and no times", () => {
    assert.deepStrictEqual(history("dbmate", [{ version: "20250101" }, { version: 7 }]), {
      applied: { "7": {}, "20250101": {} },
      problems: [],
      notes: ["dbmate keeps no times: the time of the import stands in history"]
    })
    assert.deepStrictEqual(history("dbmate", []).notes, [])
  })
})

describe("the history of goose", () => {
  it("is what happened last to each version, in the order of its rows", () => {
    const row = (id: number | string, version: number, applied: boolean, tstamp = "2025-01-01 00:00:00") => ({
      ...{ id, version_id: version, is_applied: applied, tstamp }
    })
    const rows = [
      row("10", 2, true, "2025-01-02 03:04:05"),
      row("9", 2, false),
      row(1, 0, true),
      row(2, 1, true)
    ]
    assert.deepStrictEqual(history("goose", [...rows, row(11, 3, true), row(12, 3, false)]), {
      applied: { "1": { at: Date.UTC(2025, 0, 1) }, "2": { at: Date.UTC(2025, 0, 2, 3, 4, 5) } },
      problems: [],
      notes: []
    })
  })
})

describe("the history of node-pg-migrate", () => {
  it("has the names of files, and their times", () => {
    const rows = [
      { id: 1, name: "1_a", run_on: "2025-01-01 00:00:00+02" },
      { id: 2, name: "2_b", run_on: "2025-01-01T00:00:00Z" },
      { id: 3, name: "3_c", run_on: "2025-01-01T00:00:00-01:30" },
      { id: 4, name: "4_d", run_on: "at some time" },
      { id: 5, name: "5_e", run_on: null }
    ]
    const midnight = Date.UTC(2025, 0, 1)
    assert.deepStrictEqual(history("node-pg-migrate", rows), {
      applied: {
        "1_a": { at: midnight - 7_200_000 },
        "2_b": { at: midnight },
        "3_c": { at: midnight + 5_400_000 },
        "4_d": {},
        "5_e": {}
      },
      problems: [],
      notes: []
    })
  })
})

describe("the history of Flyway", () => {
  const row = (rank: number, version: string | null, more: Row = {}): Row => ({
    ...{ installed_rank: rank, version, description: "the view", type: "SQL", script: `V${version}__x.sql` },
    ...{ checksum: null, installed_on: "2025-01-01 00:00:00", installed_by: "ann", success: true },
    ...more
  })
  const told = { at: Date.UTC(2025, 0, 1), actor: "ann" }

  it("has versions however they are written, what is repeated, and what the texts were", () => {
    const rows = [row(10, "1_1", { checksum: 5 }), row(2, "01.0.0"), row(3, null), row(4, "1.0.2")]
    assert.deepStrictEqual(history("flyway", rows), {
      applied: {
        "1": told,
        "R the view": told,
        "1.0.2": told,
        "1.1": { ...told, checksum: 5 }
      },
      problems: [],
      notes: []
    })
  })

  it("forgets what was undone or deleted, applied again counts, and making the schema is no migration", () => {
    const rows = [
      row(1, null, { type: "SCHEMA", success: false }),
      row(2, "1"),
      row(3, "2"),
      row(4, "3"),
      row(5, "1", { type: "UNDO_SQL" }),
      row(6, "2", { type: "DELETE" }),
      row(10, "1", { installed_by: null, installed_on: null })
    ]
    const found = { applied: { "3": told, "1": {} }, problems: [], notes: [] }
    assert.deepStrictEqual(history("flyway", rows), found)
    // The order is that of the ranks.
    assert.deepStrictEqual(history("flyway", rows.toReversed()), found)
  })

  it("is not believed after a failure", () => {
    const { applied, problems } = history("flyway", [row(1, "1"), row(2, "2", { success: false })])
    assert.deepStrictEqual(Object.keys(applied), ["1"])
    assert.match(problems.join(), /^V2__x\.sql failed: .* say flyway repair/)
  })

  it("counts everything up to a baseline, and nothing that is repeated", () => {
    const files = ["V1__a.sql", "V2__b.sql", "V2.1__c.sql", "R__view.sql"]
    const found = history("flyway", [row(1, "2", { type: "BASELINE" })], files)
    assert.deepStrictEqual(found.applied, { "1": told, "2": told })
    assert.match(found.notes.join(), /^Flyway's baseline 2 counts everything up to it as applied/)
    assert.deepStrictEqual(keys("flyway", [row(1, "2", { type: "SQL_BASELINE" })], files), ["1", "2"])
  })

  it("tells what was edited since: what is repeated is pending again, the rest may differ", () => {
    const files = [
      ["V1__a.sql", "SELECT 1;"],
      ["V2__b.sql", "123456789"],
      ["R__the_view.sql", "SELECT 3;"],
      ["R__same.sql", "123456789"]
    ] as const
    // The check value of CRC-32.
    const same = { checksum: 0xcbf43926 | 0 }
    const rows = [
      row(1, "1", { checksum: 1 }),
      row(2, "2", same),
      row(3, null, { checksum: 1 }),
      row(4, null, { ...same, description: "same" })
    ]
    const found = history("flyway", rows, files)
    assert.deepStrictEqual(Object.keys(found.applied), ["1", "2", "R same"])
    assert.deepStrictEqual(found.notes, [
      "V1__a.sql was edited after Flyway applied it: what is in the database may differ",
      "R__the_view.sql was edited after Flyway applied it last: it is pending"
    ])
    // A migration in Java has no checksum that a file could differ from.
    assert.deepStrictEqual(history("flyway", [row(1, "1")], files).notes, [])
  })
})
