-- Subjects of the operator's providers as credentials of people, and the second writer of VERIFIED.

-- A subject of a provider: it opens the identity as a password does. `key` is the digest of issuer and subject. The provider is a
-- row of the directory, perhaps of another database: no reference.
CREATE TABLE cell.provider_links (
    identity_id uuid NOT NULL DEFAULT gatehouse.current_identity() REFERENCES cell.identities (identity_id),
    id uuid NOT NULL,
    provider_id uuid NOT NULL,
    key bytea NOT NULL CHECK (length(key) = 32),
    issuer text NOT NULL,
    subject text NOT NULL,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz,
    PRIMARY KEY (identity_id, id)
);
-- A subject is at most one person's.
CREATE UNIQUE INDEX provider_links_key ON cell.provider_links (provider_id, key);
CALL gatehouse.protect('cell.provider_links', 'identity');
CREATE POLICY lookup ON cell.provider_links FOR SELECT TO gatehouse_lookup USING (true);
GRANT SELECT, INSERT, DELETE, UPDATE (last_used_at) ON cell.provider_links TO gatehouse_app;
GRANT SELECT ON cell.provider_links TO gatehouse_lookup;

ALTER TABLE cell.address_evidence DROP CONSTRAINT address_evidence_method_check;
ALTER TABLE cell.address_evidence ADD CONSTRAINT address_evidence_method_check CHECK (CASE state
    WHEN 'claimed' THEN method IN ('typed', 'import', 'operator', 'provider')
    WHEN 'pending' THEN method = 'proof_sent'
    WHEN 'verified' THEN method IN ('mailbox', 'dev', 'provider')
    WHEN 'stale' THEN method IN ('mail_refused', 'domain_lapsed')
    WHEN 'retired' THEN method IN ('released', 'evicted', 'superseded', 'unproven', 'deleted') END);
-- Whose addresses a domain's are, for when its owner is not known any more.
CREATE INDEX addresses_domain ON cell.addresses (split_part(address, '@', 2)) WHERE state = 'verified';

GRANT CREATE ON SCHEMA cell TO gatehouse_lookup;
SET LOCAL ROLE gatehouse_lookup;

-- Whose credential a subject of a provider is, and whether they may sign in; nothing else about either.
CREATE FUNCTION cell.provider_owner(provider uuid, wanted bytea)
RETURNS TABLE (identity uuid, link uuid, status text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY SELECT l.identity_id, l.id, i.status
        FROM cell.provider_links AS l JOIN cell.identities AS i ON i.identity_id = l.identity_id
        WHERE l.provider_id = provider AND l.key = wanted;
END
$$;

-- Turns a claim of the person in scope into VERIFIED, with its evidence: the one statement that does, called by nothing but the two
-- functions below, which know why. Answers as they do. Whoever calls it has the person's turn and the address's.
CREATE FUNCTION cell.become_verified(
    which uuid, canonical text, free_mark bytea, cooled timestamptz, evidence uuid, how text, details jsonb, moment timestamptz
) RETURNS TABLE (outcome text, superseded uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    who constant uuid := gatehouse.current_identity();
    holder cell.addresses;
BEGIN
    SELECT a.* INTO holder FROM cell.addresses AS a
    WHERE a.address = canonical AND a.state IN ('verified', 'stale') AND a.identity_id <> who
    FOR UPDATE;
    IF holder.id IS NOT NULL AND (holder.state = 'verified' OR coalesce(holder.moved_at, moment) > cooled) THEN
        outcome := 'taken';
        RETURN NEXT;
        RETURN;
    END IF;
    IF EXISTS (SELECT FROM cell.released_addresses AS r
        WHERE r.mark = free_mark AND r.identity_id <> who AND r.free_at > moment) THEN
        outcome := 'held';
        RETURN NEXT;
        RETURN;
    END IF;
    IF holder.id IS NOT NULL THEN
        UPDATE cell.addresses AS a SET state = 'retired', moved_at = moment, is_primary = false
        WHERE a.identity_id = holder.identity_id AND a.id = holder.id;
        PERFORM cell.note_evidence(holder.identity_id, holder.id, gen_random_uuid(), 'retired', 'superseded', '{}', moment);
        superseded := holder.identity_id;
    END IF;
    UPDATE cell.addresses AS a SET state = 'verified', verified_at = moment, moved_at = moment,
        is_primary = NOT EXISTS (SELECT FROM cell.addresses AS o WHERE o.identity_id = who AND o.is_primary)
    WHERE a.identity_id = who AND a.id = which;
    PERFORM cell.note_evidence(who, which, evidence, 'verified', how, details, moment);
    outcome := 'verified';
    RETURN NEXT;
END
$$;

-- As before: VERIFIED by the proof of a mailbox.
CREATE OR REPLACE FUNCTION cell.prove_mailbox(
    which uuid, proof uuid, what text, browser bytea, free_mark bytea, cooled timestamptz, evidence uuid, how text, details jsonb,
    moment timestamptz
) RETURNS TABLE (outcome text, superseded uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    who constant uuid := gatehouse.current_identity();
    canonical text;
BEGIN
    outcome := 'gone';
    -- Everywhere first the person's turn, then the address's: nobody waits with rows in hand that the one before needs.
    PERFORM pg_advisory_xact_lock(hashtextextended(who::text, 0));
    SELECT a.address INTO canonical FROM cell.addresses AS a WHERE a.identity_id = who AND a.id = which;
    PERFORM pg_advisory_xact_lock(hashtextextended(canonical, 0));
    PERFORM FROM cell.addresses AS a
    WHERE a.identity_id = who AND a.id = which AND a.state IN ('claimed', 'pending', 'stale')
    FOR UPDATE;
    IF NOT FOUND OR how NOT IN ('mailbox', 'dev')
        OR NOT EXISTS (SELECT FROM cell.mailbox_proofs AS p WHERE p.id = proof AND p.address = canonical)
        OR NOT cell.proof_spend(proof, what, browser, moment) THEN
        RETURN NEXT;
        RETURN;
    END IF;
    RETURN QUERY SELECT v.outcome, v.superseded
        FROM cell.become_verified(which, canonical, free_mark, cooled, evidence, how, details, moment) AS v;
END
$$;

-- VERIFIED by the word of a provider that is an authority over the address. It stands on a link of the person that this very
-- transaction has made or used: the word of another day proves nothing now. Answers as prove_mailbox does.
CREATE FUNCTION cell.prove_by_provider(
    which uuid, link uuid, free_mark bytea, cooled timestamptz, evidence uuid, details jsonb, moment timestamptz
) RETURNS TABLE (outcome text, superseded uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    who constant uuid := gatehouse.current_identity();
    canonical text;
BEGIN
    outcome := 'gone';
    PERFORM pg_advisory_xact_lock(hashtextextended(who::text, 0));
    SELECT a.address INTO canonical FROM cell.addresses AS a WHERE a.identity_id = who AND a.id = which;
    PERFORM pg_advisory_xact_lock(hashtextextended(canonical, 0));
    PERFORM FROM cell.addresses AS a
    WHERE a.identity_id = who AND a.id = which AND a.state IN ('claimed', 'pending', 'stale')
    FOR UPDATE;
    IF NOT FOUND OR NOT EXISTS (SELECT FROM cell.provider_links AS l
        WHERE l.identity_id = who AND l.id = link AND l.xmin = pg_current_xact_id()::xid) THEN
        RETURN NEXT;
        RETURN;
    END IF;
    RETURN QUERY SELECT v.outcome, v.superseded
        FROM cell.become_verified(which, canonical, free_mark, cooled, evidence, 'provider', details, moment) AS v;
END
$$;

-- Lets the addresses of a domain lapse, a batch at a time; whose they were. Only for the tenant whose claim on it has lapsed: nobody
-- knows whose mailboxes they are now.
CREATE FUNCTION cell.lapse_addresses(domain text, batch integer, moment timestamptz) RETURNS TABLE (person uuid, address_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    gone record;
BEGIN
    IF NOT EXISTS (SELECT FROM cell.domains AS d
        WHERE d.tenant_id = gatehouse.current_tenant() AND d.name = domain AND d.state = 'lapsed') THEN
        RAISE EXCEPTION 'addresses lapse with the claim on their domain' USING ERRCODE = '42501';
    END IF;
    FOR gone IN
        UPDATE cell.addresses AS a SET state = 'stale', moved_at = moment
        WHERE (a.identity_id, a.id) IN (
            SELECT o.identity_id, o.id FROM cell.addresses AS o
            WHERE split_part(o.address, '@', 2) = domain AND o.state = 'verified' LIMIT batch FOR UPDATE SKIP LOCKED)
        RETURNING a.identity_id, a.id
    LOOP
        PERFORM cell.note_evidence(gone.identity_id, gone.id, gen_random_uuid(), 'stale', 'domain_lapsed', '{}', moment);
        person := gone.identity_id;
        address_id := gone.id;
        RETURN NEXT;
    END LOOP;
END
$$;

GRANT EXECUTE ON FUNCTION
    cell.provider_owner(uuid, bytea),
    cell.prove_by_provider(uuid, uuid, bytea, timestamptz, uuid, jsonb, timestamptz),
    cell.lapse_addresses(text, integer, timestamptz)
    TO gatehouse_app;

SET LOCAL ROLE gatehouse_owner;
REVOKE CREATE ON SCHEMA cell FROM gatehouse_lookup;
