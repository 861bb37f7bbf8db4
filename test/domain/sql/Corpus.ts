/** Scripts that are easy to read wrongly. PostgreSQL parses each of them. */
export const corpus: Readonly<Record<string, string>> = {
  "dollar bodies": `
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  -- it's; $ not the end
  PERFORM $q$ a; $ $$ $q$; /* " */
END;
$fn$;
DO $body$ BEGIN EXECUTE 'select $$1;2$$'; END $body$; SELECT $$$$, $a$$$ ; $a$, a$$b FROM t a$$b;
DO 'begin perform 1; end';
SELECT $Ünï_1$;$Ünï_1$`,
  "BEGIN ATOMIC": `
CREATE OR REPLACE FUNCTION g(a int) RETURNS int LANGUAGE sql BEGIN ATOMIC
  SELECT CASE WHEN a > 0 THEN 1 ELSE CASE a WHEN 1 THEN 2 END END;
  SELECT x.end AS "end" FROM (SELECT 1 AS end) x;
  SELECT 1;;
END;
CREATE PROCEDURE p(INOUT atomic int) BEGIN ATOMIC END; SELECT 1;
CREATE FUNCTION constructor("toString" text) RETURNS int BEGIN ATOMIC SELECT 1; END; SELECT 3;
create function h() returns int begin atomic; return 1; end;
CREATE FUNCTION begin(begin int DEFAULT (1)) RETURNS int RETURN begin; SELECT 2`,
  "BEGIN … END": "BEGIN; SELECT CASE WHEN true THEN 1 END; END; begin work; end transaction;",
  rules: `
CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a WHERE x = ';'; INSERT INTO b VALUES ((1)); ); SELECT 1;
CREATE RULE s AS ON UPDATE TO t DO INSTEAD (;; UPDATE a SET x = 1);`,
  comments: `/* a /* ; nested */ still ' " $$ ; */ SELECT 1 -- one; '
; -- nothing here
;; /**/ ; /* ; */
SELECT /* /*/ */ */ 2 --
; SELECT 3 -- last, without an end`,
  strings: String.raw`
SELECT E'\'', E'\\', 'a\', E'it\'s; \\', 'it''s;', e'--', '/*', N';', b'01', X'1F', U&'d\0061t;a', U&'d!0061' UESCAPE '!';
SELECT 'a' 
  'b;'
'c', E'a\''
'\';'; SELECT '
;
', 'a''
''b';`,
  names: `SELECT "a""b;", "--", "/*", U&"d\\0061;" , a"b" , "a"b, "é;ü", straße.x$1 FROM "x y"."select"; CREATE TABLE "T;" (été int, 名前 text, "😀" int);`,
  operators: `SELECT a-->b
, 1*-2, a@-b, a<->b, a->>'x;', a#>>'{b;c}', a::int, a[1:2], a OPERATOR(pg_catalog.+) b, 2!=-1, @-3, a<=b, f(x=>1), f(x:=1), a*/*;*/b, a+--;
b, a?b, a?|b, a||-b, !!-a; SELECT -+-+1, 4 %-2;`,
  numbers:
    "SELECT 1., .5, 1.5e10, 1e-5, 0x1F, 0o17, 0b101, 1_000_000, 1.e3, a[1:3], 5.0e+3, 1_0.0_1 ; SELECT $1, $23;",
  "line ends": "-- one\r\nSELECT 'a\r\nb';\r\n\r\n-- two\rSELECT 2;\r/* c\r\n */ SELECT\r\n3",
  "braces in strings": `INSERT INTO t VALUES ('{{.Schema}}', '{{ not; ours }}', E'{{', '}}'); SELECT '{{"a":1}}'::jsonb;`,
  unicode: "SELECT '😀;', \"😀\", 'e\u0301' ; SELECT 'ß' AS ſ; -- 😀\nSELECT '𝕊'",
  "schema elements":
    "CREATE SCHEMA s CREATE TABLE t (a int) CREATE VIEW v AS SELECT 1; GRANT SELECT ON s.t TO x;",
  nothing: " ;; -- nothing\n/* at all */ ; ",
  migrations: `
BEGIN;
CREATE TABLE IF NOT EXISTS users (id bigserial PRIMARY KEY, email text NOT NULL DEFAULT ';');
CREATE UNIQUE INDEX CONCURRENTLY ON users (lower(email)) WHERE email <> ';';
INSERT INTO users (email) VALUES ('a;b'), (E'\\';') ON CONFLICT DO NOTHING RETURNING *;
WITH gone AS (DELETE FROM users WHERE id = 1 RETURNING *) SELECT * FROM gone;
COMMENT ON TABLE users IS 'one; two';
ALTER TABLE users ADD COLUMN x numeric(10,2), DROP COLUMN y;
COMMIT;`
}
