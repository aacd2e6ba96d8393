-- What a change was judged by is read again in the transaction that makes it.

-- The person in scope's turn, and then the person's row: everywhere in this order, because what proves, releases and prefers addresses
-- takes the turn too. With a session it answers whether that session still lives under the epoch that it was let in by; without one,
-- whether the person is active. Each statement sees what was committed while the one before it waited.
CREATE FUNCTION cell.person_lock(session uuid, seen integer) RETURNS boolean
LANGUAGE plpgsql
AS $$
DECLARE
    stands text;
    now_at integer;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(gatehouse.current_identity()::text, 0));
    SELECT i.status, i.epoch INTO stands, now_at FROM identities AS i FOR NO KEY UPDATE;
    IF stands IS DISTINCT FROM 'active' THEN
        RETURN false;
    END IF;
    RETURN session IS NULL OR (now_at = seen
        AND EXISTS (SELECT FROM sessions AS s WHERE s.id = session AND s.ended_at IS NULL));
END
$$;
GRANT EXECUTE ON FUNCTION cell.person_lock(uuid, integer) TO gatehouse_app;

-- As before; `old_secret` is what the password was judged by, and a session is opened by nothing else.
CREATE OR REPLACE FUNCTION cell.session_open(
    tenant uuid, opened jsonb, renews boolean, old_secret text, new_secret text,
    old_handle bytea, new_handle bytea, new_browser uuid, mark bytea, until timestamptz,
    flow bytea, flow_browser bytea, expected integer, content jsonb, moment timestamptz,
    counter_keys bytea[], counter_windows integer[],
    stream_kinds text[], stream_ids uuid[], event_ids uuid[], event_kinds text[], event_bodies bytea[], notice jsonb
) RETURNS integer
LANGUAGE plpgsql
AS $$
DECLARE
    s sessions;
    before timestamptz;
    fallen record;
    revision integer;
BEGIN
    revision := flow_save(flow, flow_browser, expected, tenant, content, moment);
    IF revision IS NULL THEN
        RETURN NULL;
    END IF;
    s := jsonb_populate_record(NULL::sessions, opened);
    PERFORM set_config('gatehouse.tenant', coalesce(tenant::text, ''), true),
        set_config('gatehouse.identity', s.identity_id::text, true);
    -- First the credential, then sessions, as whoever sets another password takes them.
    SELECT c.last_used_at INTO before FROM credentials AS c
    WHERE c.id = s.credential_id AND c.secret = old_secret
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the password is another one meanwhile' USING ERRCODE = 'serialization_failure';
    END IF;
    IF renews THEN
        UPDATE sessions SET auth_time = s.auth_time, amr = s.amr, acr = s.acr, credential_id = s.credential_id,
            last_seen_at = s.last_seen_at, absolute_end = greatest(absolute_end, s.absolute_end),
            idle_end = least(s.idle_end, greatest(absolute_end, s.absolute_end))
        WHERE id = s.id AND ended_at IS NULL;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'the session ended meanwhile' USING ERRCODE = 'serialization_failure';
        END IF;
    ELSE
        INSERT INTO sessions SELECT s.*;
    END IF;
    IF notice IS NOT NULL AND before IS NOT NULL THEN
        PERFORM job_enqueue(gen_random_uuid(), NULL, 'new_device', notice, s.identity_id::text, NULL, moment, moment);
    END IF;
    UPDATE credentials SET last_used_at = moment, secret = coalesce(new_secret, secret) WHERE id = s.credential_id;
    FOR fallen IN
        SELECT * FROM browser_attach(old_handle, new_handle, new_browser, s.identity_id, s.id, s.authority_tenant, mark,
            moment, until)
    LOOP
        PERFORM job_enqueue(gen_random_uuid(), NULL, 'session_evicted',
            jsonb_build_object('identity', fallen.evicted_identity, 'session', fallen.evicted_session), NULL, NULL,
            moment, moment);
    END LOOP;
    PERFORM refund_uses(counter_keys, counter_windows, moment);
    PERFORM audit.append(stream_kinds, stream_ids, event_ids, event_kinds, event_bodies);
    RETURN revision;
END
$$;

GRANT CREATE ON SCHEMA cell TO gatehouse_lookup;
SET LOCAL ROLE gatehouse_lookup;

-- As before, but for a change that takes back another one. What has expired goes with the other short-lived rows.
CREATE OR REPLACE FUNCTION cell.undo_put(
    token bytea, old uuid, new uuid, moment timestamptz, until timestamptz
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF (SELECT count(*) FROM cell.addresses AS a
        WHERE a.identity_id = gatehouse.current_identity() AND a.id IN (old, new)) <> 2 THEN
        RAISE EXCEPTION 'a change is taken back in the scope of its person' USING ERRCODE = '42501';
    END IF;
    -- Whoever goes back to an address that a link keeps takes a change back by hand. A link against that would be one against the owner
    -- of the address whom the first link protects.
    IF cell.undo_kept_until(new, moment) IS NOT NULL THEN
        RAISE EXCEPTION 'a change is taken back once' USING ERRCODE = '42501';
    END IF;
    INSERT INTO cell.undos (digest, identity_id, old_address, new_address, done_at, expires_at)
    VALUES (token, gatehouse.current_identity(), old, new, moment, until);
END
$$;

-- As before, without the sweeping.
CREATE OR REPLACE FUNCTION cell.undo_put_deletion(token bytea, moment timestamptz, until timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM cell.identities AS i
        WHERE i.identity_id = gatehouse.current_identity() AND i.delete_at IS NOT NULL) THEN
        RAISE EXCEPTION 'an account is kept in the scope of its person' USING ERRCODE = '42501';
    END IF;
    INSERT INTO cell.undos (digest, identity_id, done_at, expires_at)
    VALUES (token, gatehouse.current_identity(), moment, until);
END
$$;

-- Makes the links of the person in scope worthless that would put an address first which was proven after the one given: whoever came
-- later takes nothing back from whoever was there.
CREATE FUNCTION cell.undo_void_later(which uuid) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH gone AS (
        DELETE FROM cell.undos AS u
        USING cell.addresses AS o, cell.addresses AS k
        WHERE u.identity_id = gatehouse.current_identity() AND o.identity_id = u.identity_id AND k.identity_id = u.identity_id
            AND o.id = u.old_address AND k.id = which AND o.verified_at > k.verified_at
        RETURNING 1
    )
    SELECT count(*) FROM gone
$$;
GRANT EXECUTE ON FUNCTION cell.undo_void_later(uuid) TO gatehouse_app;

-- As before, with the links that are over.
CREATE OR REPLACE FUNCTION cell.sweep_flows(moment timestamptz, batch integer) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH f AS (
        DELETE FROM cell.flows WHERE id IN (
            SELECT id FROM cell.flows WHERE expires_at <= moment LIMIT batch FOR UPDATE SKIP LOCKED)
        RETURNING 1
    ), b AS (
        DELETE FROM cell.browsers WHERE id IN (
            SELECT id FROM cell.browsers WHERE expires_at <= moment LIMIT batch FOR UPDATE SKIP LOCKED)
        RETURNING 1
    ), p AS (
        DELETE FROM cell.mailbox_proofs WHERE id IN (
            SELECT id FROM cell.mailbox_proofs WHERE expires_at <= moment LIMIT batch FOR UPDATE SKIP LOCKED)
        RETURNING 1
    ), r AS (
        DELETE FROM cell.released_addresses WHERE (mark, identity_id) IN (
            SELECT mark, identity_id FROM cell.released_addresses WHERE free_at <= moment LIMIT batch FOR UPDATE SKIP LOCKED)
        RETURNING 1
    ), u AS (
        DELETE FROM cell.undos WHERE digest IN (
            SELECT digest FROM cell.undos WHERE expires_at <= moment LIMIT batch FOR UPDATE SKIP LOCKED)
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM f) + (SELECT count(*) FROM b) + (SELECT count(*) FROM p) + (SELECT count(*) FROM r)
        + (SELECT count(*) FROM u)
$$;

SET LOCAL ROLE gatehouse_owner;
REVOKE CREATE ON SCHEMA cell FROM gatehouse_lookup;
