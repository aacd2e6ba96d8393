-- Addresses and the proofs of them: each move between states is one function here, and leaves its evidence.

ALTER TABLE cell.address_evidence DROP CONSTRAINT address_evidence_method_check;
ALTER TABLE cell.address_evidence
    ADD COLUMN state text NOT NULL DEFAULT 'verified'
        CHECK (state IN ('claimed', 'pending', 'verified', 'stale', 'retired')),
    ADD CONSTRAINT address_evidence_method_check CHECK (CASE state
        WHEN 'claimed' THEN method IN ('typed', 'import', 'operator')
        WHEN 'pending' THEN method = 'proof_sent'
        WHEN 'verified' THEN method IN ('mailbox', 'dev')
        WHEN 'stale' THEN method = 'mail_refused'
        WHEN 'retired' THEN method IN ('released', 'evicted', 'superseded', 'unproven') END);
ALTER TABLE cell.address_evidence ALTER COLUMN state DROP DEFAULT;
CREATE POLICY lookup_reads ON cell.address_evidence FOR SELECT TO gatehouse_lookup USING (true);
GRANT SELECT ON cell.address_evidence TO gatehouse_lookup;

-- When the address came into its state: what a cool-off is counted from.
ALTER TABLE cell.addresses ADD COLUMN moved_at timestamptz;
REVOKE INSERT ON cell.addresses FROM gatehouse_app;
REVOKE INSERT (identity_id, id, address, typed, created_at, is_primary) ON cell.addresses FROM gatehouse_app;
REVOKE UPDATE (is_primary) ON cell.addresses FROM gatehouse_app;
GRANT INSERT, UPDATE (moved_at) ON cell.addresses TO gatehouse_lookup;
CREATE INDEX addresses_claims ON cell.addresses (address) WHERE state IN ('claimed', 'pending');
CREATE INDEX addresses_unproven ON cell.addresses (created_at) WHERE state IN ('claimed', 'pending');

-- Who has let go of an address, as a keyed hash: nobody else proves it before its time.
CREATE TABLE cell.released_addresses (
    mark bytea NOT NULL CHECK (length(mark) = 32),
    identity_id uuid NOT NULL,
    free_at timestamptz NOT NULL,
    PRIMARY KEY (mark, identity_id)
);
CREATE INDEX released_addresses_free ON cell.released_addresses (free_at);
CALL gatehouse.protect('cell.released_addresses', 'flow');
GRANT SELECT, INSERT, DELETE, UPDATE (free_at) ON cell.released_addresses TO gatehouse_lookup;

-- Proofs of mailboxes under way. The code and the link of a mail prove the same row; its tries are counted on it. Nobody need
-- be behind an address: a row whose code was sent to nobody is judged like any other.
CREATE TABLE cell.mailbox_proofs (
    id uuid PRIMARY KEY,
    purpose text NOT NULL CHECK (purpose IN ('sign_up', 'recovery', 'address')),
    browser_hash bytea CHECK (length(browser_hash) = 32),
    identity_id uuid,
    address text NOT NULL,
    code bytea NOT NULL CHECK (length(code) = 32),
    link bytea NOT NULL CHECK (length(link) = 32),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    proven_at timestamptz,
    spent_at timestamptz
);
CREATE INDEX mailbox_proofs_open ON cell.mailbox_proofs (address, purpose) WHERE spent_at IS NULL;
CREATE INDEX mailbox_proofs_person ON cell.mailbox_proofs (identity_id) WHERE identity_id IS NOT NULL;
CREATE INDEX mailbox_proofs_expiry ON cell.mailbox_proofs (expires_at);
CALL gatehouse.protect('cell.mailbox_proofs', 'flow');
GRANT SELECT, INSERT, DELETE, UPDATE (attempts, expires_at, proven_at, spent_at) ON cell.mailbox_proofs TO gatehouse_lookup;

GRANT CREATE ON SCHEMA cell TO gatehouse_lookup;
SET LOCAL ROLE gatehouse_lookup;

DROP FUNCTION cell.begin_proof(uuid, bytea, timestamptz);
DROP FUNCTION cell.complete_proof(uuid, bytea, timestamptz, integer, uuid, text, jsonb);

-- Where mail to the owner of a proven address goes: the form that was proven. Nothing for an address that nobody has.
CREATE FUNCTION cell.verified_mailbox(wanted text)
RETURNS TABLE (identity uuid, typed text, locale text, name text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY SELECT a.identity_id, a.typed, i.locale, i.name
        FROM cell.addresses AS a JOIN cell.identities AS i ON i.identity_id = a.identity_id
        WHERE a.address = wanted AND a.state = 'verified' AND i.status = 'active';
END
$$;

-- The one way a row of evidence is written.
CREATE FUNCTION cell.note_evidence(who uuid, which uuid, evidence uuid, into_state text, how text, details jsonb, moment timestamptz)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO cell.address_evidence (identity_id, id, address_id, address, typed, state, method, details, at)
    SELECT who, evidence, which, a.address, a.typed, into_state, how, details, moment
    FROM cell.addresses AS a WHERE a.identity_id = who AND a.id = which
$$;

-- Adds an address that the person in scope is said to have; false if it has it already.
CREATE FUNCTION cell.claim_address(
    new_id uuid, canonical text, shown text, evidence uuid, how text, details jsonb, moment timestamptz
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    who constant uuid := gatehouse.current_identity();
BEGIN
    INSERT INTO cell.addresses (identity_id, id, address, typed, created_at, moved_at)
    VALUES (who, new_id, canonical, shown, moment, moment)
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM cell.note_evidence(who, new_id, evidence, 'claimed', how, details, moment);
    RETURN true;
END
$$;

-- Opens a proof, in place of earlier ones of the same address and purpose that nothing came back for: what was mailed before is
-- worth nothing any more.
-- The claim that it is to prove, if it is one, is pending from now on.
CREATE FUNCTION cell.proof_begin(
    new_id uuid, what text, who uuid, canonical text, browser bytea, new_code bytea, new_link bytea, evidence uuid,
    moment timestamptz, until timestamptz
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    claim uuid;
BEGIN
    IF who IS DISTINCT FROM gatehouse.current_identity() THEN
        RAISE EXCEPTION 'a proof is begun in the scope of its person' USING ERRCODE = '42501';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended(coalesce(who, new_id)::text, 0));
    PERFORM pg_advisory_xact_lock(hashtextextended(canonical, 0));
    DELETE FROM cell.mailbox_proofs AS p
    WHERE p.address = canonical AND p.purpose = what AND p.proven_at IS NULL
        AND p.browser_hash IS NOT DISTINCT FROM browser AND (what <> 'address' OR p.identity_id = who);
    INSERT INTO cell.mailbox_proofs (id, purpose, browser_hash, identity_id, address, code, link, created_at, expires_at)
    VALUES (new_id, what, browser, who, canonical, new_code, new_link, moment, until);
    IF what = 'address' THEN
        UPDATE cell.addresses AS a SET state = 'pending', moved_at = moment
        WHERE a.identity_id = who AND a.address = canonical AND a.state = 'claimed'
        RETURNING a.id INTO claim;
        IF FOUND THEN
            PERFORM cell.note_evidence(who, claim, evidence, 'pending', 'proof_sent', '{}', moment);
        END IF;
    END IF;
END
$$;

-- Judges a typed code. A try is counted before it is compared; of equal tries at once, one is right. What is proven stays so long
-- enough to go on.
CREATE FUNCTION cell.proof_try(
    which uuid, browser bytea, given bytea, tries integer, moment timestamptz, until timestamptz
) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    wanted bytea;
BEGIN
    UPDATE cell.mailbox_proofs AS p SET attempts = p.attempts + 1
    WHERE p.id = which AND p.browser_hash IS NOT DISTINCT FROM browser AND p.proven_at IS NULL AND p.spent_at IS NULL
        AND p.expires_at > moment AND p.attempts < tries
    RETURNING p.code INTO wanted;
    IF NOT FOUND THEN
        RETURN 'gone';
    END IF;
    UPDATE cell.mailbox_proofs AS p SET proven_at = moment, expires_at = until WHERE p.id = which AND wanted = given;
    RETURN CASE WHEN FOUND THEN 'proven' ELSE 'wrong' END;
END
$$;

-- Judges a mailed link that was confirmed in the browser that asked for it.
CREATE FUNCTION cell.proof_follow(which uuid, browser bytea, given bytea, moment timestamptz, until timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE cell.mailbox_proofs AS p SET proven_at = moment, expires_at = until
    WHERE p.id = which AND p.browser_hash IS NOT DISTINCT FROM browser AND p.link = given AND p.proven_at IS NULL
        AND p.spent_at IS NULL AND p.expires_at > moment;
    RETURN CASE WHEN FOUND THEN 'proven' ELSE 'gone' END;
END
$$;

-- Spends a proof of the person in scope, once, for its purpose.
CREATE FUNCTION cell.proof_spend(which uuid, what text, browser bytea, moment timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(gatehouse.current_identity()::text, 0));
    UPDATE cell.mailbox_proofs AS p SET spent_at = moment
    WHERE p.id = which AND p.purpose = what AND p.browser_hash IS NOT DISTINCT FROM browser
        AND (p.identity_id = gatehouse.current_identity() OR (what = 'sign_up' AND p.identity_id IS NULL))
        AND p.proven_at IS NOT NULL AND p.spent_at IS NULL AND p.expires_at > moment;
    RETURN FOUND;
END
$$;

-- Ends every proof that is under way for the person in scope.
CREATE FUNCTION cell.proofs_void() RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH gone AS (
        DELETE FROM cell.mailbox_proofs AS p
        WHERE p.identity_id = gatehouse.current_identity() AND p.spent_at IS NULL
        RETURNING 1
    )
    SELECT count(*) FROM gone
$$;

-- Writes VERIFIED for a mailbox proof, with its evidence. Answers 'verified', 'gone' (nothing proven, or no such claim), 'taken'
-- (somebody else has proven it) or 'held' (somebody let go of it not long ago). An owner whose proof lapsed longer ago than the
-- cool-off gives way, and is named.
CREATE FUNCTION cell.prove_mailbox(
    which uuid, proof uuid, what text, browser bytea, free_mark bytea, cooled timestamptz, evidence uuid, how text, details jsonb,
    moment timestamptz
) RETURNS TABLE (outcome text, superseded uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    who constant uuid := gatehouse.current_identity();
    canonical text;
    holder cell.addresses;
BEGIN
    outcome := 'gone';
    -- Everywhere first the person's turn, then the address's: nobody waits with rows in hand that the one before needs.
    PERFORM pg_advisory_xact_lock(hashtextextended(who::text, 0));
    SELECT a.address INTO canonical FROM cell.addresses AS a WHERE a.identity_id = who AND a.id = which;
    PERFORM pg_advisory_xact_lock(hashtextextended(canonical, 0));
    PERFORM FROM cell.addresses AS a
    WHERE a.identity_id = who AND a.id = which AND a.state IN ('claimed', 'pending', 'stale')
    FOR UPDATE;
    IF NOT FOUND OR NOT EXISTS (SELECT FROM cell.mailbox_proofs AS p WHERE p.id = proof AND p.address = canonical)
        OR NOT cell.proof_spend(proof, what, browser, moment) THEN
        RETURN NEXT;
        RETURN;
    END IF;
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

-- Takes the claims of everybody else on an address, which only the transaction may that has just proven it.
CREATE FUNCTION cell.evict_claims(canonical text, moment timestamptz) RETURNS TABLE (victim uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    who constant uuid := gatehouse.current_identity();
    claim record;
BEGIN
    -- The row of the address may have been written for less; that of its evidence was not.
    IF NOT EXISTS (SELECT FROM cell.address_evidence AS e WHERE e.identity_id = who AND e.address = canonical
        AND e.state = 'verified' AND e.xmin = pg_current_xact_id()::xid) THEN
        RAISE EXCEPTION 'claims yield to a proof of this transaction' USING ERRCODE = '42501';
    END IF;
    FOR claim IN
        UPDATE cell.addresses AS a SET state = 'retired', moved_at = moment
        WHERE a.address = canonical AND a.state IN ('claimed', 'pending') AND a.identity_id <> who
        RETURNING a.identity_id, a.id
    LOOP
        PERFORM cell.note_evidence(claim.identity_id, claim.id, gen_random_uuid(), 'retired', 'evicted', '{}', moment);
        DELETE FROM cell.mailbox_proofs AS p
        WHERE p.identity_id = claim.identity_id AND p.address = canonical AND p.spent_at IS NULL;
        victim := claim.identity_id;
        RETURN NEXT;
    END LOOP;
END
$$;

-- Lets go of an address of the person in scope. Answers 'released', 'absent', or 'last' for the only proven one. Of a proven one a
-- mark stays, so that nobody else proves it before the time given.
CREATE FUNCTION cell.release_address(
    which uuid, kept_mark bytea, evidence uuid, how text, moment timestamptz, free timestamptz
) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    who constant uuid := gatehouse.current_identity();
    was cell.addresses;
    heir uuid;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(who::text, 0));
    SELECT a.* INTO was FROM cell.addresses AS a
    WHERE a.identity_id = who AND a.id = which AND a.state <> 'retired'
    FOR UPDATE;
    -- What was proven since it was found unproven stays.
    IF NOT FOUND OR (how = 'unproven' AND was.state NOT IN ('claimed', 'pending')) THEN
        RETURN 'absent';
    END IF;
    SELECT a.id INTO heir FROM cell.addresses AS a
    WHERE a.identity_id = who AND a.id <> which AND a.state = 'verified'
    ORDER BY a.verified_at LIMIT 1;
    IF was.state = 'verified' AND heir IS NULL THEN
        RETURN 'last';
    END IF;
    UPDATE cell.addresses AS a SET state = 'retired', moved_at = moment, is_primary = false
    WHERE a.identity_id = who AND a.id = which;
    IF was.is_primary AND heir IS NOT NULL THEN
        UPDATE cell.addresses AS a SET is_primary = true WHERE a.identity_id = who AND a.id = heir;
    END IF;
    PERFORM cell.note_evidence(who, which, evidence, 'retired', how, '{}', moment);
    DELETE FROM cell.mailbox_proofs AS p WHERE p.identity_id = who AND p.address = was.address AND p.spent_at IS NULL;
    IF was.state IN ('verified', 'stale') THEN
        INSERT INTO cell.released_addresses AS r (mark, identity_id, free_at) VALUES (kept_mark, who, free)
        ON CONFLICT (mark, identity_id) DO UPDATE SET free_at = greatest(r.free_at, free);
    END IF;
    RETURN 'released';
END
$$;

-- Makes a proven address the one that mail and tokens use first; false if it is not proven.
CREATE FUNCTION cell.make_primary(which uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    who constant uuid := gatehouse.current_identity();
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(who::text, 0));
    PERFORM FROM cell.addresses AS a WHERE a.identity_id = who AND a.id = which AND a.state = 'verified' FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE cell.addresses AS a SET is_primary = false WHERE a.identity_id = who AND a.is_primary;
    UPDATE cell.addresses AS a SET is_primary = true WHERE a.identity_id = who AND a.id = which;
    RETURN true;
END
$$;

-- Claims that have stood too long without a proof: whose they are.
CREATE FUNCTION cell.unproven_claims(before timestamptz, batch integer) RETURNS TABLE (identity uuid, address uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT a.identity_id, a.id FROM cell.addresses AS a
    WHERE a.state IN ('claimed', 'pending') AND a.created_at < before
    ORDER BY a.created_at LIMIT batch
$$;

CREATE OR REPLACE FUNCTION cell.sweep_flows(moment timestamptz, batch integer) RETURNS bigint
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
        DELETE FROM cell.mailbox_proofs WHERE id IN (
            SELECT id FROM cell.mailbox_proofs WHERE expires_at <= moment LIMIT batch FOR UPDATE SKIP LOCKED)
        RETURNING 1
    ), r AS (
        DELETE FROM cell.released_addresses WHERE (mark, identity_id) IN (
            SELECT mark, identity_id FROM cell.released_addresses WHERE free_at <= moment LIMIT batch FOR UPDATE SKIP LOCKED)
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM f) + (SELECT count(*) FROM b) + (SELECT count(*) FROM p) + (SELECT count(*) FROM r)
$$;

GRANT EXECUTE ON FUNCTION
    cell.verified_mailbox(text), cell.claim_address(uuid, text, text, uuid, text, jsonb, timestamptz),
    cell.proof_begin(uuid, text, uuid, text, bytea, bytea, bytea, uuid, timestamptz, timestamptz),
    cell.proof_try(uuid, bytea, bytea, integer, timestamptz, timestamptz),
    cell.proof_follow(uuid, bytea, bytea, timestamptz, timestamptz), cell.proof_spend(uuid, text, bytea, timestamptz),
    cell.proofs_void(), cell.prove_mailbox(uuid, uuid, text, bytea, bytea, timestamptz, uuid, text, jsonb, timestamptz),
    cell.evict_claims(text, timestamptz), cell.release_address(uuid, bytea, uuid, text, timestamptz, timestamptz),
    cell.make_primary(uuid), cell.unproven_claims(timestamptz, integer)
    TO gatehouse_app;

SET LOCAL ROLE gatehouse_owner;
REVOKE CREATE ON SCHEMA cell FROM gatehouse_lookup;

DROP TABLE cell.address_proofs;
CREATE POLICY lookup ON cell.identities FOR SELECT TO gatehouse_lookup USING (true);
GRANT SELECT (identity_id, status, locale, name) ON cell.identities TO gatehouse_lookup;

-- Ends the sessions of the person in scope, but for one: their tenants are told by jobs.
CREATE FUNCTION cell.end_sessions(kept uuid, why text, moment timestamptz) RETURNS TABLE (session uuid, entered jsonb)
LANGUAGE plpgsql
AS $$
BEGIN
    RETURN QUERY UPDATE sessions AS s SET ended_at = moment, ended_reason = why
        WHERE s.ended_at IS NULL AND s.id IS DISTINCT FROM kept
        RETURNING s.id, s.entered;
END
$$;
GRANT EXECUTE ON FUNCTION cell.end_sessions(uuid, text, timestamptz) TO gatehouse_app;
