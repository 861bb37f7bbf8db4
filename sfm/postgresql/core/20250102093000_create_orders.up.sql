-- Orders belong to users, so the users' table must be there before.
-- bfm-schema: core
-- bfm-depends-on: create_users
-- bfm-requires: table users

-- BfM runs create_users first, also when only this migration is asked for. What it requires is looked for
-- in the database itself, right before the script runs.
CREATE TABLE orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id bigint NOT NULL REFERENCES users (id),
  total numeric(12, 2) NOT NULL CHECK (total >= 0),
  placed_at timestamptz NOT NULL DEFAULT now()
);
