-- Invitations to a tenant: bound to one address and one role. The link's token stands here as a digest only; another mail puts
-- another one in its place. Whose inviter may not give the role any more is worth nothing.

CREATE TABLE cell.invitations (
    tenant_id uuid NOT NULL DEFAULT gatehouse.current_tenant() REFERENCES cell.tenants (tenant_id),
    id uuid NOT NULL,
    address text NOT NULL,
    typed text NOT NULL,
    role text NOT NULL CHECK (role IN ('owner', 'admin', 'auditor', 'member')),
    name text,
    inviter uuid,
    digest bytea NOT NULL CHECK (length(digest) = 32),
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'accepted', 'declined', 'revoked', 'expired')),
    created_at timestamptz NOT NULL,
    sent_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    closed_at timestamptz,
    closed_by uuid,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, inviter) REFERENCES cell.members (tenant_id, id),
    CHECK ((state = 'pending') = (closed_at IS NULL)),
    CHECK (state NOT IN ('accepted', 'declined') OR closed_by IS NOT NULL)
);
CREATE UNIQUE INDEX invitations_pending ON cell.invitations (tenant_id, address) WHERE state = 'pending';
CREATE INDEX invitations_address ON cell.invitations (tenant_id, address, id);
CREATE INDEX invitations_closed ON cell.invitations (tenant_id, closed_at) WHERE closed_at IS NOT NULL;
CREATE UNIQUE INDEX invitations_digest ON cell.invitations (tenant_id, digest);
CREATE INDEX invitations_due ON cell.invitations (tenant_id, expires_at) WHERE state = 'pending';
CALL gatehouse.protect('cell.invitations', 'tenant');
GRANT SELECT, INSERT, DELETE, UPDATE (digest, sent_at, expires_at, state, closed_at, closed_by) ON cell.invitations TO gatehouse_app;

-- What is refused about invitations and joining describes no change either.
GRANT CREATE ON SCHEMA audit TO gatehouse_audit;
SET LOCAL ROLE gatehouse_audit;
CREATE OR REPLACE FUNCTION audit.detached(kind text) RETURNS boolean
LANGUAGE sql IMMUTABLE
AS $$
    SELECT kind IN ('token.issued', 'request.refused', 'signin.failed', 'refusals.counted', 'invitation.mismatch',
        'invitation.denied', 'membership.domain_join_denied')
$$;
SET LOCAL ROLE gatehouse_owner;
REVOKE CREATE ON SCHEMA audit FROM gatehouse_audit;
