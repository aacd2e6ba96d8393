-- The directory: what must be known before a cell is, and the platform's own apps and keys. State, epochs and policies
-- of tenants live in their cell and decide there.

CREATE SCHEMA directory;
GRANT USAGE ON SCHEMA directory TO gatehouse_app, gatehouse_export;

CREATE TABLE directory.cells (
    name text PRIMARY KEY CHECK (name ~ '^[a-z][a-z0-9]{0,19}$'),
    placement text NOT NULL CHECK (placement IN ('pool', 'schema', 'database'))
);
-- The cell that every deployment has; before row security is forced, which binds this role too.
INSERT INTO directory.cells (name, placement) VALUES ('pool', 'pool');
CALL gatehouse.protect('directory.cells', 'directory');
GRANT SELECT ON directory.cells TO gatehouse_app;

CREATE TABLE directory.tenants (
    id uuid PRIMARY KEY,
    slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    cell text NOT NULL REFERENCES directory.cells (name),
    personal boolean NOT NULL,
    created_at timestamptz NOT NULL
);
CALL gatehouse.protect('directory.tenants', 'directory');
GRANT SELECT, INSERT, DELETE ON directory.tenants TO gatehouse_app;

CREATE TABLE directory.hostnames (
    hostname text PRIMARY KEY CHECK (hostname = lower(hostname)),
    tenant_id uuid NOT NULL REFERENCES directory.tenants (id) ON DELETE CASCADE
);
CREATE INDEX hostnames_tenant ON directory.hostnames (tenant_id);
CALL gatehouse.protect('directory.hostnames', 'directory');
GRANT SELECT, INSERT, DELETE ON directory.hostnames TO gatehouse_app;

CREATE TABLE directory.domains (
    name text PRIMARY KEY CHECK (name = lower(name)),
    tenant_id uuid NOT NULL REFERENCES directory.tenants (id) ON DELETE CASCADE,
    cell text NOT NULL REFERENCES directory.cells (name),
    reserved_at timestamptz NOT NULL
);
CREATE INDEX domains_tenant ON directory.domains (tenant_id);
CALL gatehouse.protect('directory.domains', 'directory');
GRANT SELECT, INSERT, DELETE ON directory.domains TO gatehouse_app;

CREATE TABLE directory.apps (
    id uuid PRIMARY KEY,
    client_id text NOT NULL UNIQUE,
    name text NOT NULL,
    config jsonb NOT NULL,
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled')),
    epoch integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL
);
CALL gatehouse.protect('directory.apps', 'directory');
GRANT SELECT, INSERT, UPDATE (name, config, status, epoch) ON directory.apps TO gatehouse_app;

CREATE TABLE directory.app_secrets (
    id uuid PRIMARY KEY,
    app_id uuid NOT NULL REFERENCES directory.apps (id),
    digest bytea NOT NULL CHECK (length(digest) = 32),
    created_at timestamptz NOT NULL,
    expires_at timestamptz
);
CREATE INDEX app_secrets_app ON directory.app_secrets (app_id);
CALL gatehouse.protect('directory.app_secrets', 'directory');
GRANT SELECT, INSERT, DELETE, UPDATE (expires_at) ON directory.app_secrets TO gatehouse_app;

CREATE TABLE directory.resources (
    id uuid PRIMARY KEY,
    identifier text NOT NULL UNIQUE,
    config jsonb NOT NULL
);
CALL gatehouse.protect('directory.resources', 'directory');
GRANT SELECT, INSERT, DELETE, UPDATE (config) ON directory.resources TO gatehouse_app;

CREATE TABLE directory.data_keys (
    id uuid PRIMARY KEY,
    kek_id text NOT NULL,
    wrapped bytea NOT NULL,
    created_at timestamptz NOT NULL,
    retired_at timestamptz
);
-- One data key is in use; a racing second insert meets this index and yields.
CREATE UNIQUE INDEX data_keys_in_use ON directory.data_keys ((true)) WHERE retired_at IS NULL;
CALL gatehouse.protect('directory.data_keys', 'directory');
GRANT SELECT, INSERT ON directory.data_keys TO gatehouse_app;

CREATE TABLE directory.signing_keys (
    id uuid PRIMARY KEY,
    alg text NOT NULL CHECK (alg IN ('ES256', 'EdDSA', 'RS256')),
    state text NOT NULL CHECK (state IN ('next', 'current', 'retired', 'revoked')),
    public_jwk jsonb NOT NULL,
    sealed bytea NOT NULL,
    created_at timestamptz NOT NULL,
    current_at timestamptz,
    retired_at timestamptz,
    gone_at timestamptz
);
CREATE UNIQUE INDEX signing_keys_current ON directory.signing_keys (alg) WHERE state = 'current';
CREATE UNIQUE INDEX signing_keys_next ON directory.signing_keys (alg) WHERE state = 'next';
CALL gatehouse.protect('directory.signing_keys', 'directory');
GRANT SELECT, INSERT, UPDATE (state, current_at, retired_at, gone_at) ON directory.signing_keys TO gatehouse_app;

-- Makes a waiting key the current one and retires its predecessor; false when the key no longer waits.
CREATE FUNCTION directory.promote_key(key uuid, moment timestamptz, gone timestamptz) RETURNS boolean
LANGUAGE plpgsql
AS $$
DECLARE
    kind text;
BEGIN
    SELECT alg INTO kind FROM directory.signing_keys WHERE id = key AND state = 'next' FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE directory.signing_keys SET state = 'retired', retired_at = moment, gone_at = gone
    WHERE alg = kind AND state = 'current';
    UPDATE directory.signing_keys SET state = 'current', current_at = moment WHERE id = key;
    RETURN true;
END
$$;
GRANT EXECUTE ON FUNCTION directory.promote_key(uuid, timestamptz, timestamptz) TO gatehouse_app;

-- Assertions of platform apps that have been presented (RFC 7523, section 3, item 7).
CREATE TABLE directory.client_assertions (
    app_id uuid NOT NULL REFERENCES directory.apps (id),
    jti_digest bytea NOT NULL CHECK (length(jti_digest) = 32),
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (app_id, jti_digest)
);
CREATE INDEX client_assertions_expiry ON directory.client_assertions (expires_at);
CALL gatehouse.protect('directory.client_assertions', 'directory');
GRANT SELECT, INSERT, DELETE ON directory.client_assertions TO gatehouse_app;

-- Platform apps' own tokens that were ended before their time.
CREATE TABLE directory.revoked_tokens (
    jti uuid PRIMARY KEY,
    expires_at timestamptz NOT NULL
);
CREATE INDEX revoked_tokens_expiry ON directory.revoked_tokens (expires_at);
CALL gatehouse.protect('directory.revoked_tokens', 'directory');
GRANT SELECT, INSERT, DELETE ON directory.revoked_tokens TO gatehouse_app;

-- Deletes what is over, a batch of each; answers how many rows went.
CREATE FUNCTION directory.sweep(moment timestamptz, batch integer) RETURNS bigint
LANGUAGE sql
AS $$
    WITH r AS (
        DELETE FROM directory.revoked_tokens WHERE jti IN (
            SELECT jti FROM directory.revoked_tokens WHERE expires_at <= moment LIMIT batch)
        RETURNING 1
    ), a AS (
        DELETE FROM directory.client_assertions WHERE (app_id, jti_digest) IN (
            SELECT app_id, jti_digest FROM directory.client_assertions WHERE expires_at <= moment LIMIT batch)
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM r) + (SELECT count(*) FROM a)
$$;
GRANT EXECUTE ON FUNCTION directory.sweep(timestamptz, integer) TO gatehouse_app;
