-- What a person granted to apps: codes, families of tokens, spent identifiers.

CREATE TABLE cell.codes (
    tenant_id uuid NOT NULL DEFAULT gatehouse.current_tenant(),
    digest bytea NOT NULL CHECK (length(digest) = 32),
    platform boolean NOT NULL,
    app_id uuid NOT NULL,
    identity_id uuid NOT NULL,
    member_id uuid NOT NULL,
    session_id uuid NOT NULL,
    grant_id uuid NOT NULL,
    redirect_uri text NOT NULL,
    challenge text,
    nonce text,
    scopes text[] NOT NULL,
    resources text[] NOT NULL,
    auth_time timestamptz NOT NULL,
    acr text NOT NULL,
    amr text[] NOT NULL,
    identity_epoch integer NOT NULL,
    member_epoch integer NOT NULL,
    tenant_epoch integer NOT NULL,
    app_epoch integer NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (tenant_id, digest),
    FOREIGN KEY (tenant_id, member_id) REFERENCES cell.members (tenant_id, id)
);
CREATE INDEX codes_expiry ON cell.codes (tenant_id, expires_at);
CALL gatehouse.protect('cell.codes', 'tenant');
GRANT SELECT, INSERT, DELETE, UPDATE (used_at) ON cell.codes TO gatehouse_app;

CREATE TABLE cell.grants (
    tenant_id uuid NOT NULL DEFAULT gatehouse.current_tenant(),
    id uuid NOT NULL,
    platform boolean NOT NULL,
    app_id uuid NOT NULL,
    identity_id uuid NOT NULL,
    member_id uuid NOT NULL,
    session_id uuid NOT NULL,
    scopes text[] NOT NULL,
    resources text[] NOT NULL,
    auth_time timestamptz NOT NULL,
    acr text NOT NULL,
    amr text[] NOT NULL,
    generation integer NOT NULL DEFAULT 1,
    current_digest bytea CHECK (length(current_digest) = 32),
    previous_digest bytea CHECK (length(previous_digest) = 32),
    current_sealed bytea,
    rotated_at timestamptz NOT NULL,
    idle_end timestamptz NOT NULL,
    absolute_end timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz,
    revoked_reason text,
    identity_epoch integer NOT NULL,
    member_epoch integer NOT NULL,
    tenant_epoch integer NOT NULL,
    app_epoch integer NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, member_id) REFERENCES cell.members (tenant_id, id),
    CHECK ((revoked_at IS NULL) = (revoked_reason IS NULL))
) WITH (fillfactor = 80);
CREATE INDEX grants_session ON cell.grants (tenant_id, session_id);
CREATE INDEX grants_identity ON cell.grants (tenant_id, identity_id);
CALL gatehouse.protect('cell.grants', 'tenant');
GRANT SELECT, INSERT, DELETE,
    UPDATE (generation, current_digest, previous_digest, current_sealed, rotated_at, idle_end, revoked_at, revoked_reason)
    ON cell.grants TO gatehouse_app;

CREATE TABLE cell.revoked_tokens (
    tenant_id uuid NOT NULL DEFAULT gatehouse.current_tenant() REFERENCES cell.tenants (tenant_id),
    jti uuid NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, jti)
);
CREATE INDEX revoked_tokens_expiry ON cell.revoked_tokens (tenant_id, expires_at);
CALL gatehouse.protect('cell.revoked_tokens', 'tenant');
GRANT SELECT, INSERT, DELETE ON cell.revoked_tokens TO gatehouse_app;

-- Assertions of a tenant's apps that have been presented (RFC 7523, section 3, item 7).
CREATE TABLE cell.client_assertions (
    tenant_id uuid NOT NULL DEFAULT gatehouse.current_tenant(),
    app_id uuid NOT NULL,
    jti_digest bytea NOT NULL CHECK (length(jti_digest) = 32),
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, app_id, jti_digest),
    FOREIGN KEY (tenant_id, app_id) REFERENCES cell.apps (tenant_id, id)
);
CREATE INDEX client_assertions_expiry ON cell.client_assertions (tenant_id, expires_at);
CALL gatehouse.protect('cell.client_assertions', 'tenant');
GRANT SELECT, INSERT, DELETE ON cell.client_assertions TO gatehouse_app;

-- The ground a grant stands on, read under both scopes: {"gone": reason}, or what claims are made of. An offline grant
-- outlives the idle and absolute end of its session, but not its ending. A grant of the platform issuer stands as long as the
-- tenant is entitled to the app.
CREATE FUNCTION cell.ground(
    member uuid, member_since integer, identity_since integer, tenant_since integer, session uuid, offline boolean,
    platform_app uuid, moment timestamptz
) RETURNS jsonb
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    RETURN (SELECT CASE
        WHEN t.status IS DISTINCT FROM 'active' OR t.epoch <> tenant_since
            OR (platform_app IS NOT NULL AND NOT EXISTS (SELECT FROM entitlements AS e WHERE e.app_id = platform_app))
            THEN jsonb_build_object('gone', 'tenant')
        WHEN i.status IS DISTINCT FROM 'active' OR i.epoch <> identity_since
            THEN jsonb_build_object('gone', 'identity')
        WHEN m.status IS DISTINCT FROM 'active' OR m.epoch <> member_since OR m.identity_id <> i.identity_id
            THEN jsonb_build_object('gone', 'member')
        WHEN s.id IS NULL OR s.ended_at IS NOT NULL OR NOT (offline OR (s.idle_end > moment AND s.absolute_end > moment))
            THEN jsonb_build_object('gone', 'session')
        ELSE jsonb_build_object('identity', i.identity_id, 'name', i.name, 'locale', i.locale, 'member', m.id,
            'member_name', m.name, 'roles', m.roles, 'login_address', m.login_address, 'session', s.id,
            'tenant_epoch', t.epoch, 'address', a.address, 'address_verified', a.address IS NOT NULL)
        END
    FROM (VALUES (1)) AS one
    LEFT JOIN tenants AS t ON true
    LEFT JOIN identities AS i ON true
    LEFT JOIN members AS m ON m.id = member
    LEFT JOIN sessions AS s ON s.id = session
    LEFT JOIN LATERAL (
        SELECT o.address FROM addresses AS o WHERE o.state = 'verified'
        ORDER BY o.is_primary DESC, o.verified_at LIMIT 1
    ) AS a ON true);
END
$$;

-- What a grant itself says, as claims are made of it.
CREATE FUNCTION cell.grant_facts(g cell.grants) RETURNS jsonb
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    RETURN jsonb_build_object('grant', g.id, 'platform', g.platform, 'app', g.app_id, 'scopes', g.scopes,
        'resources', g.resources, 'auth_time', g.auth_time, 'acr', g.acr, 'amr', g.amr, 'generation', g.generation,
        'idle_end', g.idle_end, 'absolute_end', g.absolute_end, 'app_epoch', g.app_epoch);
END
$$;

-- Issues a code (RFC 6749, section 4.1.2) in one call: the end of its flow, where there is one, the code, what the session notes,
-- the event. False, and nothing done, if the flow went on meanwhile.
CREATE FUNCTION cell.code_issue(
    tenant uuid, identity uuid, code jsonb, enters boolean, idle timestamptz, moment timestamptz,
    flow bytea, browser bytea, expected integer, event_id uuid, event_kind text, event_body bytea
) RETURNS boolean
LANGUAGE plpgsql
AS $$
DECLARE
    c codes;
BEGIN
    IF flow IS NOT NULL AND NOT flow_finish(flow, browser, expected, '{}', moment) THEN
        RETURN false;
    END IF;
    PERFORM set_config('gatehouse.tenant', tenant::text, true), set_config('gatehouse.identity', identity::text, true);
    c := jsonb_populate_record(NULL::codes, code);
    INSERT INTO codes SELECT c.*;
    IF enters THEN
        UPDATE sessions SET entered = entered || jsonb_build_object(tenant::text, jsonb_build_object('at', moment))
        WHERE id = c.session_id AND ended_at IS NULL AND NOT entered ? tenant::text;
    END IF;
    IF idle IS NOT NULL THEN
        UPDATE sessions SET last_seen_at = moment, idle_end = least(idle, absolute_end)
        WHERE id = c.session_id AND ended_at IS NULL AND last_seen_at < moment;
    END IF;
    PERFORM audit.append(ARRAY['t'], ARRAY[tenant], ARRAY[event_id], ARRAY[event_kind], ARRAY[event_body]);
    RETURN true;
END
$$;

-- Redeems a code (RFC 6749, section 4.1.3) in one call: binding, single use, ground, grant, events. A wrong binding does not
-- spend the code; a second use revokes what the first gave (section 4.1.2). The events arrive as pairs: [1] for a
-- redemption, [2] for a replay.
CREATE FUNCTION cell.code_redeem(
    tenant uuid, code bytea, app uuid, uri text, proof text, for_platform boolean,
    refresh_digest bytea, asked_resources text[], moment timestamptz, idle timestamptz, absolute timestamptz, event_ids uuid[], event_kinds text[], event_bodies bytea[]
) RETURNS TABLE (outcome text, reason text, facts jsonb, claims jsonb, nonce text)
LANGUAGE plpgsql
AS $$
DECLARE
    c codes;
    g grants;
    stands jsonb;
BEGIN
    PERFORM set_config('gatehouse.tenant', tenant::text, true);
    UPDATE codes SET used_at = moment
    WHERE digest = code AND used_at IS NULL AND expires_at > moment AND app_id = app AND redirect_uri = uri
        AND challenge IS NOT DISTINCT FROM proof AND platform = for_platform AND resources @> asked_resources
    RETURNING * INTO c;
    IF NOT FOUND THEN
        SELECT * INTO c FROM codes WHERE digest = code;
        IF NOT FOUND THEN
            RETURN QUERY SELECT 'unknown', NULL, NULL::jsonb, NULL::jsonb, NULL;
        ELSIF c.app_id <> app OR c.platform <> for_platform OR c.redirect_uri <> uri
            OR c.challenge IS DISTINCT FROM proof THEN
            -- Whoever cannot redeem a code cannot end what it gave either.
            RETURN QUERY SELECT 'binding', NULL, NULL::jsonb, NULL::jsonb, NULL;
        ELSIF c.used_at IS NOT NULL THEN
            UPDATE grants SET revoked_at = moment, revoked_reason = 'code_replayed'
            WHERE id = c.grant_id AND revoked_at IS NULL;
            PERFORM audit.append(ARRAY['t'], ARRAY[tenant], event_ids[2:2], event_kinds[2:2], event_bodies[2:2]);
            RETURN QUERY SELECT 'replayed', NULL, jsonb_build_object('grant', c.grant_id), NULL::jsonb, NULL;
        ELSIF c.expires_at <= moment THEN
            RETURN QUERY SELECT 'expired', NULL, NULL::jsonb, NULL::jsonb, NULL;
        ELSE
            RETURN QUERY SELECT 'target', NULL, NULL::jsonb, NULL::jsonb, NULL;
        END IF;
        RETURN;
    END IF;
    PERFORM set_config('gatehouse.identity', c.identity_id::text, true);
    -- The end of the session waits until the grant is there to be ended with it.
    PERFORM FROM sessions WHERE id = c.session_id FOR SHARE;
    stands := ground(c.member_id, c.member_epoch, c.identity_epoch, c.tenant_epoch, c.session_id,
        'offline_access' = ANY (c.scopes), CASE WHEN c.platform THEN c.app_id END, moment);
    IF stands ? 'gone' THEN
        RETURN QUERY SELECT 'gone', stands ->> 'gone', NULL::jsonb, NULL::jsonb, NULL;
        RETURN;
    END IF;
    INSERT INTO grants (id, platform, app_id, identity_id, member_id, session_id, scopes, resources, auth_time, acr, amr,
        current_digest, rotated_at, idle_end, absolute_end, created_at, identity_epoch, member_epoch,
        tenant_epoch, app_epoch)
    VALUES (c.grant_id, c.platform, c.app_id, c.identity_id, c.member_id, c.session_id, c.scopes, c.resources,
        c.auth_time, c.acr, c.amr, refresh_digest, moment, least(idle, absolute), absolute, moment, c.identity_epoch, c.member_epoch, c.tenant_epoch, c.app_epoch)
    RETURNING * INTO g;
    PERFORM audit.append(ARRAY['t'], ARRAY[tenant], event_ids[1:1], event_kinds[1:1], event_bodies[1:1]);
    RETURN QUERY SELECT 'redeemed', NULL, grant_facts(g), stands, c.nonce;
END
$$;

-- Rotates a refresh token (RFC 9700, section 4.14.2). The predecessor is answered once more with the same successor within
-- the grace interval, so that a client whose answer was lost is not thrown out; any other token of the family revokes it.
-- The events arrive as pairs: [1] for tokens given, [2] for a reuse.
CREATE FUNCTION cell.grant_rotate(
    tenant uuid, which uuid, presented bytea, app uuid, next_digest bytea, next_sealed bytea, asked_scopes text[],
    asked_resources text[], moment timestamptz, idle timestamptz, graced_since timestamptz, event_ids uuid[],
    event_kinds text[], event_bodies bytea[]
) RETURNS TABLE (outcome text, reason text, facts jsonb, claims jsonb, sealed bytea)
LANGUAGE plpgsql
AS $$
DECLARE
    g grants;
    stands jsonb;
BEGIN
    PERFORM set_config('gatehouse.tenant', tenant::text, true);
    SELECT * INTO g FROM grants WHERE id = which FOR NO KEY UPDATE;
    IF NOT FOUND OR g.app_id <> app OR g.current_digest IS NULL THEN
        RETURN QUERY SELECT 'gone', 'unknown', NULL::jsonb, NULL::jsonb, NULL::bytea;
        RETURN;
    END IF;
    IF g.revoked_at IS NOT NULL THEN
        RETURN QUERY SELECT 'gone', 'revoked', NULL::jsonb, NULL::jsonb, NULL::bytea;
        RETURN;
    END IF;
    IF g.idle_end <= moment OR g.absolute_end <= moment THEN
        RETURN QUERY SELECT 'gone', 'expired', NULL::jsonb, NULL::jsonb, NULL::bytea;
        RETURN;
    END IF;
    IF presented <> g.current_digest
        AND NOT (presented IS NOT DISTINCT FROM g.previous_digest AND g.rotated_at >= graced_since) THEN
        UPDATE grants SET revoked_at = moment, revoked_reason = 'refresh_reused' WHERE id = which;
        PERFORM audit.append(ARRAY['t'], ARRAY[tenant], event_ids[2:2], event_kinds[2:2], event_bodies[2:2]);
        RETURN QUERY SELECT 'reused', NULL, jsonb_build_object('grant', g.id), NULL::jsonb, NULL::bytea;
        RETURN;
    END IF;
    PERFORM set_config('gatehouse.identity', g.identity_id::text, true);
    stands := ground(g.member_id, g.member_epoch, g.identity_epoch, g.tenant_epoch, g.session_id,
        'offline_access' = ANY (g.scopes), CASE WHEN g.platform THEN g.app_id END, moment);
    IF stands ? 'gone' THEN
        RETURN QUERY SELECT 'gone', stands ->> 'gone', NULL::jsonb, NULL::jsonb, NULL::bytea;
        RETURN;
    END IF;
    IF NOT g.scopes @> asked_scopes OR NOT g.resources @> asked_resources THEN
        RETURN QUERY SELECT CASE WHEN g.scopes @> asked_scopes THEN 'target' ELSE 'scope' END, NULL, NULL::jsonb,
            NULL::jsonb, NULL::bytea;
        RETURN;
    END IF;
    IF presented <> g.current_digest THEN
        PERFORM audit.append(ARRAY['t'], ARRAY[tenant], event_ids[1:1], event_kinds[1:1], event_bodies[1:1]);
        RETURN QUERY SELECT 'graced', NULL, grant_facts(g), stands, g.current_sealed;
        RETURN;
    END IF;
    UPDATE grants SET generation = generation + 1, previous_digest = current_digest, current_digest = next_digest,
        current_sealed = next_sealed, rotated_at = moment, idle_end = least(idle, absolute_end)
    WHERE id = which
    RETURNING * INTO g;
    PERFORM audit.append(ARRAY['t'], ARRAY[tenant], event_ids[1:1], event_kinds[1:1], event_bodies[1:1]);
    RETURN QUERY SELECT 'rotated', NULL, grant_facts(g), stands, NULL::bytea;
END
$$;

-- Whether a grant, and one token of it, is good now (RFC 7662, userinfo); reads only.
CREATE FUNCTION cell.grant_live(tenant uuid, which uuid, token uuid, for_platform boolean, moment timestamptz)
RETURNS TABLE (reason text, facts jsonb, claims jsonb)
LANGUAGE plpgsql
AS $$
DECLARE
    g grants;
    stands jsonb;
BEGIN
    PERFORM set_config('gatehouse.tenant', tenant::text, true);
    SELECT * INTO g FROM grants WHERE id = which AND platform = for_platform;
    IF NOT FOUND THEN
        RETURN QUERY SELECT 'unknown', NULL::jsonb, NULL::jsonb;
        RETURN;
    END IF;
    IF g.revoked_at IS NOT NULL OR EXISTS (SELECT FROM revoked_tokens WHERE jti = token) THEN
        RETURN QUERY SELECT 'revoked', NULL::jsonb, NULL::jsonb;
        RETURN;
    END IF;
    IF g.idle_end <= moment OR g.absolute_end <= moment THEN
        RETURN QUERY SELECT 'expired', NULL::jsonb, NULL::jsonb;
        RETURN;
    END IF;
    PERFORM set_config('gatehouse.identity', g.identity_id::text, true);
    stands := ground(g.member_id, g.member_epoch, g.identity_epoch, g.tenant_epoch, g.session_id,
        'offline_access' = ANY (g.scopes), CASE WHEN g.platform THEN g.app_id END, moment);
    IF stands ? 'gone' THEN
        RETURN QUERY SELECT stands ->> 'gone', NULL::jsonb, NULL::jsonb;
        RETURN;
    END IF;
    RETURN QUERY SELECT NULL, grant_facts(g), stands;
END
$$;

-- Deletes a tenant's expired codes, spent identifiers and grants that ended a month ago, a batch of each; answers how many
-- rows went.
CREATE FUNCTION cell.sweep_tokens(moment timestamptz, batch integer) RETURNS bigint
LANGUAGE sql
AS $$
    WITH c AS (
        DELETE FROM codes WHERE digest IN (
            SELECT digest FROM codes WHERE expires_at <= moment - interval '1 day' LIMIT batch)
        RETURNING 1
    ), r AS (
        DELETE FROM revoked_tokens WHERE jti IN (SELECT jti FROM revoked_tokens WHERE expires_at <= moment LIMIT batch)
        RETURNING 1
    ), a AS (
        DELETE FROM client_assertions WHERE (app_id, jti_digest) IN (
            SELECT app_id, jti_digest FROM client_assertions WHERE expires_at <= moment LIMIT batch)
        RETURNING 1
    ), g AS (
        DELETE FROM grants WHERE id IN (
            SELECT id FROM grants WHERE least(absolute_end, revoked_at) <= moment - interval '30 days' LIMIT batch)
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM c) + (SELECT count(*) FROM r) + (SELECT count(*) FROM a) + (SELECT count(*) FROM g)
$$;

GRANT EXECUTE ON FUNCTION
    cell.code_issue(uuid, uuid, jsonb, boolean, timestamptz, timestamptz, bytea, bytea, integer, uuid, text, bytea),
    cell.ground(uuid, integer, integer, integer, uuid, boolean, uuid, timestamptz),
    cell.grant_facts(cell.grants),
    cell.code_redeem(uuid, bytea, uuid, text, text, boolean, bytea, text[], timestamptz, timestamptz, timestamptz,
        uuid[], text[], bytea[]),
    cell.grant_rotate(uuid, uuid, bytea, uuid, bytea, bytea, text[], text[], timestamptz, timestamptz, timestamptz,
        uuid[], text[], bytea[]),
    cell.grant_live(uuid, uuid, uuid, boolean, timestamptz),
    cell.sweep_tokens(timestamptz, integer)
    TO gatehouse_app;
