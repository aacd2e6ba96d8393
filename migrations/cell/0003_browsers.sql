-- Functions are PL/pgSQL throughout: it keeps its plans, where a function in plain SQL that cannot be inlined is planned at
-- every call.

-- What exists before a scope does: browser handles and flows. Reached by digest through these functions, never directly.

CREATE TABLE cell.browsers (
    id uuid PRIMARY KEY,
    digest bytea NOT NULL UNIQUE CHECK (length(digest) = 32),
    created_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX browsers_expiry ON cell.browsers (expires_at);
CALL gatehouse.protect('cell.browsers', 'flow');
GRANT SELECT, INSERT, DELETE, UPDATE (digest, seen_at, expires_at) ON cell.browsers TO gatehouse_lookup;

CREATE TABLE cell.browser_sessions (
    browser_id uuid NOT NULL REFERENCES cell.browsers (id) ON DELETE CASCADE,
    identity_id uuid NOT NULL,
    session_id uuid NOT NULL,
    authority_tenant uuid,
    added_at timestamptz NOT NULL,
    PRIMARY KEY (browser_id, session_id)
);
CALL gatehouse.protect('cell.browser_sessions', 'flow');
GRANT SELECT, INSERT, DELETE ON cell.browser_sessions TO gatehouse_lookup;

-- Whom a browser has signed in, as keyed hashes of the addresses that were typed; kept when the sessions are over. A browser
-- that knows an address is judged by itself when others try that address.
CREATE TABLE cell.browser_marks (
    browser_id uuid NOT NULL REFERENCES cell.browsers (id) ON DELETE CASCADE,
    mark bytea NOT NULL CHECK (length(mark) = 32),
    used_at timestamptz NOT NULL,
    PRIMARY KEY (browser_id, mark)
);
CALL gatehouse.protect('cell.browser_marks', 'flow');
GRANT SELECT, INSERT, DELETE, UPDATE (used_at) ON cell.browser_marks TO gatehouse_lookup;

CREATE TABLE cell.flows (
    id uuid PRIMARY KEY,
    digest bytea NOT NULL UNIQUE CHECK (length(digest) = 32),
    browser_hash bytea NOT NULL CHECK (length(browser_hash) = 32),
    tenant_id uuid,
    purpose text NOT NULL,
    state jsonb NOT NULL,
    revision integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    finished_at timestamptz,
    outcome jsonb
);
CREATE INDEX flows_expiry ON cell.flows (expires_at);
CALL gatehouse.protect('cell.flows', 'flow');
GRANT SELECT, INSERT, DELETE, UPDATE (tenant_id, state, revision, expires_at, finished_at, outcome)
    ON cell.flows TO gatehouse_lookup;

GRANT CREATE ON SCHEMA cell TO gatehouse_lookup;
SET LOCAL ROLE gatehouse_lookup;

-- The sessions a browser handle lists. A handle that is unknown or expired lists none.
CREATE FUNCTION cell.browser_probe(handle bytea, moment timestamptz)
RETURNS TABLE (browser uuid, identity_id uuid, session_id uuid, authority_tenant uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
        SELECT b.id, s.identity_id, s.session_id, s.authority_tenant
        FROM cell.browsers AS b LEFT JOIN cell.browser_sessions AS s ON s.browser_id = b.id
        WHERE b.digest = handle AND b.expires_at > moment
        ORDER BY s.added_at;
END
$$;

-- Whether a browser has signed in an address before.
CREATE FUNCTION cell.browser_knows(handle bytea, wanted bytea, moment timestamptz) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM cell.browsers AS b JOIN cell.browser_marks AS m ON m.browser_id = b.id
        WHERE b.digest = handle AND b.expires_at > moment AND m.mark = wanted);
END
$$;

-- Lists a session in the browser of the old handle (or a new browser), under a new handle: authority rose, so the secret
-- changes. A session of the same identity and authority is replaced and the ninth pushes out the first; both are returned.
-- The address that was typed is marked; the browser keeps the last sixteen.
CREATE FUNCTION cell.browser_attach(
    old_handle bytea, new_handle bytea, new_id uuid, who uuid, session uuid, authority uuid, typed bytea,
    moment timestamptz, until timestamptz
) RETURNS TABLE (evicted_identity uuid, evicted_session uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    chosen uuid;
BEGIN
    IF who IS DISTINCT FROM gatehouse.current_identity() THEN
        RAISE EXCEPTION 'a session is attached in the scope of its identity' USING ERRCODE = '42501';
    END IF;
    UPDATE cell.browsers SET digest = new_handle, seen_at = moment, expires_at = until
    WHERE digest = old_handle AND expires_at > moment
    RETURNING id INTO chosen;
    IF NOT FOUND THEN
        INSERT INTO cell.browsers (id, digest, created_at, seen_at, expires_at)
        VALUES (new_id, new_handle, moment, moment, until);
        chosen := new_id;
    END IF;
    INSERT INTO cell.browser_marks AS m (browser_id, mark, used_at) VALUES (chosen, typed, moment)
    ON CONFLICT (browser_id, mark) DO UPDATE SET used_at = moment;
    DELETE FROM cell.browser_marks AS m WHERE m.browser_id = chosen AND m.mark IN (
        SELECT o.mark FROM cell.browser_marks AS o WHERE o.browser_id = chosen
        ORDER BY o.used_at DESC, o.mark OFFSET 16);
    RETURN QUERY
        DELETE FROM cell.browser_sessions AS s
        WHERE s.browser_id = chosen AND s.session_id <> session
            AND s.identity_id = who AND s.authority_tenant IS NOT DISTINCT FROM authority
        RETURNING s.identity_id, s.session_id;
    INSERT INTO cell.browser_sessions (browser_id, identity_id, session_id, authority_tenant, added_at)
    VALUES (chosen, who, session, authority, moment)
    ON CONFLICT (browser_id, session_id) DO NOTHING;
    RETURN QUERY
        DELETE FROM cell.browser_sessions AS s
        WHERE s.browser_id = chosen AND s.session_id IN (
            SELECT o.session_id FROM cell.browser_sessions AS o
            WHERE o.browser_id = chosen AND o.session_id <> session
            ORDER BY o.added_at DESC, o.session_id DESC OFFSET 7
        )
        RETURNING s.identity_id, s.session_id;
END
$$;

-- Takes a session off a browser's list; the handle stays.
CREATE FUNCTION cell.browser_detach(handle bytea, session uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM cell.browser_sessions AS s USING cell.browsers AS b
    WHERE b.digest = handle AND s.browser_id = b.id AND s.session_id = session;
    RETURN FOUND;
END
$$;

CREATE FUNCTION cell.flow_insert(
    new_id uuid, handle bytea, browser bytea, tenant uuid, why text, content jsonb,
    moment timestamptz, until timestamptz
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO cell.flows (id, digest, browser_hash, tenant_id, purpose, state, created_at, expires_at)
    VALUES (new_id, handle, browser, tenant, why, content, moment, until);
END
$$;

-- A flow by its handle. From another browser only the fact that it exists is told, and nothing is spent.
CREATE FUNCTION cell.flow_read(handle bytea, browser bytea, moment timestamptz)
RETURNS TABLE (
    same_browser boolean, id uuid, tenant_id uuid, purpose text, state jsonb, revision integer,
    created_at timestamptz, expires_at timestamptz, finished_at timestamptz, outcome jsonb
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY SELECT true, f.id, f.tenant_id, f.purpose, f.state, f.revision, f.created_at, f.expires_at, f.finished_at, f.outcome
    FROM cell.flows AS f
    WHERE f.digest = handle AND f.browser_hash = browser AND f.expires_at > moment
    UNION ALL
    SELECT false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM cell.flows AS f
    WHERE f.digest = handle AND f.browser_hash <> browser AND f.expires_at > moment;
END
$$;

-- Saves a step of an unfinished flow; NULL when it changed meanwhile, is finished, expired or another browser's.
CREATE FUNCTION cell.flow_save(
    handle bytea, browser bytea, expected integer, tenant uuid, content jsonb, moment timestamptz
) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    now_at integer;
BEGIN
    UPDATE cell.flows AS f SET state = content, tenant_id = tenant, revision = f.revision + 1
    WHERE f.digest = handle AND f.browser_hash = browser AND f.revision = expected AND f.finished_at IS NULL
        AND f.expires_at > moment
    RETURNING f.revision INTO now_at;
    RETURN now_at;
END
$$;

-- Finishes a flow exactly once.
CREATE FUNCTION cell.flow_finish(
    handle bytea, browser bytea, expected integer, result jsonb, moment timestamptz
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE cell.flows AS f SET outcome = result, finished_at = moment, revision = f.revision + 1
    WHERE f.digest = handle AND f.browser_hash = browser AND f.revision = expected AND f.finished_at IS NULL
        AND f.expires_at > moment;
    RETURN FOUND;
END
$$;

-- Deletes a batch of what has expired; answers how many rows went.
CREATE FUNCTION cell.sweep_flows(moment timestamptz, batch integer) RETURNS bigint
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
        DELETE FROM cell.address_proofs WHERE digest IN (
            SELECT digest FROM cell.address_proofs WHERE expires_at <= moment LIMIT batch FOR UPDATE SKIP LOCKED)
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM f) + (SELECT count(*) FROM b) + (SELECT count(*) FROM p)
$$;

GRANT EXECUTE ON FUNCTION
    cell.browser_probe(bytea, timestamptz),
    cell.browser_knows(bytea, bytea, timestamptz),
    cell.browser_attach(bytea, bytea, uuid, uuid, uuid, uuid, bytea, timestamptz, timestamptz),
    cell.browser_detach(bytea, uuid),
    cell.flow_insert(uuid, bytea, bytea, uuid, text, jsonb, timestamptz, timestamptz),
    cell.flow_read(bytea, bytea, timestamptz),
    cell.flow_save(bytea, bytea, integer, uuid, jsonb, timestamptz),
    cell.flow_finish(bytea, bytea, integer, jsonb, timestamptz),
    cell.sweep_flows(timestamptz, integer)
    TO gatehouse_app;

SET LOCAL ROLE gatehouse_owner;
REVOKE CREATE ON SCHEMA cell FROM gatehouse_lookup;

-- A browser's live sessions with their persons and memberships, in one call: each identity is read under its own scope.
CREATE FUNCTION cell.browser_read(handle bytea, moment timestamptz)
RETURNS TABLE (
    browser uuid, identity uuid, session uuid, authority uuid, credential uuid, amr text[], acr text,
    auth_time timestamptz, created_at timestamptz, last_seen_at timestamptz, idle_end timestamptz,
    absolute_end timestamptz, entered jsonb, name text, locale text, epoch integer, address text, memberships jsonb
)
LANGUAGE plpgsql
AS $$
DECLARE
    listed record;
BEGIN
    FOR listed IN SELECT p.* FROM browser_probe(handle, moment) AS p LOOP
        IF listed.session_id IS NULL THEN
            RETURN QUERY SELECT listed.browser, NULL::uuid, NULL::uuid, NULL::uuid, NULL::uuid, NULL::text[], NULL,
                NULL::timestamptz, NULL::timestamptz, NULL::timestamptz, NULL::timestamptz, NULL::timestamptz,
                NULL::jsonb, NULL, NULL, NULL::integer, NULL, NULL::jsonb;
        ELSE
            PERFORM set_config('gatehouse.identity', listed.identity_id::text, true);
            RETURN QUERY
                SELECT listed.browser, s.identity_id, s.id, s.authority_tenant, s.credential_id, s.amr, s.acr,
                    s.auth_time, s.created_at, s.last_seen_at, s.idle_end, s.absolute_end, s.entered,
                    i.name, i.locale, i.epoch,
                    (SELECT a.address FROM addresses AS a WHERE a.state = 'verified'
                        ORDER BY a.is_primary DESC, a.verified_at LIMIT 1),
                    (SELECT coalesce(jsonb_agg(jsonb_build_object('tenant', m.tenant_id, 'member', m.member_id,
                        'roles', m.roles, 'epoch', m.epoch) ORDER BY m.tenant_id), '[]')
                        FROM memberships AS m WHERE m.status = 'active')
                FROM sessions AS s JOIN identities AS i ON i.identity_id = s.identity_id
                WHERE s.id = listed.session_id AND s.ended_at IS NULL AND s.idle_end > moment
                    AND s.absolute_end > moment AND i.status = 'active' AND i.epoch = s.identity_epoch;
        END IF;
    END LOOP;
    PERFORM set_config('gatehouse.identity', '', true);
END
$$;
GRANT EXECUTE ON FUNCTION cell.browser_read(bytea, timestamptz) TO gatehouse_app;
