import { assert, describe, it } from "vitest"
import type { Unit } from "../../../src/domain/Plan.ts"
import * as Script from "../../../src/domain/sql/Script.ts"

const problems = (text: string, transaction: "own" | "none" = "own") =>
  Script.analyse(text, transaction).problems
const reason = (text: string, transaction: "own" | "none" = "own") =>
  problems(text, transaction)
    .map(problem => problem.reason)
    .join("\n")

describe("Script.analyse in a transaction of its own", () => {
  it.each(["", "-- nothing\n;", "\uFEFF"])("makes one unit of nothing: %j", text => {
    assert.deepStrictEqual(Script.analyse(text, "own"), {
      mode: "transaction",
      units: [{ atomic: true, statements: [] }],
      unwrapped: false,
      problems: [],
      warnings: [],
      destructive: false
    })
  })

  it("makes one unit of all statements, each where it stands", () => {
    assert.deepStrictEqual(Script.analyse("BEGIN;\n  SELECT 1;\nSELECT\n2; COMMIT", "own"), {
      mode: "transaction",
      units: [
        {
          atomic: true,
          statements: [
            { text: "SELECT 1", line: 2, column: 3 },
            { text: "SELECT\n2", line: 3, column: 1 }
          ]
        }
      ],
      unwrapped: true,
      problems: [],
      warnings: [],
      destructive: false
    })
  })

  it("says of every problem where it is, in order", () => {
    const text = "\\set x 1\nSELECT 1;\n\\d\nCOMMIT;\nVACUUM;\nCOPY t FROM stdin;\nSELECT 'a"
    assert.deepStrictEqual(
      problems(text).map(({ line, reason }) => [line, reason.split(" ")[0]]),
      [
        [1, "psql"],
        [3, "psql"],
        [4, "COMMIT:"],
        [5, "VACUUM"],
        [6, "COPY"],
        [7, "this"]
      ]
    )
  })

  it.each([
    ["CREATE INDEX CONCURRENTLY i ON t (a)", "CREATE INDEX CONCURRENTLY"],
    ["create unique /* a */ index\nconcurrently if not exists i on t (a)", "CREATE INDEX CONCURRENTLY"],
    ["CREATE INDEX CONCURRENTLY ON t (a)", "CREATE INDEX CONCURRENTLY"],
    ["DROP INDEX CONCURRENTLY IF EXISTS a, b", "DROP INDEX CONCURRENTLY"],
    ["REINDEX INDEX CONCURRENTLY i", "REINDEX CONCURRENTLY"],
    ["REINDEX (VERBOSE, CONCURRENTLY) TABLE t", "REINDEX CONCURRENTLY"],
    ["REINDEX SYSTEM d", "REINDEX SYSTEM"],
    ["REINDEX DATABASE d", "REINDEX DATABASE"],
    ["REINDEX SCHEMA s", "REINDEX SCHEMA"],
    ["VACUUM (ANALYZE) t", "VACUUM"],
    ["CREATE DATABASE d", "CREATE DATABASE"],
    ["DROP DATABASE IF EXISTS d", "DROP DATABASE"],
    ["ALTER DATABASE d SET TABLESPACE x", "ALTER DATABASE … SET TABLESPACE"],
    ["CREATE TABLESPACE x LOCATION '/x'", "CREATE TABLESPACE"],
    ["DROP TABLESPACE x", "DROP TABLESPACE"],
    ["ALTER SYSTEM SET a = 1", "ALTER SYSTEM"],
    [
      'ALTER TABLE IF EXISTS s."T" DETACH PARTITION p CONCURRENTLY',
      "ALTER TABLE … DETACH PARTITION … CONCURRENTLY"
    ],
    ["CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p", "CREATE SUBSCRIPTION"],
    ["CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p WITH (create_slot = true)", "CREATE SUBSCRIPTION"],
    ["DROP SUBSCRIPTION s", "DROP SUBSCRIPTION"],
    ["ALTER SUBSCRIPTION s REFRESH PUBLICATION", "ALTER SUBSCRIPTION … REFRESH PUBLICATION"],
    ["CLUSTER", "CLUSTER without a table"],
    ["CLUSTER VERBOSE", "CLUSTER without a table"],
    ["DISCARD ALL", "DISCARD ALL"]
  ])("refuses what PostgreSQL refuses there: %s", (text, name) => {
    const expected = `${name} cannot run inside a transaction: add the line -- bfm-transaction: none to the up file`
    assert.deepStrictEqual(problems(`SELECT 1;\n${text};`), [{ line: 2, reason: expected }])
  })

  it.each([
    "REINDEX TABLE t",
    "ANALYZE t",
    "CLUSTER t USING i",
    "DISCARD TEMP",
    "REFRESH MATERIALIZED VIEW CONCURRENTLY v",
    "ALTER DATABASE d SET work_mem = '4MB'",
    "ALTER TABLE t DETACH PARTITION p FINALIZE",
    "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p WITH (connect = false)",
    "ALTER SUBSCRIPTION s SET PUBLICATION p WITH (refresh = false)",
    "CALL p()",
    "DO 'begin end'",
    'CREATE INDEX "concurrently" ON t (a)',
    "COPY t FROM '/x'",
    "COPY t TO stdout",
    "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"
  ])("allows what PostgreSQL allows there: %s", text => {
    assert.deepStrictEqual(problems(text), [])
  })
})

describe("Script.analyse outside of a transaction", () => {
  const unit = (text: string) =>
    Script.analyse(text, "none").units.map(({ atomic, verify }) => ({ atomic, verify }))

  it.each<[string, Unit["verify"]]>([
    ["CREATE INDEX CONCURRENTLY i ON t (a)", { _tag: "IndexBuilt", name: "i" }],
    [
      "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS Idx_A ON ONLY Core.Users USING btree (a)",
      { _tag: "IndexBuilt", schema: "core", name: "idx_a" }
    ],
    ['CREATE INDEX CONCURRENTLY "I ""x" ON "My".t (a)', { _tag: "IndexBuilt", schema: "My", name: 'I "x' }],
    [`CREATE INDEX CONCURRENTLY ${"é".repeat(40)} ON t (a)`, { _tag: "IndexBuilt", name: "é".repeat(31) }],
    ["DROP INDEX CONCURRENTLY IF EXISTS S.I", { _tag: "IndexDropped", schema: "s", name: "i" }],
    ['DROP INDEX CONCURRENTLY "I" CASCADE', { _tag: "IndexDropped", name: "I" }],
    ["VACUUM t", { _tag: "Repeatable" }],
    ["ANALYZE", { _tag: "Repeatable" }],
    ["REINDEX TABLE t", { _tag: "Repeatable" }],
    ["REFRESH MATERIALIZED VIEW CONCURRENTLY v", { _tag: "Repeatable" }],
    ["ALTER SYSTEM RESET ALL", { _tag: "Repeatable" }],
    ["CLUSTER t", { _tag: "Repeatable" }],
    ["DISCARD PLANS", { _tag: "Repeatable" }],
    ["DROP DATABASE IF EXISTS d", { _tag: "Repeatable" }],
    ["DROP DATABASE d", { _tag: "Unknown" }],
    ["CREATE DATABASE d", { _tag: "Unknown" }],
    ["ALTER TABLE IF EXISTS t DETACH PARTITION p CONCURRENTLY", { _tag: "Unknown" }],
    ["CALL p()", { _tag: "Unknown" }],
    ["DO 'begin end'", { _tag: "Unknown" }]
  ])("stands alone, and says how to find out whether it landed: %s", (text, verify) => {
    assert.deepStrictEqual(problems(text, "none"), [])
    assert.deepStrictEqual(unit(text), [{ atomic: false, verify }])
  })

  it.each([
    "CREATE TABLE t (a int)",
    "CREATE INDEX i ON t (a)",
    "DROP INDEX i",
    "INSERT INTO t VALUES (1)",
    "ALTER TYPE e ADD VALUE 'x'",
    "REFRESH MATERIALIZED VIEW v",
    "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p WITH (connect = false)"
  ])("is a transaction of its own: %s", text => {
    assert.deepStrictEqual(unit(text), [{ atomic: true, verify: undefined }])
  })

  it("makes a unit of each statement, and one of each block", () => {
    const text = "SELECT 1; VACUUM; BEGIN; SELECT 2; CALL p(); COMMIT; START TRANSACTION; END; SELECT 3"
    const { units, unwrapped, problems } = Script.analyse(text, "none")
    assert.deepStrictEqual(problems, [])
    assert.isFalse(unwrapped)
    assert.deepStrictEqual(
      units.map(({ atomic, statements }) => [atomic, ...statements.map(statement => statement.text)]),
      [
        [true, "SELECT 1"],
        [false, "VACUUM"],
        [true, "SELECT 2", "CALL p()"],
        [true, "SELECT 3"]
      ]
    )
  })

  it("says when a block was all there is", () => {
    assert.isTrue(Script.analyse("BEGIN; SELECT 1; COMMIT;", "none").unwrapped)
    assert.isFalse(Script.analyse("BEGIN; SELECT 1; COMMIT; BEGIN; SELECT 2; COMMIT;", "none").unwrapped)
  })

  it("has no unit when there is no statement", () => {
    assert.deepStrictEqual(Script.analyse("-- nothing", "none").units, [])
  })

  it.each([
    ["CREATE INDEX CONCURRENTLY ON t (a)", 1, "name the index so that it can be verified"],
    ["DROP INDEX CONCURRENTLY a, b", 1, "drop one index per statement, so that each can be verified"],
    ["SELECT 1;\nCOMMIT", 2, "COMMIT: no BEGIN comes before: take it out"],
    ["SELECT 1;\nSAVEPOINT a", 2, "SAVEPOINT: no BEGIN comes before: take it out"],
    ["BEGIN;\nSELECT 1", 1, "BEGIN: no COMMIT follows"],
    ["BEGIN;\nBEGIN;\nCOMMIT", 2, "BEGIN: a BEGIN … COMMIT block is one step, done or not done: take it out"],
    [
      "BEGIN;\nSAVEPOINT a;\nCOMMIT",
      2,
      "SAVEPOINT: a BEGIN … COMMIT block is one step, done or not done: take it out"
    ],
    ["BEGIN;\nVACUUM;\nCOMMIT", 2, "VACUUM cannot run inside a transaction: put it outside of BEGIN … COMMIT"]
  ])("refuses %j", (text, line, reason) => {
    assert.deepStrictEqual(problems(text, "none"), [{ line, reason }])
  })

  it("refuses psql commands and data on standard input as well", () => {
    assert.match(reason("\\copy t from x", "none"), /^psql commands are not SQL/)
    assert.match(reason("SET standard_conforming_strings = off", "none"), /^standard_conforming_strings/)
    assert.match(reason("COPY t (a) FROM STDIN WITH CSV;\n1\n\\.\n", "none"), /^COPY … FROM stdin/)
  })
})

describe("Script.firstTable", () => {
  it.each([
    ["CREATE TABLE users (id int)", "users"],
    ["create temp table if not exists Users (id int)", "users"],
    ["CREATE UNLOGGED TABLE core.users (id int)", "users"],
    ["CREATE GLOBAL TEMPORARY TABLE users (id int)", "users"],
    ["CREATE FOREIGN TABLE users (id int) SERVER s", "users"],
    ['CREATE TABLE "Core"."Us""ers" (id int)', 'Us"ers'],
    ["CREATE TABLE {{.Schema}}.users (id int)", "users"],
    [
      "-- CREATE TABLE a\n/* CREATE TABLE b */ SELECT 'CREATE TABLE c'; ALTER TABLE IF EXISTS ONLY \"d\" ADD x int",
      "d"
    ],
    ["DO $$ CREATE TABLE a (); $$; CREATE SCHEMA s; ALTER TABLE s.t ADD x int; CREATE TABLE u ()", "t"],
    ["CREATE TABLE x AS SELECT 1", "x"],
    ["CREATE INDEX ON table_1 (a)", undefined],
    ["DROP TABLE users", undefined],
    ["COMMENT ON TABLE users IS 'x'", undefined],
    ["ALTER TABLE ALL IN TABLESPACE a SET TABLESPACE b", undefined],
    ["", undefined]
  ])("of %j is %j", (text, table) => {
    assert.strictEqual(Script.firstTable(text), table)
  })
})
