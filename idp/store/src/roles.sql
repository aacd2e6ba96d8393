-- Roles of Gatehouse and what the database grants them. Run by an administrator, once per database and again after an
-- upgrade; it repairs what has drifted. None of these roles can pass row security by.

DO $roles$
DECLARE
    wanted record;
    stray record;
BEGIN
    FOR wanted IN
        SELECT * FROM (VALUES
            ('gatehouse_owner', false),
            ('gatehouse_lookup', false),
            ('gatehouse_audit', false),
            ('gatehouse_retention', false),
            ('gatehouse_migrator', true),
            ('gatehouse_app', true),
            ('gatehouse_sealer', true),
            ('gatehouse_export', true)
        ) AS r (name, login)
    LOOP
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted.name) THEN
                EXECUTE format('CREATE ROLE %I', wanted.name);
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL; -- another database of this server is being set up at the same time
        END;
        IF EXISTS (
            SELECT FROM pg_roles WHERE rolname = wanted.name AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb
                OR rolinherit OR rolreplication OR rolcanlogin <> wanted.login)
        ) THEN
            EXECUTE format('ALTER ROLE %I NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB NOINHERIT NOREPLICATION %s',
                wanted.name, CASE WHEN wanted.login THEN 'LOGIN' ELSE 'NOLOGIN' END);
        END IF;
    END LOOP;

    -- The migrator may become the roles that own things; there is no other membership.
    FOR stray IN
        SELECT m.rolname AS member, g.rolname AS granted
        FROM pg_auth_members AS a
        JOIN pg_roles AS m ON m.oid = a.member
        JOIN pg_roles AS g ON g.oid = a.roleid
        WHERE m.rolname LIKE 'gatehouse\_%' AND NOT (m.rolname = 'gatehouse_migrator' AND g.rolname IN
            ('gatehouse_owner', 'gatehouse_lookup', 'gatehouse_audit', 'gatehouse_retention'))
    LOOP
        EXECUTE format('REVOKE %I FROM %I', stray.granted, stray.member);
    END LOOP;
    FOR wanted IN
        SELECT g.name FROM (VALUES ('gatehouse_owner'), ('gatehouse_lookup'), ('gatehouse_audit'), ('gatehouse_retention'))
            AS g (name)
        WHERE NOT EXISTS (
            SELECT FROM pg_auth_members AS a WHERE a.roleid = g.name::regrole AND a.member = 'gatehouse_migrator'::regrole)
    LOOP
        EXECUTE format('GRANT %I TO gatehouse_migrator', wanted.name);
    END LOOP;

    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO gatehouse_migrator, gatehouse_app, gatehouse_sealer, gatehouse_export',
        current_database());
    EXECUTE format('GRANT CREATE ON DATABASE %I TO gatehouse_owner', current_database());
    REVOKE ALL ON SCHEMA public FROM PUBLIC;

    -- What a request may take at the most, whoever forgets to end it.
    FOR wanted IN
        SELECT * FROM (VALUES
            ('statement_timeout', '10s'), ('lock_timeout', '5s'), ('idle_in_transaction_session_timeout', '15s')
        ) AS s (name, value)
        WHERE NOT EXISTS (
            SELECT FROM pg_db_role_setting AS d WHERE d.setrole = 'gatehouse_app'::regrole AND d.setdatabase = 0
                AND s.name || '=' || s.value = ANY (d.setconfig))
    LOOP
        EXECUTE format('ALTER ROLE gatehouse_app SET %I = %L', wanted.name, wanted.value);
    END LOOP;
END
$roles$;
