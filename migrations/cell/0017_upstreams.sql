-- Tenants' own upstreams, and whose credentials their subjects are.

-- What a domain's DNS has to show, and when it last did.
ALTER TABLE cell.domains DROP CONSTRAINT domains_state_check;
ALTER TABLE cell.domains
    ADD COLUMN challenge text,
    ADD COLUMN checked_at timestamptz,
    ADD CONSTRAINT domains_state_check CHECK (state IN ('pending', 'verified', 'lapsed', 'released'));
GRANT UPDATE (challenge, checked_at) ON cell.domains TO gatehouse_app;
CREATE POLICY lookup ON cell.domains FOR SELECT TO gatehouse_lookup USING (true);
GRANT SELECT (tenant_id, id, name, state, evidence, verified_at, challenge, checked_at) ON cell.domains TO gatehouse_lookup;

CREATE TABLE cell.connections (
    tenant_id uuid NOT NULL DEFAULT gatehouse.current_tenant() REFERENCES cell.tenants (tenant_id),
    id uuid NOT NULL,
    name text NOT NULL CHECK (name ~ '^[a-z0-9][a-z0-9-]{0,38}[a-z0-9]$'),
    settings jsonb NOT NULL,
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled')),
    epoch integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name)
);
CALL gatehouse.protect('cell.connections', 'tenant');
GRANT SELECT, INSERT, DELETE, UPDATE (settings, status, epoch) ON cell.connections TO gatehouse_app;

-- What an upstream knows us by, sealed: secrets and keys of ours. Of a kind that is rotated there are two for a while.
CREATE TABLE cell.connection_secrets (
    tenant_id uuid NOT NULL DEFAULT gatehouse.current_tenant(),
    id uuid NOT NULL,
    connection_id uuid NOT NULL,
    purpose text NOT NULL CHECK (purpose ~ '^[a-z0-9_]{1,64}$'),
    sealed bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, connection_id, purpose),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES cell.connections (tenant_id, id) ON DELETE CASCADE
);
CALL gatehouse.protect('cell.connection_secrets', 'tenant');
GRANT SELECT, INSERT, DELETE ON cell.connection_secrets TO gatehouse_app;

-- A subject of a connection as a credential of a member: it opens this tenant and nothing else. `key` is the digest of issuer and
-- subject. The identity is no reference, as in members. A connection with links stays.
CREATE TABLE cell.connection_links (
    tenant_id uuid NOT NULL DEFAULT gatehouse.current_tenant(),
    id uuid NOT NULL,
    connection_id uuid NOT NULL,
    key bytea NOT NULL CHECK (length(key) = 32),
    issuer text NOT NULL,
    subject text NOT NULL,
    identity_id uuid NOT NULL,
    member_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, connection_id, key),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES cell.connections (tenant_id, id),
    FOREIGN KEY (tenant_id, member_id) REFERENCES cell.members (tenant_id, id)
);
CREATE INDEX connection_links_person ON cell.connection_links (tenant_id, identity_id);
CREATE INDEX connection_links_member ON cell.connection_links (tenant_id, member_id);
CALL gatehouse.protect('cell.connection_links', 'tenant');
GRANT SELECT, INSERT, DELETE, UPDATE (last_used_at) ON cell.connection_links TO gatehouse_app;

-- What a person sees of these across tenants; kept by the trigger below, written by nobody else.
CREATE TABLE cell.linked_connections (
    identity_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    link_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (identity_id, tenant_id, link_id)
);
CALL gatehouse.protect('cell.linked_connections', 'mirror');
GRANT SELECT ON cell.linked_connections TO gatehouse_app;
GRANT SELECT, INSERT, DELETE ON cell.linked_connections TO gatehouse_lookup;

-- Assertions that were taken, so that none is taken twice. They are kept past their own end.
CREATE TABLE cell.saml_replays (
    tenant_id uuid NOT NULL DEFAULT gatehouse.current_tenant(),
    connection_id uuid NOT NULL,
    assertion bytea NOT NULL CHECK (length(assertion) = 32),
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, connection_id, assertion),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES cell.connections (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX saml_replays_expiry ON cell.saml_replays (tenant_id, expires_at);
CALL gatehouse.protect('cell.saml_replays', 'tenant');
GRANT SELECT, INSERT, DELETE ON cell.saml_replays TO gatehouse_app;

-- Which sessions of ours stand on a session of an upstream: an upstream that ends one, or all of a subject, ends these.
CREATE TABLE cell.upstream_sessions (
    tenant_id uuid NOT NULL DEFAULT gatehouse.current_tenant(),
    connection_id uuid NOT NULL,
    session_id uuid NOT NULL,
    identity_id uuid NOT NULL,
    link_id uuid NOT NULL,
    upstream bytea CHECK (length(upstream) = 32),
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, connection_id, session_id),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES cell.connections (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, link_id) REFERENCES cell.connection_links (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX upstream_sessions_upstream ON cell.upstream_sessions (tenant_id, connection_id, upstream);
CREATE INDEX upstream_sessions_link ON cell.upstream_sessions (tenant_id, link_id);
CREATE INDEX upstream_sessions_expiry ON cell.upstream_sessions (tenant_id, expires_at);
CALL gatehouse.protect('cell.upstream_sessions', 'tenant');
GRANT SELECT, INSERT, DELETE, UPDATE (upstream, link_id, expires_at) ON cell.upstream_sessions TO gatehouse_app;

-- Addresses that are nobody's proof: what the tenant itself says of its member, and what it may write to. Seen in this tenant only.
ALTER TABLE cell.members ADD COLUMN asserted_address text, ADD COLUMN contact_address text;
GRANT UPDATE (asserted_address, contact_address) ON cell.members TO gatehouse_app;

-- As before, with what is over of upstreams.
CREATE OR REPLACE FUNCTION cell.sweep_tokens(moment timestamptz, batch integer) RETURNS bigint
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
    ), s AS (
        DELETE FROM saml_replays WHERE (connection_id, assertion) IN (
            SELECT connection_id, assertion FROM saml_replays WHERE expires_at <= moment LIMIT batch)
        RETURNING 1
    ), u AS (
        DELETE FROM upstream_sessions WHERE (connection_id, session_id) IN (
            SELECT connection_id, session_id FROM upstream_sessions WHERE expires_at <= moment LIMIT batch)
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM c) + (SELECT count(*) FROM r) + (SELECT count(*) FROM a) + (SELECT count(*) FROM g)
        + (SELECT count(*) FROM s) + (SELECT count(*) FROM u)
$$;

GRANT CREATE ON SCHEMA cell TO gatehouse_lookup;
SET LOCAL ROLE gatehouse_lookup;

CREATE FUNCTION cell.mirror_link() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM cell.linked_connections AS mirror
        WHERE mirror.identity_id = OLD.identity_id AND mirror.tenant_id = OLD.tenant_id AND mirror.link_id = OLD.id;
    ELSE
        INSERT INTO cell.linked_connections (identity_id, tenant_id, link_id, connection_id, created_at)
        VALUES (NEW.identity_id, NEW.tenant_id, NEW.id, NEW.connection_id, NEW.created_at);
    END IF;
    RETURN NULL;
END
$$;
GRANT EXECUTE ON FUNCTION cell.mirror_link() TO gatehouse_owner;

-- Claims whose domain's DNS is to be looked at: what waits for its proof, what lapsed, and proofs last seen before a time. Those that
-- were not looked at for the longest come first.
CREATE FUNCTION cell.due_domains(seen_before timestamptz, batch integer) RETURNS TABLE (tenant uuid, domain uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT d.tenant_id, d.id FROM cell.domains AS d
    WHERE d.challenge IS NOT NULL AND (d.state IN ('pending', 'lapsed')
        OR (d.state = 'verified' AND d.evidence = 'dns' AND coalesce(d.checked_at, d.verified_at) <= seen_before))
    ORDER BY d.checked_at NULLS FIRST, d.id LIMIT batch
$$;

GRANT EXECUTE ON FUNCTION cell.due_domains(timestamptz, integer) TO gatehouse_app;

SET LOCAL ROLE gatehouse_owner;
REVOKE CREATE ON SCHEMA cell FROM gatehouse_lookup;

CREATE TRIGGER mirror AFTER INSERT OR DELETE ON cell.connection_links
    FOR EACH ROW EXECUTE FUNCTION cell.mirror_link();

-- What is refused at an upstream, and what two tenants both claim, describes no change either.
GRANT CREATE ON SCHEMA audit TO gatehouse_audit;
SET LOCAL ROLE gatehouse_audit;
CREATE OR REPLACE FUNCTION audit.detached(kind text) RETURNS boolean
LANGUAGE sql IMMUTABLE
AS $$
    SELECT kind IN ('token.issued', 'request.refused', 'signin.failed', 'refusals.counted', 'login.attack_suspected',
        'invitation.mismatch', 'invitation.denied', 'membership.domain_join_denied', 'link.refused', 'link.intent_missing',
        'link.ignored_foreign_domain', 'login.upstream_failed', 'domain.claim_conflict')
$$;
SET LOCAL ROLE gatehouse_owner;
REVOKE CREATE ON SCHEMA audit FROM gatehouse_audit;
