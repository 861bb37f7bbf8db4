-- Who has been here.
CREATE TABLE guests (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  came_at timestamptz NOT NULL DEFAULT now()
);
