-- Guests are looked up by their name, in any letter case.
-- bfm-depends-on: create_guests
CREATE INDEX guests_by_name ON guests (lower(name));
