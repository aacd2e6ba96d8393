-- Upstreams of the operator, offered to everybody.

CREATE TABLE directory.providers (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9][a-z0-9-]{0,38}[a-z0-9]$'),
    settings jsonb NOT NULL,
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled')),
    epoch integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL
);
CALL gatehouse.protect('directory.providers', 'directory');
GRANT SELECT, INSERT, UPDATE (settings, status, epoch) ON directory.providers TO gatehouse_app;

-- What a provider knows us by, sealed: one secret for each purpose.
CREATE TABLE directory.provider_secrets (
    id uuid PRIMARY KEY,
    provider_id uuid NOT NULL REFERENCES directory.providers (id),
    purpose text NOT NULL CHECK (purpose ~ '^[a-z0-9_]{1,64}$'),
    sealed bytea NOT NULL,
    created_at timestamptz NOT NULL,
    UNIQUE (provider_id, purpose)
);
CALL gatehouse.protect('directory.provider_secrets', 'directory');
GRANT SELECT, INSERT, DELETE ON directory.provider_secrets TO gatehouse_app;
