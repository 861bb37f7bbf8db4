import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Bfm from "../../src/interfaces/library/Bfm.ts"
import * as Project from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"

/** A project with one migration `20250101000001_it`. */
const one = (text: string) =>
  Effect.tap(Project.make, project => project.write("20250101000001_it.up.sql", text))

const applied = Scenario.id(1, "it")

describe("transaction control", () => {
  it.scopedLive("a COMMIT in the middle is refused with its line, before anything runs", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      project.write("20250101000000_before.up.sql", "CREATE TABLE before (id int);")
      project.write(
        "20250101000001_it.up.sql",
        "CREATE TABLE a (id int);\n\nCOMMIT;\nCREATE TABLE b (id int);\n"
      )
      const [problem, ...more] = yield* Scenario.rejected(project.run(Bfm.up()))
      assert.deepStrictEqual(more, [])
      assert.strictEqual(problem?.line, 3)
      assert.match(problem?.path ?? "", /20250101000001_it\.up\.sql$/)
      assert.match(problem?.reason ?? "", /COMMIT/)
      assert.deepStrictEqual(
        yield* project.query("SELECT tablename FROM pg_tables WHERE schemaname IN ('public', 'bfm')"),
        []
      )
    })
  )

  it.scopedLive("ROLLBACK, SAVEPOINT and an open BEGIN are refused too, all of them at once", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      for (const [n, word] of [
        "ROLLBACK",
        "SAVEPOINT s",
        "BEGIN",
        "ABORT",
        "PREPARE TRANSACTION 'x'"
      ].entries())
        project.write(`${Scenario.named(n, "it")}.up.sql`, `SELECT 1;\n${word};\nSELECT 2;`)
      const problems = yield* Scenario.rejected(project.run(Bfm.up()))
      assert.deepStrictEqual(
        problems.map(({ line }) => line),
        [2, 2, 2, 2, 2]
      )
    })
  )

  it.scopedLive("a transaction around the whole file is taken off, and the plan says so", () =>
    Effect.gen(function* () {
      const texts = [
        "BEGIN;\nCREATE TABLE t0 (id int);\nCOMMIT;",
        "-- first a word\nbegin work;\nCREATE TABLE t1 (id int);\nend;",
        "START TRANSACTION;CREATE TABLE t2 (id int);COMMIT WORK",
        "BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED;\r\nCREATE TABLE t3 (id int);\r\nCOMMIT;\r\n-- done"
      ]
      const project = yield* Project.make
      for (const [n, text] of texts.entries()) project.write(`${Scenario.named(n, "t")}.up.sql`, text)
      const plan = yield* project.run(Bfm.plan())
      assert.deepStrictEqual(
        plan.steps.map(({ unwrapped, units }) => [unwrapped, units[0]?.statements.length]),
        [1, 1, 1, 1].map(length => [true, length])
      )
      assert.strictEqual((yield* Scenario.up(project)).applied.length, 4)
      assert.strictEqual(
        yield* Scenario.count(project, "SELECT count(*) FROM pg_tables WHERE tablename ~ '^t[0-3]$'"),
        4
      )
    })
  )

  it.scopedLive("a failure inside a wrapped file leaves nothing of it", () =>
    Effect.gen(function* () {
      const project = yield* one("BEGIN;\nCREATE TABLE a (id int);\nINSERT INTO nowhere VALUES (1);\nCOMMIT;")
      const failure = yield* Scenario.upFailure(project)
      assert.deepStrictEqual([failure.code, failure.line, failure.column], ["42P01", 3, 13])
      assert.deepStrictEqual(yield* project.query("SELECT FROM pg_tables WHERE tablename = 'a'"), [])
    })
  )

  it.scopedLive("a procedure that commits inside of itself cannot end our transaction", () =>
    Effect.gen(function* () {
      const project = yield* one(
        "CREATE TABLE a (id int);\nCREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;\nCALL p();"
      )
      const failure = yield* Scenario.upFailure(project)
      assert.strictEqual(failure.code, "2D000")
      assert.strictEqual(
        failure.hint,
        "the script runs in one transaction of its own: add the line -- bfm-transaction: none to the up file"
      )
      assert.deepStrictEqual(yield* project.query("SELECT FROM pg_tables WHERE tablename = 'a'"), [])
    })
  )
})

describe("a refusal that BfM knows what to do about", { concurrent: true }, () => {
  for (const [name, text, code, hint] of [
    [
      "a new value of an enum, used at once",
      "ALTER TYPE e ADD VALUE 'b';\nCREATE TABLE t AS SELECT 'b'::e;",
      "55P04",
      "New enum values must be committed before they can be used; use it in a later migration"
    ],
    [
      "a command of its own kind, hidden in a string",
      "DO $$ BEGIN EXECUTE 'CREATE DATABASE hidden'; END $$;",
      "25001",
      "the script runs in one transaction of its own: add the line -- bfm-transaction: none to the up file"
    ],
    [
      "a statement that takes longer than it may",
      "-- bfm-statement-timeout: 20ms\nSELECT pg_sleep(5);",
      "57014",
      "it may take 20ms: change bfm-statement-timeout"
    ]
  ] as const) {
    it.scopedLive(name, () =>
      Effect.gen(function* () {
        const project = yield* one(text)
        yield* project.query("CREATE TYPE e AS ENUM ('a')")
        const failure = yield* Scenario.upFailure(project)
        assert.deepStrictEqual([failure.code, failure.hint], [code, hint])
      })
    )
  }
})

describe("what a file may look like", () => {
  for (const [name, text] of [
    ["empty", ""],
    ["nothing but blanks", " \r\n\t\n"],
    ["a comment", "-- later\n/* perhaps /* nested */ */"],
    ["only semicolons", ";;\n;"],
    ["a byte-order mark alone", "\uFEFF"]
  ] as const) {
    it.scopedLive(`${name}: a step without statements, applied once`, () =>
      Effect.gen(function* () {
        const project = yield* one(text)
        assert.deepStrictEqual((yield* Scenario.up(project)).applied, [applied])
        const again = yield* Scenario.up(project)
        assert.deepStrictEqual([again.applied, again.skipped], [[], [applied]])
      })
    )
  }

  it.scopedLive("a byte-order mark and CRLF do not disturb, neither the script nor its positions", () =>
    Effect.gen(function* () {
      const project = yield* one(
        "\uFEFFCREATE TABLE a (id int);\r\nINSERT INTO a VALUES (1);\r\n\r\n  INSERT INTO a\r\n    SELECT wrong FROM a;\r\n"
      )
      const failure = yield* Scenario.upFailure(project)
      assert.deepStrictEqual([failure.code, failure.line, failure.column], ["42703", 5, 12])
      project.write(
        "20250101000001_it.up.sql",
        "\uFEFFCREATE TABLE a (id int);\r\nINSERT INTO a VALUES (1);\r\n"
      )
      yield* Scenario.up(project)
      assert.strictEqual(yield* Scenario.count(project, "SELECT count(*) FROM a"), 1)
    })
  )

  it.scopedLive("a script of 5 MB runs, and a mistake at its end has its line", () =>
    Effect.gen(function* () {
      const filler = "x; ''y'' ".repeat(110)
      const lines = Array.from({ length: 5_000 }, (_, n) => `INSERT INTO big VALUES (${n}, '${filler}');`)
      const script = `CREATE TABLE big (id int, text text);\n${lines.join("\n")}\n`
      assert.isAbove(script.length, 5_000_000)
      const project = yield* one(`${script}INSERT INTO big SELECT 1, wrong;`)
      const failure = yield* Scenario.upFailure(project)
      assert.deepStrictEqual([failure.code, failure.line, failure.column], ["42703", 5_002, 27])
      project.write("20250101000001_it.up.sql", script)
      yield* Scenario.up(project)
      assert.strictEqual(
        yield* Scenario.count(project, "SELECT count(*) FROM big WHERE length(text) = 770"),
        5_000
      )
    })
  )

  it.scopedLive("dollar quotes, braces in strings, quoted names, strings with backslashes", () =>
    Effect.gen(function* () {
      const project = yield* one(`
CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  -- a ; and a ' that mean nothing
  RETURN $in$it's {{ not }} a template; $b$ $b0$ $bfm$ $in$;
END
$$;
CREATE TABLE "we""ird; ""Name" ("Select" text DEFAULT '{{ "x": {{1}} }}', "a;b" text DEFAULT E'it\\'s; "ok"');
INSERT INTO "we""ird; ""Name" DEFAULT VALUES;
INSERT INTO "we""ird; ""Name" VALUES (f(), '\\');
DO $x$ BEGIN EXECUTE 'CREATE TABLE made (id int)'; END $x$;
CREATE FUNCTION g() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 2 END; END;
`)
      yield* Scenario.up(project)
      assert.deepStrictEqual(yield* project.query(`SELECT * FROM "we""ird; ""Name"`), [
        { Select: '{{ "x": {{1}} }}', "a;b": `it's; "ok"` },
        { Select: "it's {{ not }} a template; $b$ $b0$ $bfm$ ", "a;b": "\\" }
      ])
      assert.deepStrictEqual(
        yield* project.query("SELECT g() AS g, to_regclass('made') IS NOT NULL AS made"),
        [{ g: 2, made: true }]
      )
    })
  )

  it.scopedLive("a script means the same whatever the server thinks of backslashes", () =>
    Effect.gen(function* () {
      const project = yield* one("CREATE TABLE a (t text);\nINSERT INTO a VALUES ('\\'), ('a\\nb');")
      yield* project.query(`ALTER DATABASE ${project.target.name} SET standard_conforming_strings TO off`)
      yield* Scenario.up(project)
      assert.deepStrictEqual(yield* project.query("SELECT t FROM a"), [{ t: "\\" }, { t: "a\\nb" }])
    })
  )

  it.scopedLive("COPY FROM stdin and psql's own commands are refused with their lines", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      project.write(
        "20250101000001_copy.up.sql",
        "CREATE TABLE a (id int);\nCOPY a FROM stdin;\n1\n2\n\\.\nSELECT 1;"
      )
      project.write("20250101000002_psql.up.sql", "SELECT 1;\n\\set x 1\n\\d a\n")
      const problems = yield* Scenario.rejected(project.run(Bfm.up()))
      assert.deepStrictEqual(
        problems.map(({ path = "", line, reason }) => [path.slice(-11), line, reason.split(" ")[0]]),
        [
          ["copy.up.sql", 2, "COPY"],
          ["psql.up.sql", 2, "psql"],
          ["psql.up.sql", 3, "psql"]
        ]
      )
    })
  )

  it.scopedLive("what cannot run in a transaction is refused before anything runs, with the remedy", () =>
    Effect.gen(function* () {
      const project = yield* one("CREATE TABLE a (id int);\nCREATE INDEX CONCURRENTLY i ON a (id);")
      const [problem] = yield* Scenario.rejected(project.run(Bfm.up()))
      assert.strictEqual(problem?.line, 2)
      assert.match(problem?.reason ?? "", /bfm-transaction: none/)
    })
  )
})

describe("where it failed", () => {
  const place = (text: string) =>
    Effect.gen(function* () {
      const { code, line, column, statement } = yield* Scenario.upFailure(yield* one(text))
      return { code, at: `${line}:${column}`, statement }
    })

  it.scopedLive("a syntax error in the third statement", () =>
    Effect.gen(function* () {
      const found = yield* place("CREATE TABLE a (id int);\n\nSELECT 1; SELECT 2\n  , 3 FORM a;\nSELECT 4;")
      assert.deepStrictEqual(found, { code: "42601", at: "4:12", statement: "SELECT 2\n  , 3 FORM a" })
    })
  )

  it.scopedLive(
    "characters beyond the basic plane count as one for the server, and as two in the column",
    () =>
      Effect.gen(function* () {
        const found = yield* place("SELECT 'äöü';\nSELECT '🙂🙂', wrong;")
        assert.deepStrictEqual([found.code, found.at], ["42703", "2:16"])
      })
  )

  it.scopedLive("a unique violation in the second statement, which has no position of its own", () =>
    Effect.gen(function* () {
      const found = yield* place(
        "CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a\n VALUES (1), (1);\nINSERT INTO a VALUES (2);"
      )
      assert.deepStrictEqual(found, {
        code: "23505",
        at: "1:38",
        statement: "INSERT INTO a\n VALUES (1), (1)"
      })
    })
  )

  it.scopedLive("the statement inside a DO block, also when the same text stands elsewhere in the file", () =>
    Effect.gen(function* () {
      const found = yield* place(`CREATE TABLE a (id int PRIMARY KEY);
INSERT INTO a VALUES (1);
DO $$
BEGIN
  INSERT INTO a VALUES (2);
  INSERT INTO a VALUES (1);
END $$;`)
      assert.deepStrictEqual([found.code, found.at], ["23505", "6:3"])
    })
  )

  it.scopedLive("a syntax error in the body of a DO block", () =>
    Effect.gen(function* () {
      const found = yield* place(
        "SELECT 1;\nDO $do$\nBEGIN\n  PERFORM 1;\n  IF true THAN\n  END IF;\nEND $do$;"
      )
      assert.deepStrictEqual([found.code, found.at], ["42601", "6:9"])
    })
  )

  it.scopedLive("a name that does not exist, inside a DO block", () =>
    Effect.gen(function* () {
      const found = yield* place(
        "SELECT 1;\nDO $do$\nBEGIN\n  PERFORM 1;\n  INSERT INTO nowhere\n VALUES (1);\nEND $do$;"
      )
      assert.deepStrictEqual([found.code, found.at], ["42P01", "5:15"])
    })
  )

  it.scopedLive("a function that fails when a later statement calls it: the call", () =>
    Effect.gen(function* () {
      const found = yield* place(`CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
  RETURN 1 / 0;
END $$;
SELECT 1;
SELECT f();`)
      assert.deepStrictEqual([found.code, found.at, found.statement], ["22012", "6:1", "SELECT f()"])
    })
  )

  it.scopedLive("a syntax error in a function's body", () =>
    Effect.gen(function* () {
      const found = yield* place(
        "SELECT 1;\nCREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$\n  SELECT 1\n  FORM x;\n$$;"
      )
      assert.deepStrictEqual([found.code, found.at], ["42601", "4:8"])
    })
  )

  it.scopedLive("a deferred constraint that breaks at COMMIT: no statement is blamed, nothing is left", () =>
    Effect.gen(function* () {
      const project = yield* one(`CREATE TABLE a (id int PRIMARY KEY);
CREATE TABLE b (a int REFERENCES a DEFERRABLE INITIALLY DEFERRED);
INSERT INTO b VALUES (7);`)
      const failure = yield* Scenario.upFailure(project)
      assert.deepStrictEqual([failure.code, failure.line, failure.statement], ["23503", undefined, undefined])
      assert.match(failure.detail ?? "", /7/)
      assert.match(failure.path, /20250101000001_it\.up\.sql$/)
      assert.deepStrictEqual(yield* project.query("SELECT FROM pg_tables WHERE tablename IN ('a', 'b')"), [])
      assert.deepStrictEqual(yield* Scenario.statuses(project), { [applied]: "failed" })
    })
  )

  it.scopedLive("the line is that of the file also behind a template", () =>
    Effect.gen(function* () {
      const project = yield* one("-- bfm-schema: a_rather_long_name\nSELECT '{{.Schema}}';\nSELECT 1, wrong;")
      const failure = yield* Scenario.upFailure(project)
      assert.deepStrictEqual([failure.line, failure.column], [3, 11])
    })
  )

  it.scopedLive("the second of two steps that were sent together", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      const text = (body: string) =>
        `CREATE FUNCTION f%() RETURNS int LANGUAGE plpgsql AS $$\nBEGIN\n  ${body};\nEND $$;`
      for (const [n, body] of ["RETURN 1", "RETURN 1", "RETURN 1", "SELCT 1", "RETURN 1"].entries())
        project.write(`${Scenario.named(n, "f")}.up.sql`, text(body).replace("%", String(n)))
      const failure = yield* Scenario.upFailure(project)
      assert.deepStrictEqual([failure.id, failure.line, failure.column], [Scenario.id(3, "f"), 3, 3])
    })
  )
})
