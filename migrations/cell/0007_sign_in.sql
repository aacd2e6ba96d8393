-- Sign-in in few round trips: what a password is judged by, and the session that a right one opens.

-- What a password is judged by, whoever an address belongs to: its proven owner; else, at a tenant, the member whose login
-- address it is. There is one row for everybody, and the same look-ups for people nobody knows.
CREATE FUNCTION cell.sign_in_record(tenant uuid, wanted text)
RETURNS TABLE (identity uuid, is_member boolean, status text, epoch integer, credential uuid, secret text)
LANGUAGE plpgsql
AS $$
DECLARE
    owner_of uuid;
    member_of uuid;
    who uuid;
    known boolean;
BEGIN
    PERFORM set_config('gatehouse.tenant', coalesce(tenant::text, ''), true);
    owner_of := verified_owner(wanted);
    SELECT m.identity_id INTO member_of FROM members AS m WHERE m.login_address = wanted AND m.status <> 'removed';
    who := coalesce(owner_of, member_of, '00000000-0000-0000-0000-000000000000');
    known := EXISTS (SELECT FROM members AS m WHERE m.identity_id = who AND m.status <> 'removed');
    PERFORM set_config('gatehouse.identity', who::text, true);
    RETURN QUERY
        SELECT who, known, i.status, i.epoch, c.id, c.secret
        FROM (VALUES (1)) AS one
        LEFT JOIN identities AS i ON true
        LEFT JOIN credentials AS c ON c.kind = 'password';
END
$$;

-- Opens a session, or renews one after a fresh proof, in one call: the flow's next state, the session, the use of its
-- credential (with a newer hash of the same password), the browser's list under a new handle, the jobs that end what fell
-- off the list, the tries given back, the events. NULL, and nothing done, if the flow went on meanwhile.
CREATE FUNCTION cell.session_open(
    tenant uuid, opened jsonb, renews boolean, old_secret text, new_secret text,
    old_handle bytea, new_handle bytea, new_browser uuid, mark bytea, until timestamptz,
    flow bytea, flow_browser bytea, expected integer, content jsonb, moment timestamptz,
    counter_keys bytea[], counter_windows integer[],
    stream_kinds text[], stream_ids uuid[], event_ids uuid[], event_kinds text[], event_bodies bytea[]
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
    cell.sign_in_record(uuid, text),
    cell.session_open(uuid, jsonb, boolean, text, text, bytea, bytea, uuid, bytea, timestamptz, bytea, bytea, integer,
        jsonb, timestamptz, bytea[], integer[], text[], uuid[], uuid[], text[], bytea[])
    TO gatehouse_app;
