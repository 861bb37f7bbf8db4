DROP INDEX guests_by_name;
