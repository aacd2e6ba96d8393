-- Identities: rows of a person, seen under the person's own scope only.

CREATE TABLE cell.identities (
    identity_id uuid PRIMARY KEY DEFAULT gatehouse.current_identity(),
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled', 'deleted')),
    epoch integer NOT NULL DEFAULT 1,
    name text,
    locale text,
    created_at timestamptz NOT NULL
);
CALL gatehouse.protect('cell.identities', 'identity');
GRANT SELECT, INSERT, UPDATE (status, epoch, name, locale) ON cell.identities TO gatehouse_app;

-- VERIFIED is written by cell.complete_proof alone: the application may insert claims (the state's default) and no other state.
CREATE TABLE cell.addresses (
    identity_id uuid NOT NULL DEFAULT gatehouse.current_identity() REFERENCES cell.identities (identity_id),
    id uuid NOT NULL,
    address text NOT NULL,
    typed text NOT NULL,
    state text NOT NULL DEFAULT 'claimed' CHECK (state IN ('claimed', 'pending', 'verified', 'stale', 'retired')),
    created_at timestamptz NOT NULL,
    verified_at timestamptz,
    is_primary boolean NOT NULL DEFAULT false,
    PRIMARY KEY (identity_id, id),
    CHECK (state NOT IN ('verified', 'stale') OR verified_at IS NOT NULL)
);
CREATE UNIQUE INDEX addresses_of_identity ON cell.addresses (identity_id, address) WHERE state <> 'retired';
CREATE UNIQUE INDEX addresses_primary ON cell.addresses (identity_id) WHERE is_primary;
-- The one global uniqueness of a cell: an address is verified (or lapsed and held) for at most one identity.
CREATE UNIQUE INDEX addresses_owner ON cell.addresses (address) WHERE state IN ('verified', 'stale');
CALL gatehouse.protect('cell.addresses', 'identity');
CREATE POLICY lookup ON cell.addresses FOR ALL TO gatehouse_lookup USING (true) WITH CHECK (true);
GRANT SELECT, INSERT (identity_id, id, address, typed, created_at, is_primary), UPDATE (is_primary)
    ON cell.addresses TO gatehouse_app;
GRANT SELECT, UPDATE (state, verified_at, is_primary) ON cell.addresses TO gatehouse_lookup;

-- Why an address counts as verified: the ledger, never changed.
CREATE TABLE cell.address_evidence (
    identity_id uuid NOT NULL DEFAULT gatehouse.current_identity(),
    id uuid NOT NULL,
    address_id uuid NOT NULL,
    address text NOT NULL,
    typed text NOT NULL,
    method text NOT NULL CHECK (method IN ('mailbox', 'dev')),
    details jsonb NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (identity_id, id),
    FOREIGN KEY (identity_id, address_id) REFERENCES cell.addresses (identity_id, id)
);
CALL gatehouse.protect('cell.address_evidence', 'identity');
CREATE POLICY lookup ON cell.address_evidence FOR INSERT TO gatehouse_lookup WITH CHECK (true);
GRANT SELECT ON cell.address_evidence TO gatehouse_app;
GRANT INSERT ON cell.address_evidence TO gatehouse_lookup;

CREATE TABLE cell.credentials (
    identity_id uuid NOT NULL DEFAULT gatehouse.current_identity() REFERENCES cell.identities (identity_id),
    id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('password')),
    secret text NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    last_used_at timestamptz,
    PRIMARY KEY (identity_id, id)
);
CREATE UNIQUE INDEX credentials_password ON cell.credentials (identity_id) WHERE kind = 'password';
CALL gatehouse.protect('cell.credentials', 'identity');
GRANT SELECT, INSERT, DELETE, UPDATE (secret, changed_at, last_used_at) ON cell.credentials TO gatehouse_app;

CREATE TABLE cell.sessions (
    identity_id uuid NOT NULL DEFAULT gatehouse.current_identity() REFERENCES cell.identities (identity_id),
    id uuid NOT NULL,
    authority_tenant uuid,
    credential_id uuid NOT NULL,
    amr text[] NOT NULL,
    acr text NOT NULL,
    auth_time timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    idle_end timestamptz NOT NULL,
    absolute_end timestamptz NOT NULL,
    ended_at timestamptz,
    ended_reason text,
    identity_epoch integer NOT NULL,
    entered jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (identity_id, id),
    CHECK ((ended_at IS NULL) = (ended_reason IS NULL))
);
CALL gatehouse.protect('cell.sessions', 'identity');
GRANT SELECT, INSERT,
    UPDATE (amr, acr, auth_time, credential_id, last_seen_at, idle_end, absolute_end, ended_at, ended_reason, entered)
    ON cell.sessions TO gatehouse_app;

-- What a person sees of memberships across tenants; kept by the trigger below, written by nobody else.
CREATE TABLE cell.memberships (
    identity_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    member_id uuid NOT NULL,
    status text NOT NULL,
    roles text[] NOT NULL,
    epoch integer NOT NULL,
    PRIMARY KEY (identity_id, tenant_id)
);
CALL gatehouse.protect('cell.memberships', 'mirror');
GRANT SELECT ON cell.memberships TO gatehouse_app;
GRANT SELECT, INSERT, UPDATE (member_id, status, roles, epoch) ON cell.memberships TO gatehouse_lookup;

-- Proofs of addresses under way: one open proof an address, its tries counted on the row.
CREATE TABLE cell.address_proofs (
    digest bytea PRIMARY KEY CHECK (length(digest) = 32),
    identity_id uuid NOT NULL,
    address_id uuid NOT NULL,
    address text NOT NULL,
    expires_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    used_at timestamptz
);
CREATE UNIQUE INDEX address_proofs_open ON cell.address_proofs (identity_id, address_id) WHERE used_at IS NULL;
CREATE INDEX address_proofs_expiry ON cell.address_proofs (expires_at);
CALL gatehouse.protect('cell.address_proofs', 'flow');
GRANT SELECT, INSERT, DELETE, UPDATE (attempts, used_at) ON cell.address_proofs TO gatehouse_lookup;

GRANT CREATE ON SCHEMA cell TO gatehouse_lookup;
SET LOCAL ROLE gatehouse_lookup;

CREATE FUNCTION cell.mirror_member() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO cell.memberships AS mirror (identity_id, tenant_id, member_id, status, roles, epoch)
    VALUES (NEW.identity_id, NEW.tenant_id, NEW.id, NEW.status, NEW.roles, NEW.epoch)
    ON CONFLICT (identity_id, tenant_id) DO UPDATE
    SET member_id = NEW.id, status = NEW.status, roles = NEW.roles, epoch = NEW.epoch;
    RETURN NULL;
END
$$;
GRANT EXECUTE ON FUNCTION cell.mirror_member() TO gatehouse_owner;

-- The identity that has verified an address, or NULL; nothing else about either.
CREATE FUNCTION cell.verified_owner(wanted text) RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (SELECT identity_id FROM cell.addresses WHERE address = wanted AND state = 'verified');
END
$$;

-- Opens the proof of an address of the identity in scope; an earlier open proof of it ends. False when there is no such
-- address or it needs no proof.
CREATE FUNCTION cell.begin_proof(which uuid, proof bytea, until timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    who constant uuid := gatehouse.current_identity();
    what text;
BEGIN
    UPDATE cell.addresses SET state = CASE state WHEN 'claimed' THEN 'pending' ELSE state END
    WHERE identity_id = who AND id = which AND state IN ('claimed', 'pending', 'stale')
    RETURNING address INTO what;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    DELETE FROM cell.address_proofs WHERE identity_id = who AND address_id = which AND used_at IS NULL;
    INSERT INTO cell.address_proofs (digest, identity_id, address_id, address, expires_at)
    VALUES (proof, who, which, what, until);
    RETURN true;
END
$$;

-- Spends a proof of the identity in scope and writes VERIFIED with its evidence: the one writer of that state. Every try is
-- counted before it is compared. Answers 'verified', 'wrong', 'gone' (none open, expired, tries used up) or 'taken'.
CREATE FUNCTION cell.complete_proof(
    which uuid, proof bytea, moment timestamptz, tries integer, evidence uuid, method text, details jsonb
) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    who constant uuid := gatehouse.current_identity();
    tried bytea;
    written cell.addresses;
BEGIN
    UPDATE cell.address_proofs SET attempts = attempts + 1
    WHERE identity_id = who AND address_id = which AND used_at IS NULL AND expires_at > moment AND attempts < tries
    RETURNING digest INTO tried;
    IF NOT FOUND THEN
        RETURN 'gone';
    END IF;
    IF tried <> proof THEN
        RETURN 'wrong';
    END IF;
    UPDATE cell.address_proofs SET used_at = moment WHERE digest = proof;
    BEGIN
        UPDATE cell.addresses SET state = 'verified', verified_at = moment
        WHERE identity_id = who AND id = which AND state IN ('claimed', 'pending', 'stale')
        RETURNING * INTO written;
    EXCEPTION WHEN unique_violation THEN
        RETURN 'taken';
    END;
    IF written.id IS NULL THEN
        RETURN 'gone';
    END IF;
    INSERT INTO cell.address_evidence (identity_id, id, address_id, address, typed, method, details, at)
    VALUES (who, evidence, which, written.address, written.typed, method, details, moment);
    IF NOT EXISTS (SELECT FROM cell.addresses WHERE identity_id = who AND is_primary) THEN
        UPDATE cell.addresses SET is_primary = true WHERE identity_id = who AND id = which;
    END IF;
    RETURN 'verified';
END
$$;

GRANT EXECUTE ON FUNCTION cell.verified_owner(text), cell.begin_proof(uuid, bytea, timestamptz),
    cell.complete_proof(uuid, bytea, timestamptz, integer, uuid, text, jsonb) TO gatehouse_app;

SET LOCAL ROLE gatehouse_owner;
REVOKE CREATE ON SCHEMA cell FROM gatehouse_lookup;

CREATE TRIGGER mirror AFTER INSERT OR UPDATE ON cell.members
    FOR EACH ROW EXECUTE FUNCTION cell.mirror_member();
