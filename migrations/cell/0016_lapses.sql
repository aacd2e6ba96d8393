-- Whom a browser is known for, what hashes of other systems cost, addresses that refuse letters, and sessions that are long over.

GRANT CREATE ON SCHEMA cell TO gatehouse_lookup;
SET LOCAL ROLE gatehouse_lookup;
-- A mark of before does not say whose it is, so nobody could take it back: those browsers are strangers until their next sign-in.
DELETE FROM cell.browser_marks;
SET LOCAL ROLE gatehouse_owner;
ALTER TABLE cell.browser_marks ADD COLUMN identity_id uuid NOT NULL;
CREATE INDEX browser_marks_person ON cell.browser_marks (identity_id);
GRANT UPDATE (identity_id) ON cell.browser_marks TO gatehouse_lookup;

-- What verifying a hash of another system costs, and the algorithm with its parameters; nothing of the hash. Empty for ours.
ALTER TABLE cell.credentials
    ADD COLUMN foreign_kib bigint,
    ADD COLUMN foreign_shape text,
    ADD CONSTRAINT credentials_foreign CHECK ((foreign_kib IS NULL) = (foreign_shape IS NULL));
CREATE INDEX credentials_dearest ON cell.credentials (foreign_kib) WHERE foreign_kib IS NOT NULL;
CREATE POLICY lookup ON cell.credentials FOR SELECT TO gatehouse_lookup USING (true);
GRANT SELECT (foreign_kib, foreign_shape) ON cell.credentials TO gatehouse_lookup;

-- A hash that is replaced is replaced by one of ours.
CREATE FUNCTION cell.replace_foreign() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    NEW.foreign_kib := NULL;
    NEW.foreign_shape := NULL;
    RETURN NEW;
END
$$;
GRANT EXECUTE ON FUNCTION cell.replace_foreign() TO gatehouse_app;
CREATE TRIGGER replace_foreign BEFORE UPDATE OF secret ON cell.credentials
    FOR EACH ROW WHEN (NEW.secret IS DISTINCT FROM OLD.secret) EXECUTE FUNCTION cell.replace_foreign();

-- Since when an address refuses letters, how many it has refused since, and how many it has accepted meanwhile that did not come back:
-- one of those ends the count at the next refusal. What was refused before the address was proven counts no more.
ALTER TABLE cell.addresses
    ADD COLUMN refused_since timestamptz,
    ADD COLUMN refusals integer NOT NULL DEFAULT 0,
    ADD COLUMN accepted integer NOT NULL DEFAULT 0;
GRANT UPDATE (refused_since, refusals, accepted) ON cell.addresses TO gatehouse_lookup;
CREATE INDEX addresses_refused ON cell.addresses (refused_since) WHERE state = 'verified' AND refusals > 1;

CREATE INDEX sessions_over ON cell.sessions (absolute_end);
CREATE POLICY lookup_reads ON cell.sessions FOR SELECT TO gatehouse_lookup USING (true);
CREATE POLICY lookup_deletes ON cell.sessions FOR DELETE TO gatehouse_lookup USING (true);
GRANT SELECT (identity_id, id, absolute_end, ended_at, entered), DELETE ON cell.sessions TO gatehouse_lookup;
CREATE POLICY lookup ON cell.grants FOR SELECT TO gatehouse_lookup USING (true);
GRANT SELECT (tenant_id, session_id, revoked_at, absolute_end) ON cell.grants TO gatehouse_lookup;

SET LOCAL ROLE gatehouse_lookup;

-- The browser of the old handle (or a new browser), under a new handle, is known for the address from now on: it has shown that it is
-- the person's in scope. It keeps the last sixteen. Answers which browser it is.
CREATE FUNCTION cell.browser_remember(
    old_handle bytea, new_handle bytea, new_id uuid, typed bytea, moment timestamptz, until timestamptz
) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    who constant uuid := gatehouse.current_identity();
    chosen uuid;
BEGIN
    IF who IS NULL THEN
        RAISE EXCEPTION 'a browser is known for the person in scope' USING ERRCODE = '42501';
    END IF;
    UPDATE cell.browsers SET digest = new_handle, seen_at = moment, expires_at = until
    WHERE digest = old_handle AND expires_at > moment
    RETURNING id INTO chosen;
    IF NOT FOUND THEN
        INSERT INTO cell.browsers (id, digest, created_at, seen_at, expires_at)
        VALUES (new_id, new_handle, moment, moment, until);
        chosen := new_id;
    END IF;
    INSERT INTO cell.browser_marks AS m (browser_id, identity_id, mark, used_at) VALUES (chosen, who, typed, moment)
    ON CONFLICT (browser_id, mark) DO UPDATE SET identity_id = who, used_at = moment;
    DELETE FROM cell.browser_marks AS m WHERE m.browser_id = chosen AND m.mark IN (
        SELECT o.mark FROM cell.browser_marks AS o WHERE o.browser_id = chosen
        ORDER BY o.used_at DESC, o.mark OFFSET 16);
    RETURN chosen;
END
$$;

-- Makes every browser a stranger to the person in scope, but for the one that lists a session of theirs.
CREATE FUNCTION cell.browsers_forget(kept uuid) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH gone AS (
        DELETE FROM cell.browser_marks AS m
        WHERE m.identity_id = gatehouse.current_identity() AND NOT EXISTS (
            SELECT FROM cell.browser_sessions AS s
            WHERE s.browser_id = m.browser_id AND s.session_id = kept AND s.identity_id = m.identity_id)
        RETURNING 1
    )
    SELECT count(*) FROM gone
$$;

-- As before; the mark says whose it is.
CREATE OR REPLACE FUNCTION cell.browser_attach(
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
    chosen := cell.browser_remember(old_handle, new_handle, new_id, typed, moment, until);
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

-- The dearest algorithm by which anybody's hash of another system is verified, with its parameters.
CREATE FUNCTION cell.dearest_shape() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c.foreign_shape FROM cell.credentials AS c
    WHERE c.foreign_kib IS NOT NULL ORDER BY c.foreign_kib DESC LIMIT 1
$$;

-- Notes that whoever has an address did not get a letter; one that came back had been accepted at first.
CREATE FUNCTION cell.note_refusal(whom text, came_back boolean, moment timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    held record;
BEGIN
    FOR held IN
        SELECT a.identity_id, a.id,
            coalesce(a.refused_since > coalesce(a.verified_at, a.created_at), false)
                AND a.accepted <= came_back::integer AS goes_on
        FROM cell.addresses AS a WHERE a.address = whom AND a.state <> 'retired'
        ORDER BY a.identity_id, a.id FOR UPDATE
    LOOP
        UPDATE cell.addresses AS a SET refused_at = moment, accepted = 0,
            refused_since = CASE WHEN held.goes_on THEN a.refused_since ELSE moment END,
            refusals = CASE WHEN held.goes_on THEN a.refusals + 1 ELSE 1 END
        WHERE a.identity_id = held.identity_id AND a.id = held.id;
    END LOOP;
END
$$;

-- As before; refusals are counted.
CREATE OR REPLACE FUNCTION cell.mail_end(which uuid, next_state text, fault text, moment timestamptz, whom text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    written timestamptz;
BEGIN
    UPDATE cell.mails AS m SET state = next_state, last_error = fault, ended_at = moment,
        sent_at = CASE next_state WHEN 'sent' THEN moment END,
        sealed = CASE next_state WHEN 'dead' THEN m.sealed END
    WHERE m.id = which AND m.state = 'queued' AND m.tenant_id IS NOT DISTINCT FROM gatehouse.current_tenant()
    RETURNING m.created_at INTO written;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF next_state = 'refused' THEN
        PERFORM cell.note_refusal(whom, false, moment);
    ELSIF next_state = 'sent' THEN
        UPDATE cell.addresses SET refused_at = CASE WHEN refused_at >= written THEN refused_at END, accepted = accepted + 1
        WHERE address = whom AND state <> 'retired' AND (refusals > 0 OR refused_at < written);
    END IF;
    RETURN true;
END
$$;

-- As before; refusals are counted.
CREATE OR REPLACE FUNCTION cell.mail_bounced(which uuid, fault text, moment timestamptz, whom text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE cell.mails AS m SET state = 'refused', last_error = fault, ended_at = moment
    WHERE m.id = which AND m.state = 'sent' AND m.tenant_id IS NOT DISTINCT FROM gatehouse.current_tenant();
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM cell.note_refusal(whom, true, moment);
    RETURN true;
END
$$;

-- Whether an address has refused letters for so long, without taking one, that its proof is worth nothing any more, while its person
-- has another proven one that takes letters.
CREATE FUNCTION cell.refuses_for_long(a cell.addresses, long interval) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT a.state = 'verified' AND a.refusals > 1 AND a.accepted = 0 AND a.refused_since > a.verified_at
        AND a.refused_at >= a.refused_since + long
        AND EXISTS (SELECT FROM cell.addresses AS o
            WHERE o.identity_id = a.identity_id AND o.id <> a.id AND o.state = 'verified' AND o.refused_at IS NULL)
$$;

-- Such addresses, and whose they are.
CREATE FUNCTION cell.refusing_addresses(long interval, batch integer) RETURNS TABLE (identity uuid, address uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT a.identity_id, a.id FROM cell.addresses AS a
    WHERE a.state = 'verified' AND a.refusals > 1 AND cell.refuses_for_long(a, long)
    ORDER BY a.refused_since LIMIT batch
$$;

-- Lets the proof of such an address of the person in scope lapse; false if it is none, or none any more. Another proven one
-- becomes the main one in its place.
CREATE FUNCTION cell.lapse_address(which uuid, evidence uuid, long interval, moment timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    who constant uuid := gatehouse.current_identity();
    was cell.addresses;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(who::text, 0));
    SELECT a.* INTO was FROM cell.addresses AS a WHERE a.identity_id = who AND a.id = which FOR UPDATE;
    IF NOT FOUND OR NOT cell.refuses_for_long(was, long) THEN
        RETURN false;
    END IF;
    UPDATE cell.addresses AS a SET state = 'stale', moved_at = moment, is_primary = false
    WHERE a.identity_id = who AND a.id = which;
    IF was.is_primary THEN
        UPDATE cell.addresses AS a SET is_primary = true
        WHERE a.identity_id = who AND a.id = (SELECT o.id FROM cell.addresses AS o
            WHERE o.identity_id = who AND o.state = 'verified' AND o.refused_at IS NULL ORDER BY o.verified_at LIMIT 1);
    END IF;
    PERFORM cell.note_evidence(who, which, evidence, 'stale', 'mail_refused',
        jsonb_build_object('refusals', was.refusals, 'since', was.refused_since, 'last', was.refused_at), moment);
    DELETE FROM cell.mailbox_proofs AS p WHERE p.identity_id = who AND p.address = was.address AND p.spent_at IS NULL;
    RETURN true;
END
$$;

-- Deletes a batch of sessions that were over before a time. A grant that outlives its session keeps it.
CREATE FUNCTION cell.sweep_sessions(before timestamptz, batch integer) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH over AS (
        SELECT s.identity_id, s.id FROM cell.sessions AS s
        WHERE s.absolute_end < before AND (s.ended_at IS NOT NULL OR NOT EXISTS (
            SELECT FROM cell.grants AS g
            WHERE g.tenant_id IN (SELECT k::uuid FROM jsonb_object_keys(s.entered) AS k)
                AND g.session_id = s.id AND g.revoked_at IS NULL AND g.absolute_end >= before))
        ORDER BY s.absolute_end LIMIT batch
    ), gone AS (
        DELETE FROM cell.sessions AS s USING over AS o WHERE s.identity_id = o.identity_id AND s.id = o.id
        RETURNING s.id
    ), unlisted AS (
        DELETE FROM cell.browser_sessions AS b USING over AS o
        WHERE b.session_id = o.id AND b.identity_id = o.identity_id
    )
    SELECT count(*) FROM gone
$$;

GRANT EXECUTE ON FUNCTION
    cell.browser_remember(bytea, bytea, uuid, bytea, timestamptz, timestamptz),
    cell.browsers_forget(uuid),
    cell.dearest_shape(),
    cell.refusing_addresses(interval, integer),
    cell.lapse_address(uuid, uuid, interval, timestamptz),
    cell.sweep_sessions(timestamptz, integer)
    TO gatehouse_app;

SET LOCAL ROLE gatehouse_owner;
REVOKE CREATE ON SCHEMA cell FROM gatehouse_lookup;

-- As before; what a hash costs is kept with it.
CREATE OR REPLACE FUNCTION cell.import_people(
    tenant uuid, people jsonb, dry boolean, moment timestamptz, event_people integer[],
    stream_kinds text[], stream_ids uuid[], event_ids uuid[], event_kinds text[], event_bodies bytea[]
) RETURNS TABLE (place integer, outcome text)
LANGUAGE plpgsql
AS $$
DECLARE
    one jsonb;
    owner_of uuid;
BEGIN
    PERFORM set_config('gatehouse.tenant', tenant::text, true);
    FOR one, place IN
        SELECT p.person, (p.number - 1)::integer FROM jsonb_array_elements(people) WITH ORDINALITY AS p (person, number)
    LOOP
        owner_of := verified_owner(one->>'address');
        outcome := CASE
            WHEN EXISTS (
                SELECT FROM members AS m WHERE m.login_address = one->>'address' AND m.status <> 'removed'
            ) OR EXISTS (
                SELECT FROM members AS m WHERE m.identity_id = owner_of
            ) THEN 'there'
            WHEN owner_of IS NOT NULL THEN 'owned'
            ELSE 'made'
        END;
        IF outcome = 'made' AND NOT dry THEN
            PERFORM set_config('gatehouse.identity', one->>'identity', true);
            INSERT INTO identities (name, locale, created_at) VALUES (one->>'name', one->>'locale', moment);
            PERFORM claim_address((one->>'address_id')::uuid, one->>'address', one->>'typed', (one->>'evidence')::uuid,
                'import', one->'details', moment);
            IF one->>'secret' IS NOT NULL THEN
                INSERT INTO credentials (id, kind, secret, created_at, changed_at, foreign_kib, foreign_shape)
                VALUES ((one->>'credential')::uuid, 'password', one->>'secret', moment, moment,
                    (one->>'foreign_kib')::bigint, one->>'foreign_shape');
            END IF;
            INSERT INTO members (id, identity_id, status, roles, login_address, name, created_at)
            VALUES ((one->>'member')::uuid, (one->>'identity')::uuid, 'active',
                ARRAY(SELECT jsonb_array_elements_text(one->'roles')), one->>'address', one->>'name', moment);
            PERFORM audit.append(array_agg(e.stream_kind ORDER BY e.number), array_agg(e.stream_id ORDER BY e.number),
                array_agg(e.id ORDER BY e.number), array_agg(e.kind ORDER BY e.number),
                array_agg(e.body ORDER BY e.number))
            FROM unnest(event_people, stream_kinds, stream_ids, event_ids, event_kinds, event_bodies) WITH ORDINALITY
                AS e (person, stream_kind, stream_id, id, kind, body, number)
            WHERE e.person = place;
            PERFORM set_config('gatehouse.identity', '', true);
        END IF;
        RETURN NEXT;
    END LOOP;
END
$$;
