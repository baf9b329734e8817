-- Two roles for the database of Holotype: one changes the tables, one serves. Run once by a superuser, in the
-- database while it is still empty; the passwords come from the environment of psql (15 or newer).
\set ON_ERROR_STOP on
\getenv owner_password OWNER_PASSWORD
\getenv service_password SERVICE_PASSWORD

CREATE ROLE holotype_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE holotype_service LOGIN PASSWORD :'service_password';

REVOKE ALL ON DATABASE :"DBNAME" FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;

-- `holotype db upgrade` makes and changes tables, and its role owns them.
ALTER DATABASE :"DBNAME" OWNER TO holotype_owner;
GRANT USAGE, CREATE ON SCHEMA public TO holotype_owner;

-- The API, the indexer and all other commands read and write rows.
GRANT CONNECT ON DATABASE :"DBNAME" TO holotype_service;
GRANT USAGE ON SCHEMA public TO holotype_service;
ALTER DEFAULT PRIVILEGES FOR ROLE holotype_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO holotype_service;
ALTER DEFAULT PRIVILEGES FOR ROLE holotype_owner IN SCHEMA public
  GRANT USAGE ON SEQUENCES TO holotype_service;
