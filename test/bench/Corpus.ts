import * as fs from "node:fs"
import * as path from "node:path"

/** The same thousand changes for every contestant: a table with a primary key, and an index. */
export interface Change {
  readonly version: string
  readonly name: string
  readonly table: string
  readonly index: string
}

export const changes = (count: number): ReadonlyArray<Change> =>
  Array.from({ length: count }, (_, at) => {
    const name = `t${String(at + 1).padStart(5, "0")}`
    return {
      version: String(20240101000000 + at),
      name: `create_${name}`,
      table: `CREATE TABLE ${name} (\n  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n  name text NOT NULL,\n  created_at timestamptz NOT NULL DEFAULT now()\n);`,
      index: `CREATE INDEX ${name}_name ON ${name} (name);`
    }
  })

export const schema = "app"

/** An SFM directory with an up and a down script each. */
export const writeSfm = (directory: string, all: ReadonlyArray<Change>): void => {
  const place = path.join(directory, "postgresql", "core")
  fs.mkdirSync(place, { recursive: true })
  for (const { version, name, table, index } of all) {
    fs.writeFileSync(path.join(place, `${version}_${name}.up.sql`), `${table}\n${index}\n`)
    fs.writeFileSync(path.join(place, `${version}_${name}.down.sql`), `DROP TABLE ${name.slice(7)};\n`)
  }
}

/** dbmate's format: both directions in one file. */
export const writeDbmate = (directory: string, all: ReadonlyArray<Change>): void => {
  fs.mkdirSync(directory, { recursive: true })
  for (const { version, name, table, index } of all) {
    const text = `-- migrate:up\n${table}\n${index}\n\n-- migrate:down\nDROP TABLE ${name.slice(7)};\n`
    fs.writeFileSync(path.join(directory, `${version}_${name}.sql`), text)
  }
}

/** node-pg-migrate's format: both directions in one file. */
export const writeNodePgMigrate = (directory: string, all: ReadonlyArray<Change>): void => {
  fs.mkdirSync(directory, { recursive: true })
  for (const { version, name, table, index } of all) {
    const text = `-- Up Migration\n${table}\n${index}\n\n-- Down Migration\nDROP TABLE ${name.slice(7)};\n`
    fs.writeFileSync(path.join(directory, `${version}_${name}.sql`), text)
  }
}

/** Of Liquibase, in its directory. */
export const liquibaseChangelog = "changelog.yaml"

/** Liquibase's format for SQL, a change set in each file, and the changelog that takes them all. */
export const writeLiquibase = (directory: string, all: ReadonlyArray<Change>): void => {
  fs.mkdirSync(path.join(directory, "changes"), { recursive: true })
  fs.writeFileSync(
    path.join(directory, liquibaseChangelog),
    "databaseChangeLog:\n  - includeAll:\n      path: changes/\n      relativeToChangelogFile: true\n"
  )
  for (const { version, name, table, index } of all) {
    const text = `--liquibase formatted sql\n--changeset bench:${version}\n${table}\n${index}\n--rollback DROP TABLE ${name.slice(7)};\n`
    fs.writeFileSync(path.join(directory, "changes", `${version}_${name}.sql`), text)
  }
}

const ledger = `SET client_min_messages TO warning;
CREATE SCHEMA bfm;
CREATE TABLE bfm.ledger (
  migration_id text NOT NULL, connection text NOT NULL, schema text NOT NULL, version text NOT NULL,
  name text NOT NULL, state text NOT NULL CHECK (state IN ('applied','running')),
  direction text NOT NULL CHECK (direction IN ('up','down')), checksum_algorithm integer NOT NULL,
  checksum text NOT NULL, source_hash text NOT NULL, units_done integer NOT NULL DEFAULT 0,
  done_hash text NOT NULL DEFAULT '', doubt text, run_id text NOT NULL, actor text NOT NULL,
  method text NOT NULL, applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (migration_id, schema)
);
CREATE SCHEMA ${schema};
`

/** One SQL file for psql: each change in its own transaction, with a ledger row as bfm writes one. */
export const psqlScript = (all: ReadonlyArray<Change>): string =>
  ledger +
  all
    .map(({ version, name, table, index }) => {
      const hash = (name + version).padEnd(64, "0")
      const values = [
        ...[`${version}_${name}_postgresql_core`, "core", schema, version, name, "applied", "up"],
        ...[1, hash, hash, "01HF00000000000000000000BF", "bench", "cli"]
      ]
      return `BEGIN;
SET LOCAL search_path TO ${schema}, public;
SET LOCAL lock_timeout TO '5s';
${table}
${index}
INSERT INTO bfm.ledger (migration_id, connection, schema, version, name, state, direction, checksum_algorithm, checksum, source_hash, run_id, actor, method) VALUES (${values.map(value => (typeof value === "number" ? value : `'${value}'`)).join(", ")});
COMMIT;
`
    })
    .join("")
