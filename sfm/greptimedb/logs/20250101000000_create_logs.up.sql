-- Log lines in GreptimeDB. It has no transactions: BfM records each statement, and goes on after the last
-- one that was done when a run is cut short.
-- bfm-table: app_logs

-- Names such as level and message are words of its SQL: they need their quotes.
CREATE TABLE app_logs (
  ts TIMESTAMP(3) TIME INDEX,
  host STRING,
  "level" STRING,
  "message" STRING,
  PRIMARY KEY (host, "level")
) WITH (ttl = '30d', append_mode = 'true');
