-- The database of connection core in docker-compose.dev.yml, beside the one of the state.
CREATE DATABASE core;
