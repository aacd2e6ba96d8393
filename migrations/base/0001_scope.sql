-- Scopes, and the one way a table is protected.
-- Runs as gatehouse_owner, in every database that holds a directory or a cell.

-- Functions are nobody's until they are granted (the default would let PUBLIC execute them).
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
SET LOCAL ROLE gatehouse_lookup;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
SET LOCAL ROLE gatehouse_audit;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
SET LOCAL ROLE gatehouse_retention;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
SET LOCAL ROLE gatehouse_owner;

GRANT USAGE ON SCHEMA gatehouse TO gatehouse_app, gatehouse_lookup, gatehouse_audit, gatehouse_sealer,
    gatehouse_export, gatehouse_retention;

-- The tenant of the transaction. Unset or empty is NULL, and NULL sees no row.
CREATE FUNCTION gatehouse.current_tenant() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT nullif(current_setting('gatehouse.tenant', true), '')::uuid $$;

-- The identity of the transaction, likewise.
CREATE FUNCTION gatehouse.current_identity() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT nullif(current_setting('gatehouse.identity', true), '')::uuid $$;

GRANT EXECUTE ON FUNCTION gatehouse.current_tenant(), gatehouse.current_identity()
    TO gatehouse_app, gatehouse_lookup, gatehouse_audit, gatehouse_sealer, gatehouse_export, gatehouse_retention;

-- Gives a table the row security of its class. Grants are written beside each table, column by column.
CREATE PROCEDURE gatehouse.protect(target regclass, class text)
LANGUAGE plpgsql
AS $$
DECLARE
    own constant text := CASE class
        WHEN 'tenant' THEN 'tenant_id = (SELECT gatehouse.current_tenant())'
        WHEN 'identity' THEN 'identity_id = (SELECT gatehouse.current_identity())'
        WHEN 'mirror' THEN 'identity_id = (SELECT gatehouse.current_identity())'
        WHEN 'directory' THEN 'true'
        WHEN 'event' THEN
            'CASE stream_kind WHEN ''t'' THEN (SELECT gatehouse.current_tenant())'
            ' WHEN ''i'' THEN (SELECT gatehouse.current_identity()) END = stream_id'
        END;
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
    IF class IN ('tenant', 'identity', 'directory') THEN
        EXECUTE format('CREATE POLICY app ON %s FOR ALL TO gatehouse_app USING (%s) WITH CHECK (%s)', target, own, own);
    ELSIF class IN ('mirror', 'event') THEN
        EXECUTE format('CREATE POLICY app ON %s FOR SELECT TO gatehouse_app USING (%s)', target, own);
    ELSIF class NOT IN ('flow', 'counter', 'job') THEN
        RAISE EXCEPTION 'unknown table class %', class;
    END IF;
    IF class IN ('flow', 'counter', 'job', 'mirror') THEN
        EXECUTE format('CREATE POLICY lookup ON %s FOR ALL TO gatehouse_lookup USING (true) WITH CHECK (true)', target);
    END IF;
    EXECUTE format('CREATE POLICY export ON %s FOR SELECT TO gatehouse_export USING (true)', target);
    EXECUTE format('GRANT SELECT ON %s TO gatehouse_export', target);
END
$$;

CALL gatehouse.protect('gatehouse.migrations', 'directory');
GRANT SELECT ON gatehouse.migrations TO gatehouse_app;
