-- Data can be a migration too. Tags say what it is about, and select it:
--   bfm migrate up --tag feature=billing
-- bfm-schema: core
-- bfm-tags: feature=billing, kind=seed

CREATE TABLE plans (
  code text PRIMARY KEY,
  monthly_price numeric(12, 2) NOT NULL
);

-- The table and its rows are committed together, with the record that this was done: all of it, or nothing.
INSERT INTO plans (code, monthly_price) VALUES
  ('free', 0),
  ('team', 29);
