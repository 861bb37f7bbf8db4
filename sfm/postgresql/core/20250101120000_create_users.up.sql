-- The first table. It is made in the schema named here; BfM creates the schema if it is not there yet.
-- bfm-schema: core

-- No schema in front of the name: the script runs inside of its schema.
CREATE TABLE users (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email text NOT NULL UNIQUE,
  created_at timestamptz NOT NULL DEFAULT now()
);
