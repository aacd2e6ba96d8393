-- The end of an account: asked for, waited for, and what stays of it then.

-- When the person is to be deleted; empty unless that was asked for.
ALTER TABLE cell.identities ADD COLUMN delete_at timestamptz;
CREATE INDEX identities_ending ON cell.identities (delete_at) WHERE delete_at IS NOT NULL;
GRANT UPDATE (delete_at) ON cell.identities TO gatehouse_app;
GRANT SELECT (delete_at) ON cell.identities TO gatehouse_lookup;

-- What a deleted person is known by is wiped; the rows stay, because others refer to them.
GRANT UPDATE (device, network) ON cell.sessions TO gatehouse_app;
GRANT UPDATE (address, typed) ON cell.addresses TO gatehouse_lookup;
GRANT UPDATE (address, typed, details) ON cell.address_evidence TO gatehouse_lookup;
CREATE POLICY lookup_erases ON cell.address_evidence FOR UPDATE TO gatehouse_lookup USING (true) WITH CHECK (true);
ALTER TABLE cell.address_evidence DROP CONSTRAINT address_evidence_method_check;
ALTER TABLE cell.address_evidence ADD CONSTRAINT address_evidence_method_check CHECK (CASE state
    WHEN 'claimed' THEN method IN ('typed', 'import', 'operator')
    WHEN 'pending' THEN method = 'proof_sent'
    WHEN 'verified' THEN method IN ('mailbox', 'dev')
    WHEN 'stale' THEN method = 'mail_refused'
    WHEN 'retired' THEN method IN ('released', 'evicted', 'superseded', 'unproven', 'deleted') END);

-- Erasure: the key under which a stream in scope says something of the person in scope. The records stay and say it to nobody.
CREATE POLICY erase ON audit.subject_keys FOR DELETE TO gatehouse_app USING (
    CASE stream_kind WHEN 't' THEN (SELECT gatehouse.current_tenant())
        WHEN 'i' THEN (SELECT gatehouse.current_identity()) END = stream_id
    AND subject = (SELECT gatehouse.current_identity()));
GRANT DELETE ON audit.subject_keys TO gatehouse_app;

-- A link that is about no address keeps an account that is to be deleted.
ALTER TABLE cell.undos ALTER COLUMN old_address DROP NOT NULL, ALTER COLUMN new_address DROP NOT NULL,
    ADD CONSTRAINT undos_about CHECK ((old_address IS NULL) = (new_address IS NULL));

GRANT CREATE ON SCHEMA cell TO gatehouse_lookup;
SET LOCAL ROLE gatehouse_lookup;

-- Keeps a link that keeps the account of the person in scope.
CREATE FUNCTION cell.undo_put_deletion(token bytea, moment timestamptz, until timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM cell.identities AS i
        WHERE i.identity_id = gatehouse.current_identity() AND i.delete_at IS NOT NULL) THEN
        RAISE EXCEPTION 'an account is kept in the scope of its person' USING ERRCODE = '42501';
    END IF;
    DELETE FROM cell.undos WHERE digest IN (
        SELECT u.digest FROM cell.undos AS u WHERE u.expires_at <= moment LIMIT 100 FOR UPDATE SKIP LOCKED);
    INSERT INTO cell.undos (digest, identity_id, done_at, expires_at)
    VALUES (token, gatehouse.current_identity(), moment, until);
END
$$;

-- Makes the links that keep the account of the person in scope worthless; how many there were.
CREATE FUNCTION cell.undo_void_deletion() RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH gone AS (
        DELETE FROM cell.undos AS u WHERE u.identity_id = gatehouse.current_identity() AND u.old_address IS NULL
        RETURNING 1
    )
    SELECT count(*) FROM gone
$$;

-- People whose time is over.
CREATE FUNCTION cell.deletions_due(moment timestamptz, batch integer) RETURNS TABLE (identity uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT i.identity_id FROM cell.identities AS i
    WHERE i.delete_at <= moment AND i.status = 'active' ORDER BY i.delete_at LIMIT batch
$$;

-- Lets go of every address of the person in scope, who is deleted in this transaction. What was proven is kept from others until
-- then, as a keyed hash; of the address itself, and of all that was ever this person's, nothing stays.
CREATE FUNCTION cell.erase_addresses(
    ids uuid[], marks bytea[], evidence uuid[], moment timestamptz, free timestamptz
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    who constant uuid := gatehouse.current_identity();
BEGIN
    IF NOT EXISTS (SELECT FROM cell.identities AS i WHERE i.identity_id = who AND i.status = 'deleted') THEN
        RAISE EXCEPTION 'whoever stays keeps the addresses' USING ERRCODE = '42501';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended(who::text, 0));
    IF EXISTS (SELECT FROM cell.addresses AS a
        WHERE a.identity_id = who AND a.state <> 'retired' AND a.id <> ALL (ids)) THEN
        RAISE EXCEPTION 'an address was added meanwhile' USING ERRCODE = '40001';
    END IF;
    INSERT INTO cell.released_addresses AS r (mark, identity_id, free_at)
    SELECT u.mark, who, free FROM unnest(ids, marks) AS u (id, mark)
    JOIN cell.addresses AS a ON a.identity_id = who AND a.id = u.id AND a.state IN ('verified', 'stale')
    ON CONFLICT (mark, identity_id) DO UPDATE SET free_at = greatest(r.free_at, free);
    PERFORM cell.note_evidence(who, a.id, u.row, 'retired', 'deleted', '{}', moment)
    FROM unnest(ids, evidence) AS u (id, row)
    JOIN cell.addresses AS a ON a.identity_id = who AND a.id = u.id AND a.state <> 'retired';
    UPDATE cell.addresses AS a SET state = 'retired', moved_at = CASE a.state WHEN 'retired' THEN a.moved_at ELSE moment END,
        is_primary = false, refused_at = NULL, address = '', typed = ''
    WHERE a.identity_id = who;
    UPDATE cell.address_evidence AS e SET address = '', typed = '', details = '{}' WHERE e.identity_id = who;
    DELETE FROM cell.mailbox_proofs AS p WHERE p.identity_id = who;
    DELETE FROM cell.undos AS u WHERE u.identity_id = who;
END
$$;

GRANT EXECUTE ON FUNCTION
    cell.undo_put_deletion(bytea, timestamptz, timestamptz),
    cell.undo_void_deletion(),
    cell.deletions_due(timestamptz, integer),
    cell.erase_addresses(uuid[], bytea[], uuid[], timestamptz, timestamptz)
    TO gatehouse_app;

SET LOCAL ROLE gatehouse_owner;
REVOKE CREATE ON SCHEMA cell FROM gatehouse_lookup;
