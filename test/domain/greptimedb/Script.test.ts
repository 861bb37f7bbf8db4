import { assert, describe, it } from "vitest"
import * as Script from "../../../src/domain/greptimedb/Script.ts"
import * as Checksum from "../../../src/domain/sql/Checksum.ts"
import * as Dialect from "../../../src/domain/sql/Dialect.ts"
import type { Verify } from "../../../src/domain/Verify.ts"
import { twelve } from "../../greptimedb/Twelve.ts"

const texts = (text: string) =>
  Script.analyse(text).units.flatMap(({ statements }) => statements.map(({ text }) => text))

const verify = (text: string): Verify | undefined => Script.analyse(text).units[0]?.verify

const reason = (text: string): string =>
  Script.analyse(text)
    .problems.map(problem => `${problem.line}: ${problem.reason}`)
    .join("\n")

const warnings = (text: string): string => Script.analyse(text).warnings.join("\n")

const table = "CREATE TABLE t (host STRING, ts TIMESTAMP TIME INDEX)"

describe("Script.analyse for GreptimeDB", () => {
  it("makes a unit of each statement, with names in backticks and strings without backslashes", () => {
    const text = "INSERT INTO `a;b` VALUES ('\\');\n-- a;\nDROP TABLE `it's`; /* ; */ SELECT e'\\'"
    assert.deepStrictEqual(texts(text), [
      "INSERT INTO `a;b` VALUES ('\\')",
      "DROP TABLE `it's`",
      "SELECT e'\\'"
    ])
    assert.deepStrictEqual(Script.analyse(text).units[1]?.statements[0]?.line, 3)
    const { mode, units } = Script.analyse(text)
    assert.deepStrictEqual([mode, units.map(({ atomic }) => atomic)], ["journal", [false, false, false]])
    assert.deepStrictEqual(Script.analyse("-- nothing").units, [])
  })

  it("knows edits inside of backticks", () => {
    const sum = (text: string) => Checksum.of("sql", text, Dialect.greptimedb).value
    assert.notStrictEqual(sum("DROP TABLE `a -- b`"), sum("DROP TABLE `a -- c`"))
    assert.strictEqual(sum("DROP  TABLE `a` -- b"), sum("drop table `a`"))
  })

  it("finds nothing wrong with the twelve scripts, and knows what each leaves in the catalog", () => {
    const tags = (statements: ReadonlyArray<string>) =>
      statements.map(text => {
        assert.strictEqual(reason(text), "", text)
        return verify(text)?._tag
      })
    assert.deepStrictEqual(
      twelve.map(({ name, up, down }) => [name, tags(up).join(" "), tags(down).join(" ")]),
      [
        ["database", "Repeatable", "Repeatable"],
        ["tagged_readings", "Repeatable", "Repeatable"],
        ["access_log", "Repeatable", "Repeatable"],
        ["fields", "Repeatable", "ColumnsGone ColumnsGone"],
        ["tag", "Repeatable", "Repeatable RowsWritten Gone Renamed"],
        ["retype", "Repeatable Repeatable", "Repeatable Repeatable"],
        ["options", "Repeatable", "Repeatable Repeatable"],
        ["view", "Repeatable", "Repeatable"],
        ["flow", "Repeatable Repeatable", "Repeatable Repeatable"],
        ["metric_engine", "Repeatable Repeatable", "Repeatable Repeatable"],
        ["seeds", "Repeatable RowsWritten", "Unknown Repeatable"],
        ["rename", "Renamed Repeatable", "Repeatable Renamed"]
      ]
    )
  })

  it.each<readonly [string, Verify]>([
    [table, { _tag: "Made", object: "table", name: "t" }],
    [
      "CREATE TABLE Db.`T` (ts TIMESTAMP TIME INDEX)",
      { _tag: "Made", object: "table", schema: "db", name: "T" }
    ],
    ["CREATE TABLE a LIKE b", { _tag: "Made", object: "table", name: "a" }],
    ["create database D", { _tag: "Made", object: "database", name: "d" }],
    ["CREATE VIEW v AS SELECT a FROM b", { _tag: "Made", object: "view", name: "v" }],
    ["CREATE FLOW f SINK TO t AS SELECT 1", { _tag: "Made", object: "flow", name: "f" }],
    ["DROP TABLE greptime.db.t", { _tag: "Gone", object: "table", names: [{ schema: "db", name: "t" }] }],
    ["DROP TABLE IF EXISTS a, b", { _tag: "Gone", object: "table", names: [{ name: "a" }, { name: "b" }] }],
    [
      "ALTER TABLE t ADD COLUMN a INT, ADD b STRING DEFAULT 'x, y' FIRST, ADD COLUMN IF NOT EXISTS c INT",
      { _tag: "ColumnsMade", table: { name: "t" }, columns: ["a", "b"] }
    ],
    ['ALTER TABLE t DROP COLUMN "A"', { _tag: "ColumnsGone", table: { name: "t" }, columns: ["A"] }],
    ["ALTER TABLE a RENAME b", { _tag: "Renamed", name: "a", to: "b" }],
    ["INSERT INTO t VALUES (1, 2)", { _tag: "RowsWritten", table: { name: "t" } }],
    [
      "REPLACE INTO db.t (a, `B`) VALUES (1, 2)",
      { _tag: "RowsWritten", table: { schema: "db", name: "t" }, columns: ["a", "B"] }
    ],
    ["INSERT INTO t VALUES (1, now())", { _tag: "Unknown" }],
    ["INSERT INTO t SELECT a, b * 10, ts FROM u", { _tag: "RowsWritten", table: { name: "t" } }],
    ["INSERT INTO t (a, b, ts) SELECT a, b * 10, ts FROM T", { _tag: "Unknown" }],
    ["INSERT INTO t SELECT a, b, ts FROM db.`t` WHERE b > 1", { _tag: "Unknown" }],
    ["TRUNCATE TABLE t", { _tag: "Unknown" }],
    ["DELETE FROM t WHERE a = 1", { _tag: "Unknown" }],
    ["CREATE TABLE", { _tag: "Unknown" }],
    ["COPY t FROM '/tmp/x.parquet'", { _tag: "Unknown" }]
  ])("knows how to verify: %s", (text, expected) => {
    assert.deepStrictEqual(verify(text), expected)
  })

  it("says of what can never run where it stands and what to do", () => {
    const text = `${table};\nUPDATE t SET a = 1;\ncreate unique index i on t (host);\nALTER TABLE t RENAME TO u;\nCOMMIT`
    assert.strictEqual(
      reason(text).replaceAll(/: [^\n]*/g, ""),
      "2\n3\n4\n5",
      "one problem for each line but the first"
    )
    assert.match(reason("SELECT 1;\nBEGIN"), /^2: BEGIN: GreptimeDB has no transactions/)
    assert.match(reason("CREATE TABLE t (host STRING)"), /needs one TIMESTAMP column with TIME INDEX/)
    assert.match(
      reason("CREATE TABLE t (a INT, KEY k (a), ts TIMESTAMP TIME INDEX)"),
      /stand behind their column/
    )
    assert.match(
      reason("CREATE TABLE t (a INT AUTO_INCREMENT, ts TIMESTAMP TIME INDEX)"),
      /counts nothing up/
    )
    assert.match(reason("USE other"), /USE reaches no other statement/)
    assert.match(reason("DROP TABLE a CASCADE"), /no CASCADE/)
    assert.strictEqual(reason('CREATE TABLE t ("key" STRING, ts TIMESTAMP TIME INDEX)'), "")
  })

  it("takes a transaction around the whole script off, and says that it does nothing", () => {
    const found = Script.analyse(`BEGIN;\n${table};\nEND;`)
    assert.deepStrictEqual([found.unwrapped, found.problems, found.units.length], [true, [], 1])
    assert.match(found.warnings[0] ?? "", /what ran before a failure stays/)
  })

  it("warns of what does something else than it seems to", () => {
    assert.match(
      warnings(
        'CREATE TABLE t (level STRING, "message" STRING, time TIMESTAMP TIME INDEX, PRIMARY KEY (level))'
      ),
      /^level is a word .* write "level"\ntime is a word .*"time"$/
    )
    assert.match(warnings("DROP TABLE IF EXISTS a, b"), /IF EXISTS a, b can leave some in place/)
    assert.match(
      warnings("INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING"),
      /^ON CONFLICT is read and not obeyed/
    )
    assert.match(warnings("ALTER TABLE t ADD COLUMN c STRING PRIMARY KEY"), /a tag leaves t only when/)
    assert.match(warnings("SET time_zone = 'UTC'"), /reaches no other statement/)
    assert.match(warnings("ALTER TABLE t MODIFY COLUMN c BIGINT"), /values that do not fit read as NULL/)
    assert.strictEqual(warnings("ALTER TABLE t MODIFY COLUMN c SET INVERTED INDEX"), "")
    assert.match(
      warnings("insert into Db.Monitor VALUES ('X')"),
      /takes Db\.Monitor as it is written; .* it is db\.monitor/
    )
    assert.strictEqual(warnings("INSERT INTO monitor SELECT Host FROM t"), "")
    assert.strictEqual(warnings("INSERT INTO monitor (`Host`) VALUES ('X')"), "")
  })

  it("says what a down cannot restore, unless the script made it itself", () => {
    const destructive = (text: string) => Script.analyse(text).destructive
    for (const text of [
      "DROP TABLE t",
      "DROP DATABASE d",
      "TRUNCATE t",
      "ALTER TABLE t DROP COLUMN c",
      "DELETE FROM t",
      "ALTER TABLE t SET 'ttl'='1d'"
    ]) {
      assert.isTrue(destructive(text), text)
      assert.notStrictEqual(warnings(text), "", text)
    }
    for (const text of ["DROP VIEW v", "DROP FLOW f", "DELETE FROM t WHERE a = 1", `${table};DROP TABLE t`]) {
      assert.isFalse(destructive(text), text)
    }
  })

  it("finds the first table and what is about a database", () => {
    assert.strictEqual(Script.firstTable("SELECT 1; ALTER TABLE db.`T` ADD a INT"), "T")
    assert.strictEqual(Script.createdDatabase("CREATE DATABASE IF NOT EXISTS plant WITH (ttl='1d')"), "plant")
    assert.isUndefined(Script.createdDatabase("DROP DATABASE plant"))
    assert.isUndefined(Script.createdDatabase("CREATE DATABASE"))
    assert.isTrue(Script.isAboutDatabase("drop schema x"))
    assert.isFalse(Script.isAboutDatabase("DROP TABLE database"))
  })
})
