-- What somebody finds who has just come: the invitations that wait for them.

CREATE INDEX invitations_waiting ON cell.invitations (address) WHERE state = 'pending';
CREATE POLICY lookup_reads ON cell.invitations FOR SELECT TO gatehouse_lookup USING (true);
GRANT SELECT (tenant_id, id, address, state, expires_at) ON cell.invitations TO gatehouse_lookup;

GRANT CREATE ON SCHEMA cell TO gatehouse_lookup;
SET LOCAL ROLE gatehouse_lookup;

-- The invitations that wait for an address which the person in scope has proven: where they are, and nothing of what they say. There
-- is no asking for an address by name.
CREATE FUNCTION cell.own_invitations(moment timestamptz, most integer) RETURNS TABLE (tenant uuid, invitation uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT i.tenant_id, i.id
    FROM cell.addresses AS a JOIN cell.invitations AS i ON i.address = a.address
    WHERE a.identity_id = gatehouse.current_identity() AND a.state = 'verified' AND i.state = 'pending'
        AND i.expires_at > moment
    ORDER BY i.id LIMIT most
$$;
GRANT EXECUTE ON FUNCTION cell.own_invitations(timestamptz, integer) TO gatehouse_app;

SET LOCAL ROLE gatehouse_owner;
REVOKE CREATE ON SCHEMA cell FROM gatehouse_lookup;
