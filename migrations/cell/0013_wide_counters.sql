-- Counts that processes keep for many uses at once, notices that are sent seldom, and sign-ins in a new browser.

-- Whether somebody was written to about something not long ago.
CREATE INDEX mails_written ON cell.mails (recipient, kind, created_at);

GRANT CREATE ON SCHEMA cell TO gatehouse_lookup;
SET LOCAL ROLE gatehouse_lookup;

-- Adds what a process has counted of each key since it last did, which is less than nothing where tries were given back, and
-- answers the counts of all processes, with the place of the key in the question. As in count_uses, keys are written in
-- sorted order and the commit does not wait for the disk.
CREATE FUNCTION cell.add_uses(keys bytea[], counts bigint[], windows integer[], moment timestamptz)
RETURNS TABLE (place bigint, total bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    use record;
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    FOR use IN
        SELECT u.key, u.counted, u.place,
            to_timestamp(floor(extract(epoch FROM moment) / u.seconds) * u.seconds) AS since,
            to_timestamp(floor(extract(epoch FROM moment) / u.seconds) * u.seconds + u.seconds) AS until
        FROM unnest(keys, counts, windows) WITH ORDINALITY AS u (key, counted, seconds, place)
        ORDER BY u.key, u.seconds
    LOOP
        place := use.place;
        INSERT INTO cell.counters AS c (key, window_start, window_end, count)
        VALUES (use.key, use.since, use.until, greatest(use.counted, 0))
        ON CONFLICT (key, window_start) DO UPDATE SET count = greatest(c.count + use.counted, 0)
        RETURNING c.count INTO total;
        RETURN NEXT;
    END LOOP;
END
$$;

-- Queues a letter unless its reader was written to about the same since a time; of two at once one is queued.
CREATE FUNCTION cell.mail_post_seldom(
    new_id uuid, tenant uuid, what text, whom bytea, content bytea, moment timestamptz, since timestamptz
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(what || encode(whom, 'hex'), 0));
    IF EXISTS (SELECT FROM cell.mails AS m WHERE m.recipient = whom AND m.kind = what AND m.created_at > since) THEN
        RETURN false;
    END IF;
    RETURN cell.mail_post(new_id, tenant, what, whom, content, moment);
END
$$;

GRANT EXECUTE ON FUNCTION
    cell.add_uses(bytea[], bigint[], integer[], timestamptz),
    cell.mail_post_seldom(uuid, uuid, text, bytea, bytea, timestamptz, timestamptz)
    TO gatehouse_app;

SET LOCAL ROLE gatehouse_owner;
REVOKE CREATE ON SCHEMA cell FROM gatehouse_lookup;

-- As before; `notice` is what a letter about a browser that never signed the address in tells, and NULL where none is due. Whoever
-- signs in for the first time has no older browser, and hears nothing.
DROP FUNCTION cell.session_open(uuid, jsonb, boolean, text, text, bytea, bytea, uuid, bytea, timestamptz, bytea, bytea, integer,
    jsonb, timestamptz, bytea[], integer[], text[], uuid[], uuid[], text[], bytea[]);
CREATE FUNCTION cell.session_open(
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
    IF notice IS NOT NULL
        AND EXISTS (SELECT FROM credentials WHERE id = s.credential_id AND last_used_at IS NOT NULL) THEN
        PERFORM job_enqueue(gen_random_uuid(), NULL, 'new_device', notice, s.identity_id::text, NULL, moment, moment);
    END IF;
    UPDATE credentials SET last_used_at = moment,
        secret = CASE WHEN secret = old_secret THEN coalesce(new_secret, secret) ELSE secret END
    WHERE id = s.credential_id;
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
GRANT EXECUTE ON FUNCTION
    cell.session_open(uuid, jsonb, boolean, text, text, bytea, bytea, uuid, bytea, timestamptz, bytea, bytea, integer,
        jsonb, timestamptz, bytea[], integer[], text[], uuid[], uuid[], text[], bytea[], jsonb)
    TO gatehouse_app;

-- As before; a suspected attack is told by an event that describes no change of a row either.
GRANT CREATE ON SCHEMA audit TO gatehouse_audit;
SET LOCAL ROLE gatehouse_audit;
CREATE OR REPLACE FUNCTION audit.detached(kind text) RETURNS boolean
LANGUAGE sql IMMUTABLE
AS $$
    SELECT kind IN ('token.issued', 'request.refused', 'signin.failed', 'refusals.counted', 'login.attack_suspected',
        'invitation.mismatch', 'invitation.denied', 'membership.domain_join_denied')
$$;
SET LOCAL ROLE gatehouse_owner;
REVOKE CREATE ON SCHEMA audit FROM gatehouse_audit;
