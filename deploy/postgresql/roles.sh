#!/bin/sh
# Run once by the database's image. Who the programs sign in as is a member of the role that `clearance db grant` gives
# its rights to, and owner of nothing.
set -eu
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
  -v password="$(cat /run/secrets/database_web_password)" <<'SQL'
CREATE ROLE clearance_app NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
CREATE ROLE clearance_web LOGIN PASSWORD :'password' IN ROLE clearance_app;
SQL
