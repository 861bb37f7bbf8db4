/** A migration of the contract: its statements up and down, each sent by itself. */
export interface Twelve {
  readonly name: string
  /** `public` for what makes or drops the database. */
  readonly db: string
  readonly up: ReadonlyArray<string>
  readonly down: ReadonlyArray<string>
}

const readings = `(site STRING, device_id STRING, "temp" DOUBLE, humidity DOUBLE DEFAULT 0, firmware STRING, battery DOUBLE DEFAULT 100.0, ts TIMESTAMP(3) TIME INDEX, PRIMARY KEY (site, device_id)) WITH ('merge_mode'='last_non_null','ttl'='365d')`

const columns = `site, device_id, "temp", humidity, firmware, battery, ts`

const plant = (
  name: string,
  up: ReadonlyArray<string>,
  down: ReadonlyArray<string>,
  db = "plant"
): Twelve => ({
  name,
  db,
  up,
  down
})

/** The twelve migration scripts of the contract, in their order. */
export const twelve: ReadonlyArray<Twelve> = [
  plant(
    "database",
    ["CREATE DATABASE IF NOT EXISTS plant WITH (ttl='90d')"],
    ["DROP DATABASE IF EXISTS plant"],
    "public"
  ),
  plant(
    "tagged_readings",
    [
      `CREATE TABLE IF NOT EXISTS readings (
  site STRING, device_id STRING, "temp" DOUBLE, humidity DOUBLE DEFAULT 0, ts TIMESTAMP(3) TIME INDEX,
  PRIMARY KEY (site, device_id)
) ENGINE=mito WITH ('merge_mode'='last_non_null', 'ttl'='365d')`
    ],
    ["DROP TABLE IF EXISTS readings"]
  ),
  plant(
    "access_log",
    [
      `CREATE TABLE IF NOT EXISTS access_log (
  "service" STRING SKIPPING INDEX, "level" STRING INVERTED INDEX,
  "message" STRING FULLTEXT INDEX WITH (analyzer='English', case_sensitive='false'),
  "status" SMALLINT UNSIGNED, "path" STRING, attrs JSON, "time" TIMESTAMP(6) TIME INDEX
) WITH ('append_mode'='true', 'ttl'='14d')`
    ],
    ["DROP TABLE IF EXISTS access_log"]
  ),
  plant(
    "fields",
    [
      "ALTER TABLE readings ADD COLUMN IF NOT EXISTS battery DOUBLE DEFAULT 100.0, ADD COLUMN IF NOT EXISTS firmware STRING AFTER humidity"
    ],
    ["ALTER TABLE readings DROP COLUMN firmware", "ALTER TABLE readings DROP COLUMN battery"]
  ),
  plant(
    "tag",
    ["ALTER TABLE readings ADD COLUMN IF NOT EXISTS line_no STRING DEFAULT 'L0' PRIMARY KEY"],
    [
      `CREATE TABLE IF NOT EXISTS readings_back ${readings}`,
      `INSERT INTO readings_back (${columns}) SELECT ${columns} FROM readings`,
      "DROP TABLE readings",
      "ALTER TABLE readings_back RENAME readings"
    ]
  ),
  plant(
    "retype",
    [
      "ALTER TABLE readings MODIFY COLUMN firmware BIGINT",
      `ALTER TABLE readings MODIFY COLUMN "temp" SET DEFAULT 0.0`
    ],
    [
      `ALTER TABLE readings MODIFY COLUMN "temp" DROP DEFAULT`,
      "ALTER TABLE readings MODIFY COLUMN firmware STRING"
    ]
  ),
  plant(
    "options",
    ["ALTER TABLE readings SET 'ttl'='30d', 'compaction.twcs.time_window'='1d'"],
    ["ALTER TABLE readings SET 'ttl'='365d'", "ALTER TABLE readings UNSET 'compaction.twcs.time_window'"]
  ),
  plant(
    "view",
    [
      `CREATE OR REPLACE VIEW hot_devices AS SELECT site, device_id, "temp", ts FROM readings WHERE "temp" > 80`
    ],
    ["DROP VIEW IF EXISTS hot_devices"]
  ),
  plant(
    "flow",
    [
      "CREATE TABLE IF NOT EXISTS temp_5m (site STRING, max_temp DOUBLE, n BIGINT, win TIMESTAMP(3) TIME INDEX, update_at TIMESTAMP(3), PRIMARY KEY (site))",
      `CREATE FLOW IF NOT EXISTS plant_temp_5m SINK TO temp_5m EXPIRE AFTER '2 hours'::INTERVAL COMMENT 'five minute maxima' AS
  SELECT site, max("temp") AS max_temp, count("temp") AS n, date_bin('5 minutes'::INTERVAL, ts) AS win FROM readings GROUP BY site, win`
    ],
    ["DROP FLOW IF EXISTS plant_temp_5m", "DROP TABLE IF EXISTS temp_5m"]
  ),
  plant(
    "metric_engine",
    [
      "CREATE TABLE IF NOT EXISTS phy_metrics (ts TIMESTAMP(3) TIME INDEX, val DOUBLE) ENGINE=metric WITH ('physical_metric_table'='')",
      "CREATE TABLE IF NOT EXISTS http_requests (ts TIMESTAMP(3) TIME INDEX, val DOUBLE, host STRING PRIMARY KEY) ENGINE=metric WITH ('on_physical_table'='phy_metrics')"
    ],
    ["DROP TABLE IF EXISTS http_requests", "DROP TABLE IF EXISTS phy_metrics"]
  ),
  plant(
    "seeds",
    [
      "CREATE TABLE IF NOT EXISTS limits (site STRING, max_temp DOUBLE, slot TIMESTAMP(3) TIME INDEX, PRIMARY KEY (site)) WITH ('ttl'='forever')",
      "INSERT INTO limits (site, max_temp, slot) VALUES ('north', 80.5, 0), ('south', 75, 0)"
    ],
    [
      "DELETE FROM limits WHERE site IN ('north', 'south') AND slot = 0::timestamp",
      "DROP TABLE IF EXISTS limits"
    ]
  ),
  plant(
    "rename",
    [
      "ALTER TABLE access_log RENAME edge_access_log",
      "COMMENT ON TABLE edge_access_log IS 'edge traffic, append only'"
    ],
    ["COMMENT ON TABLE edge_access_log IS NULL", "ALTER TABLE edge_access_log RENAME access_log"]
  )
]
