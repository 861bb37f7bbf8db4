-- The directives of the up file count for both ways.
DROP INDEX CONCURRENTLY orders_user_id;
