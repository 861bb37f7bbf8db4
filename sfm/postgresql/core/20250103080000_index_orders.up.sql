-- An index that is built while people go on ordering. PostgreSQL refuses CONCURRENTLY inside of a
-- transaction, and every migration is one unless it says otherwise:
-- bfm-schema: core
-- bfm-depends-on: create_orders
-- bfm-transaction: none
-- The table that this is about, for --table orders. Otherwise it is the first one that the script creates or
-- alters, and here there is none:
-- bfm-table: orders

-- Without IF NOT EXISTS: a build that is cut short leaves an invalid index behind, which the words would take
-- for a good one. BfM looks, drops it and builds it again.
CREATE INDEX CONCURRENTLY orders_user_id ON orders (user_id);
