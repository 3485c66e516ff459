-- SPDX-License-Identifier: AGPL-3.0-or-later
-- The roles and the database of the portal, for psql as a superuser. May be run again: it changes the passwords.
--
--   psql -d postgres -v owner_password=... -v app_password=... -v network_password=... \
--        -v backup_password=... -f config/roles.sql
--
-- Each role has its own address: portal_app DATABASE_URL, portal_owner DATABASE_OWNER_URL,
-- portal_network DATABASE_NETWORK_URL, portal_backup DATABASE_BACKUP_URL.
\set ON_ERROR_STOP on

-- The owner migrates and nothing else; the application and the network own nothing and obey every policy.
SELECT format('CREATE ROLE %I', name)
FROM unnest(ARRAY['portal_owner', 'portal_app', 'portal_network', 'portal_backup']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec

ALTER ROLE portal_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'owner_password';
ALTER ROLE portal_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'app_password';
ALTER ROLE portal_network LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'network_password';

-- A copy of everything must see every desk: this role reads past the policies and writes nothing.
ALTER ROLE portal_backup LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE BYPASSRLS PASSWORD :'backup_password';
GRANT pg_read_all_data TO portal_backup;
ALTER ROLE portal_backup SET default_transaction_read_only = on;

SELECT 'CREATE DATABASE portal OWNER portal_owner ENCODING ''UTF8'' TEMPLATE template0'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'portal')
\gexec

REVOKE ALL ON DATABASE portal FROM PUBLIC;
GRANT CONNECT ON DATABASE portal TO portal_app, portal_network, portal_backup;

\connect portal
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
