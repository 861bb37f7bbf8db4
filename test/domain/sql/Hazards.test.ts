import { assert, describe, it } from "vitest"
import * as Script from "../../../src/domain/sql/Script.ts"

const look = (text: string) => {
  const { warnings, destructive } = Script.analyse(text, "none")
  return { warnings, destructive }
}
const short = "takes ACCESS EXCLUSIVE on t (short)"

describe("Hazards", () => {
  it.each([
    ["ALTER TABLE t ADD COLUMN a int", [short]],
    ["ALTER TABLE t ADD a timestamptz NOT NULL DEFAULT now()", [short]],
    ["ALTER TABLE t RENAME TO u", [short]],
    ["ALTER TABLE t DROP CONSTRAINT c", [short]],
    ["ALTER TABLE t ALTER a SET DEFAULT 1, ALTER b DROP NOT NULL", [short]],
    ['ALTER TABLE core."T x" ADD a int', ['takes ACCESS EXCLUSIVE on core."T x" (short)']],
    [
      "ALTER TABLE t ADD a uuid DEFAULT gen_random_uuid()",
      ["ADD COLUMN a rewrites t: its default is computed for each row"]
    ],
    [
      "ALTER TABLE t ADD COLUMN a bigserial",
      ["ADD COLUMN a rewrites t: its default is computed for each row"]
    ],
    ["ALTER TABLE t ADD a int NOT NULL", ["ADD COLUMN a NOT NULL without DEFAULT fails when t has rows"]],
    ["ALTER TABLE t ALTER COLUMN a TYPE bigint", ["ALTER COLUMN a TYPE rewrites t"]],
    [
      "ALTER TABLE t ALTER a SET DATA TYPE numeric(10,2) USING a::numeric, ADD b int",
      ["ALTER COLUMN a TYPE rewrites t", short]
    ],
    ["ALTER TABLE t ALTER COLUMN a SET NOT NULL", ["SET NOT NULL on a scans t"]],
    [
      "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES u (id)",
      ["ADD FOREIGN KEY without NOT VALID scans t and blocks writes to it and to u"]
    ],
    [
      "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u (id) NOT VALID",
      ["takes SHARE ROW EXCLUSIVE on t and u (short)"]
    ],
    [
      "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)",
      ["ADD CHECK without NOT VALID scans t under ACCESS EXCLUSIVE"]
    ],
    ["ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID", [short]],
    ["ALTER TABLE t ADD CONSTRAINT c PRIMARY KEY USING INDEX i", [short]],
    ["ALTER TABLE t SET (fillfactor = 70), VALIDATE CONSTRAINT c", []],
    ["ALTER TABLE t SET UNLOGGED", ["rewrites t under ACCESS EXCLUSIVE"]],
    ["CREATE INDEX i ON t (a)", ["CREATE INDEX without CONCURRENTLY blocks writes to t while it builds"]],
    [
      "CREATE UNIQUE INDEX IF NOT EXISTS i ON ONLY t USING gin (a)",
      ["CREATE INDEX without CONCURRENTLY blocks writes to t while it builds"]
    ],
    ["CREATE INDEX ON t (a)", ["CREATE INDEX without CONCURRENTLY blocks writes to t while it builds"]],
    ["CREATE INDEX CONCURRENTLY i ON t (a)", []],
    ["CREATE TABLE t PARTITION OF u FOR VALUES IN (1)", ["takes ACCESS EXCLUSIVE on u (short)"]],
    ["VACUUM FULL t", ["VACUUM FULL rewrites t under ACCESS EXCLUSIVE"]],
    ["VACUUM (VERBOSE, FULL) t", ["VACUUM FULL rewrites t under ACCESS EXCLUSIVE"]],
    ["VACUUM (VERBOSE) t", []],
    ["INSERT INTO t VALUES (1); SELECT 1; GRANT SELECT ON t TO u; COMMENT ON TABLE t IS 'DROP TABLE t'", []],
    ["DELETE FROM t WHERE a = 1", []],
    ["UPDATE t SET a = 1 WHERE b IN (SELECT 1)", []],
    ["INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 2", []],
    ["WITH x AS (SELECT 1) SELECT * FROM x FOR UPDATE", []],
    ["WITH x AS (DELETE FROM t WHERE a = 1 RETURNING *) INSERT INTO u SELECT * FROM x", []],
    ["WITH delete AS (SELECT 1) UPDATE t SET a = 1 FROM delete WHERE true", []]
  ])("warns of %s, where nothing is lost", (text, warnings) => {
    assert.deepStrictEqual(look(text), { warnings, destructive: false })
  })

  it.each([
    ["DROP TABLE IF EXISTS a, core.b CASCADE", "DROP TABLE loses a, core.b and its rows"],
    ["ALTER TABLE t DROP COLUMN IF EXISTS a", "DROP COLUMN loses a of t"],
    ["ALTER TABLE t DROP a", "DROP COLUMN loses a of t"],
    ['ALTER TABLE t DROP "constraint"', "DROP COLUMN loses constraint of t"],
    ["DROP SCHEMA s CASCADE", "DROP SCHEMA loses s"],
    ["TRUNCATE a, b RESTART IDENTITY", "TRUNCATE loses the rows of a, b"],
    ["DELETE FROM t", "DELETE without WHERE loses the rows of t"],
    ["DELETE FROM ONLY t USING (SELECT 1 WHERE true) x", "DELETE without WHERE loses the rows of t"],
    ["UPDATE t SET a = (SELECT 1 WHERE true)", "UPDATE without WHERE overwrites every row of t"],
    [
      "WITH x AS (DELETE FROM t RETURNING *) INSERT INTO u SELECT * FROM x",
      "DELETE without WHERE loses the rows of t"
    ],
    ["WITH x AS (SELECT 1) UPDATE t AS y SET a = 1", "UPDATE without WHERE overwrites every row of t"],
    ["WITH x AS (SELECT a FROM u WHERE b) DELETE FROM t USING x", "DELETE without WHERE loses the rows of t"],
    [
      "WITH RECURSIVE x (a) AS NOT MATERIALIZED (WITH y AS (UPDATE t SET a = 1 RETURNING *) SELECT * FROM y) SELECT * FROM x WHERE a = 1",
      "UPDATE without WHERE overwrites every row of t"
    ],
    ["WITH update AS (SELECT 1) DELETE FROM t", "DELETE without WHERE loses the rows of t"],
    ["DROP TYPE e CASCADE", "DROP … CASCADE loses the columns that use e"],
    ["DROP DATABASE d", "DROP DATABASE loses d"],
    ["DROP OWNED BY u", "DROP OWNED loses everything that the role owns"]
  ])("says what %s loses", (text, warning) => {
    assert.deepStrictEqual(look(text), { warnings: [warning], destructive: true })
  })

  it("does not mind what is done to a table that the script itself created", () => {
    const text = `CREATE TABLE core.t (a int); CREATE INDEX ON core.t (a); ALTER TABLE core.t ADD b int;
      UPDATE core.t SET a = 1; CREATE TEMP TABLE u AS SELECT 1; DROP TABLE u, core.t`
    assert.deepStrictEqual(look(text), { warnings: [], destructive: false })
  })

  it("minds it when the table may have been there before, or is another one", () => {
    assert.isTrue(look("CREATE TABLE IF NOT EXISTS t (a int); DELETE FROM t").destructive)
    assert.isTrue(look("CREATE TEMP TABLE u (); DROP TABLE u, t").destructive)
    assert.isTrue(look("DROP TABLE t; CREATE TABLE t ()").destructive)
    assert.deepStrictEqual(look("CREATE TABLE IF NOT EXISTS t (a int); CREATE INDEX ON t (a)").warnings, [])
  })

  it.each([
    "CREATE TABLE t (); DROP TABLE t; DROP TABLE IF EXISTS t",
    "CREATE TABLE t (); ALTER TABLE t RENAME TO u; ALTER TABLE v RENAME TO t; DROP TABLE t",
    "CREATE TABLE s.t (); ALTER TABLE s.t SET SCHEMA u; ALTER TABLE v.t SET SCHEMA s; DELETE FROM s.t",
    "CREATE TABLE t (); SET search_path TO other; DELETE FROM t",
    "CREATE TABLE t (); SELECT pg_catalog.set_config('search_path', 'other', false); DELETE FROM t"
  ])("minds it when the name means another table by then: %s", text => {
    assert.isTrue(look(text).destructive)
  })

  it("goes on not minding it under the table's new name", () => {
    const text =
      "CREATE TABLE s.t_new (a int); ALTER TABLE s.t_new RENAME TO t; CREATE INDEX ON s.t (a); DELETE FROM s.t"
    assert.deepStrictEqual(look(text), { warnings: [], destructive: false })
  })

  it("says each sentence once", () => {
    assert.deepStrictEqual(look("ALTER TABLE t ADD a int; ALTER TABLE t ADD b int").warnings, [short])
  })

  it("looks into the transaction around a script", () => {
    assert.isTrue(Script.analyse("BEGIN; DROP TABLE t; COMMIT", "own").destructive)
  })

  it("knows names as the server does: folded, unquoted, and cut at 63 bytes", () => {
    const loses = (name: string) => look(`DROP TABLE ${name}`).warnings.join()
    const said = (name: string) => `DROP TABLE loses ${name} and its rows`
    const [long, wide] = ["n".repeat(63), "ü".repeat(31)]
    assert.strictEqual(loses("Core.USERS"), said("core.users"))
    assert.strictEqual(loses('db.core."Us""ers"'), said('core."Us""ers"'))
    assert.strictEqual(loses('"users"'), said("users"))
    assert.strictEqual(loses('"1a", "a-b", a$1, _b'), said('"1a", "a-b", a$1, _b'))
    assert.deepStrictEqual([loses(long), loses(`${long}X`)], [said(long), said(long)])
    assert.deepStrictEqual([loses(`${wide}a`), loses(`${wide}ü`)], [said(`${wide}a`), said(wide)])
    assert.strictEqual(loses(`"${wide}aü"`), said(`${wide}a`))
    assert.strictEqual(loses("ÄB"), said("Äb"))
    assert.strictEqual(loses('u&"d\\0061t\\+000061""\\\\b"'), said('"data""\\b"'))
    assert.strictEqual(
      loses(`U&"d!0061t" UESCAPE '!'.U&"!!b\\0061" uescape '!', c`),
      said('dat."!b\\0061", c')
    )
    assert.isFalse(look(`CREATE TABLE ${long}1 (); DROP TABLE ${long}2`).destructive)
    assert.isTrue(look(`CREATE TABLE ${wide} (); DROP TABLE ${wide}a`).destructive)
  })
})
