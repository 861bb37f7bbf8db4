-- One table in the schema of every tenant. Which tenants there are, each request says:
--   bfm migrate up --connection core --table settings --schema tenant_a --schema tenant_b
-- It is recorded for each schema separately; without a schema it waits.
-- bfm-schema: dynamic

CREATE TABLE settings (
  key text PRIMARY KEY,
  value jsonb NOT NULL
);

-- {{.Schema}} is filled in before the script is sent.
COMMENT ON TABLE settings IS 'Settings of {{.Schema}}';
