-- A cell: tenants and what belongs to them. Every key and index starts with the tenant, because PostgreSQL checks
-- uniqueness and references outside row security.

CREATE SCHEMA cell;
GRANT USAGE ON SCHEMA cell TO gatehouse_app, gatehouse_lookup, gatehouse_export;

CREATE TABLE cell.tenants (
    tenant_id uuid PRIMARY KEY DEFAULT gatehouse.current_tenant(),
    name text NOT NULL,
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended')),
    personal boolean NOT NULL,
    epoch integer NOT NULL DEFAULT 1,
    policy jsonb NOT NULL,
    branding jsonb NOT NULL,
    created_at timestamptz NOT NULL
);
CALL gatehouse.protect('cell.tenants', 'tenant');
GRANT SELECT, INSERT, UPDATE (name, status, epoch, policy, branding) ON cell.tenants TO gatehouse_app;

CREATE TABLE cell.domains (
    tenant_id uuid NOT NULL DEFAULT gatehouse.current_tenant() REFERENCES cell.tenants (tenant_id),
    id uuid NOT NULL,
    name text NOT NULL CHECK (name = lower(name)),
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'verified', 'lapsed')),
    evidence text CHECK (evidence IN ('operator', 'dns')),
    verified_at timestamptz,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name),
    CHECK (state <> 'verified' OR (evidence IS NOT NULL AND verified_at IS NOT NULL))
);
CALL gatehouse.protect('cell.domains', 'tenant');
GRANT SELECT, INSERT, DELETE, UPDATE (state, evidence, verified_at) ON cell.domains TO gatehouse_app;

CREATE TABLE cell.data_keys (
    tenant_id uuid NOT NULL DEFAULT gatehouse.current_tenant() REFERENCES cell.tenants (tenant_id),
    id uuid NOT NULL,
    kek_id text NOT NULL,
    wrapped bytea NOT NULL,
    created_at timestamptz NOT NULL,
    retired_at timestamptz,
    PRIMARY KEY (tenant_id, id)
);
-- One data key of a tenant is in use; a racing second insert meets this index and yields.
CREATE UNIQUE INDEX data_keys_in_use ON cell.data_keys (tenant_id) WHERE retired_at IS NULL;
CALL gatehouse.protect('cell.data_keys', 'tenant');
GRANT SELECT, INSERT ON cell.data_keys TO gatehouse_app;

CREATE TABLE cell.signing_keys (
    tenant_id uuid NOT NULL DEFAULT gatehouse.current_tenant() REFERENCES cell.tenants (tenant_id),
    id uuid NOT NULL,
    alg text NOT NULL CHECK (alg IN ('ES256', 'EdDSA', 'RS256')),
    state text NOT NULL CHECK (state IN ('next', 'current', 'retired', 'revoked')),
    public_jwk jsonb NOT NULL,
    sealed bytea NOT NULL,
    created_at timestamptz NOT NULL,
    current_at timestamptz,
    retired_at timestamptz,
    gone_at timestamptz,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX signing_keys_current ON cell.signing_keys (tenant_id, alg) WHERE state = 'current';
CREATE UNIQUE INDEX signing_keys_next ON cell.signing_keys (tenant_id, alg) WHERE state = 'next';
CALL gatehouse.protect('cell.signing_keys', 'tenant');
GRANT SELECT, INSERT, UPDATE (state, current_at, retired_at, gone_at) ON cell.signing_keys TO gatehouse_app;

-- Makes a waiting key the current one and retires its predecessor; false when the key no longer waits.
CREATE FUNCTION cell.promote_key(key uuid, moment timestamptz, gone timestamptz) RETURNS boolean
LANGUAGE plpgsql
AS $$
DECLARE
    kind text;
BEGIN
    SELECT alg INTO kind FROM signing_keys WHERE id = key AND state = 'next' FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE signing_keys SET state = 'retired', retired_at = moment, gone_at = gone
    WHERE alg = kind AND state = 'current';
    UPDATE signing_keys SET state = 'current', current_at = moment WHERE id = key;
    RETURN true;
END
$$;
GRANT EXECUTE ON FUNCTION cell.promote_key(uuid, timestamptz, timestamptz) TO gatehouse_app;

CREATE TABLE cell.apps (
    tenant_id uuid NOT NULL DEFAULT gatehouse.current_tenant() REFERENCES cell.tenants (tenant_id),
    id uuid NOT NULL,
    client_id text NOT NULL,
    name text NOT NULL,
    config jsonb NOT NULL,
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled')),
    epoch integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, client_id)
);
CALL gatehouse.protect('cell.apps', 'tenant');
GRANT SELECT, INSERT, UPDATE (name, config, status, epoch) ON cell.apps TO gatehouse_app;

CREATE TABLE cell.app_secrets (
    tenant_id uuid NOT NULL DEFAULT gatehouse.current_tenant(),
    id uuid NOT NULL,
    app_id uuid NOT NULL,
    digest bytea NOT NULL CHECK (length(digest) = 32),
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, app_id) REFERENCES cell.apps (tenant_id, id)
);
CREATE INDEX app_secrets_app ON cell.app_secrets (tenant_id, app_id);
CALL gatehouse.protect('cell.app_secrets', 'tenant');
GRANT SELECT, INSERT, DELETE, UPDATE (expires_at) ON cell.app_secrets TO gatehouse_app;

CREATE TABLE cell.resources (
    tenant_id uuid NOT NULL DEFAULT gatehouse.current_tenant() REFERENCES cell.tenants (tenant_id),
    id uuid NOT NULL,
    identifier text NOT NULL,
    config jsonb NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, identifier)
);
CALL gatehouse.protect('cell.resources', 'tenant');
GRANT SELECT, INSERT, DELETE, UPDATE (config) ON cell.resources TO gatehouse_app;

-- Which platform apps a tenant may use. The app is a row of the directory, perhaps of another database: no reference.
CREATE TABLE cell.entitlements (
    tenant_id uuid NOT NULL DEFAULT gatehouse.current_tenant() REFERENCES cell.tenants (tenant_id),
    app_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, app_id)
);
CALL gatehouse.protect('cell.entitlements', 'tenant');
GRANT SELECT, INSERT, DELETE ON cell.entitlements TO gatehouse_app;

-- A person in a tenant. The identity is no reference: its existence must not show through a foreign key.
CREATE TABLE cell.members (
    tenant_id uuid NOT NULL DEFAULT gatehouse.current_tenant() REFERENCES cell.tenants (tenant_id),
    id uuid NOT NULL,
    identity_id uuid NOT NULL,
    status text NOT NULL CHECK (status IN ('invited', 'active', 'suspended', 'removed')),
    roles text[] NOT NULL DEFAULT '{}',
    login_address text,
    name text,
    epoch integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, identity_id)
);
CREATE UNIQUE INDEX members_login_address ON cell.members (tenant_id, login_address)
    WHERE login_address IS NOT NULL AND status <> 'removed';
CALL gatehouse.protect('cell.members', 'tenant');
GRANT SELECT, INSERT, UPDATE (status, roles, login_address, name, epoch) ON cell.members TO gatehouse_app;

CREATE TABLE cell.consents (
    tenant_id uuid NOT NULL DEFAULT gatehouse.current_tenant() REFERENCES cell.tenants (tenant_id),
    identity_id uuid NOT NULL,
    app_id uuid NOT NULL,
    scopes text[] NOT NULL,
    resources text[] NOT NULL,
    granted_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, identity_id, app_id)
);
CALL gatehouse.protect('cell.consents', 'tenant');
GRANT SELECT, INSERT, DELETE, UPDATE (scopes, resources, granted_at) ON cell.consents TO gatehouse_app;
