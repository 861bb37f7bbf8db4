-- The way back: bfm migrate down 20250101120000_create_users
DROP TABLE users;
