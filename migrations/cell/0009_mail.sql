-- Letters in the queue, and tenants' own mail servers.

ALTER TABLE cell.addresses ADD COLUMN refused_at timestamptz;
GRANT UPDATE (refused_at) ON cell.addresses TO gatehouse_lookup;
-- Whose address a letter went to. Not unique, so it tells nobody whether somebody else has an address.
CREATE INDEX addresses_mailed ON cell.addresses (address) WHERE state <> 'retired';

-- How often a claimed job was put off without having been tried.
ALTER TABLE cell.jobs ADD COLUMN waited integer NOT NULL DEFAULT 0;
GRANT UPDATE (waited) ON cell.jobs TO gatehouse_lookup;

-- A letter; the job of the same id sends it. The content is wiped with the end of the letter, and of whom it went to only a
-- keyed hash stays.
CREATE TABLE cell.mails (
    id uuid PRIMARY KEY,
    tenant_id uuid,
    kind text NOT NULL,
    recipient bytea NOT NULL CHECK (length(recipient) = 32),
    sealed bytea,
    state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sent', 'refused', 'dead')),
    created_at timestamptz NOT NULL,
    sent_at timestamptz,
    ended_at timestamptz,
    last_error text,
    CHECK (state <> 'queued' OR sealed IS NOT NULL),
    CHECK (state NOT IN ('sent', 'refused') OR sealed IS NULL)
);
CREATE INDEX mails_ended ON cell.mails (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX mails_dead ON cell.mails (ended_at) WHERE state = 'dead';
CREATE INDEX jobs_done ON cell.jobs (created_at) WHERE state = 'done';
CALL gatehouse.protect('cell.mails', 'job');
GRANT SELECT, INSERT, DELETE, UPDATE (sealed, state, sent_at, ended_at, last_error) ON cell.mails TO gatehouse_lookup;

-- The mail server that a tenant's letters go out by, instead of the operator's.
CREATE TABLE cell.mail_senders (
    tenant_id uuid PRIMARY KEY DEFAULT gatehouse.current_tenant() REFERENCES cell.tenants (tenant_id),
    id uuid NOT NULL,
    config jsonb NOT NULL,
    sealed bytea,
    changed_at timestamptz NOT NULL
);
CALL gatehouse.protect('cell.mail_senders', 'tenant');
GRANT SELECT, INSERT, DELETE, UPDATE (id, config, sealed, changed_at) ON cell.mail_senders TO gatehouse_app;

GRANT CREATE ON SCHEMA cell TO gatehouse_lookup;
SET LOCAL ROLE gatehouse_lookup;

-- Queues a letter of the tenant in scope, or of none, and the job that sends it.
CREATE FUNCTION cell.mail_post(new_id uuid, tenant uuid, what text, whom bytea, content bytea, moment timestamptz)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF tenant IS NOT NULL AND tenant IS DISTINCT FROM gatehouse.current_tenant() THEN
        RAISE EXCEPTION 'a letter belongs to the tenant in scope' USING ERRCODE = '42501';
    END IF;
    INSERT INTO cell.mails (id, tenant_id, kind, recipient, sealed, created_at)
    VALUES (new_id, tenant, what, whom, content, moment);
    RETURN cell.job_enqueue(new_id, tenant, 'mail', '{}', NULL, NULL, moment, moment);
END
$$;

-- A letter that still waits, of the tenant in scope or of none.
CREATE FUNCTION cell.mail_read(which uuid) RETURNS TABLE (kind text, sealed bytea, created_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT m.kind, m.sealed, m.created_at FROM cell.mails AS m
    WHERE m.id = which AND m.state = 'queued' AND m.tenant_id IS NOT DISTINCT FROM gatehouse.current_tenant()
$$;

-- Notes how a waiting letter of the tenant in scope ended. What is known of the address follows: it refused, or it took a
-- letter that was written after the last refusal.
CREATE FUNCTION cell.mail_end(which uuid, next_state text, fault text, moment timestamptz, whom text) RETURNS boolean
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
        UPDATE cell.addresses SET refused_at = moment WHERE address = whom AND state <> 'retired';
    ELSIF next_state = 'sent' THEN
        UPDATE cell.addresses SET refused_at = NULL
        WHERE address = whom AND state <> 'retired' AND refused_at < written;
    END IF;
    RETURN true;
END
$$;

-- Whose a letter is that a report has come back about.
CREATE FUNCTION cell.mail_sent(which uuid) RETURNS TABLE (tenant uuid, kind text, recipient bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT m.tenant_id, m.kind, m.recipient FROM cell.mails AS m WHERE m.id = which AND m.state = 'sent'
$$;

-- Notes that a letter of the tenant in scope came back after it was sent. `whom` is NULL when the report names another
-- address than the one it was sent to, such as one that it was forwarded to.
CREATE FUNCTION cell.mail_bounced(which uuid, fault text, moment timestamptz, whom text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE cell.mails AS m SET state = 'refused', last_error = fault, ended_at = moment
    WHERE m.id = which AND m.state = 'sent' AND m.tenant_id IS NOT DISTINCT FROM gatehouse.current_tenant();
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE cell.addresses SET refused_at = moment WHERE address = whom AND state <> 'retired';
    RETURN true;
END
$$;

-- Letters that were given up, the newest first; `resumable` while their content is there.
CREATE FUNCTION cell.mail_dead(most integer)
RETURNS TABLE (id uuid, tenant uuid, kind text, created_at timestamptz, ended_at timestamptz, fault text, resumable boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT m.id, m.tenant_id, m.kind, m.created_at, m.ended_at, m.last_error, m.sealed IS NOT NULL
    FROM cell.mails AS m WHERE m.state = 'dead' ORDER BY m.ended_at DESC LIMIT most
$$;

-- Lets a letter that was given up start over; false if there is none, or its content is gone.
CREATE FUNCTION cell.mail_retry(which uuid, moment timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    owner_of uuid;
BEGIN
    UPDATE cell.mails AS m SET state = 'queued', ended_at = NULL, last_error = NULL
    WHERE m.id = which AND m.state = 'dead' AND m.sealed IS NOT NULL
    RETURNING m.tenant_id INTO owner_of;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    DELETE FROM cell.jobs AS j WHERE j.id = which;
    INSERT INTO cell.jobs (id, tenant_id, kind, payload, run_at, created_at)
    VALUES (which, owner_of, 'mail', '{}', moment, moment);
    RETURN true;
END
$$;

-- Wipes what letters that were given up before `given_up` held, and deletes what ended before `ended`.
CREATE FUNCTION cell.sweep_mails(given_up timestamptz, ended timestamptz, batch integer) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH wiped AS (
        UPDATE cell.mails SET sealed = NULL WHERE id IN (
            SELECT id FROM cell.mails WHERE ended_at < given_up AND state = 'dead' AND sealed IS NOT NULL
            LIMIT batch FOR UPDATE SKIP LOCKED)
        RETURNING 1
    ), gone AS (
        DELETE FROM cell.mails WHERE id IN (
            SELECT id FROM cell.mails WHERE ended_at < ended AND sealed IS NULL LIMIT batch FOR UPDATE SKIP LOCKED)
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM wiped) + (SELECT count(*) FROM gone)
$$;

-- Puts a claimed job off: its time has not come, and nothing was tried.
CREATE FUNCTION cell.job_wait(which uuid, try integer, due timestamptz) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH put_off AS (
        UPDATE cell.jobs SET run_at = due, locked_until = NULL, waited = waited + 1
        WHERE id = which AND attempts = try AND state = 'queued'
        RETURNING 1
    )
    SELECT EXISTS (SELECT FROM put_off)
$$;

-- As before; a claim now also says how many of its claims were tries.
DROP FUNCTION cell.job_claim(timestamptz, timestamptz, text[], integer, integer);
CREATE FUNCTION cell.job_claim(moment timestamptz, until timestamptz, kinds text[], batch integer, share integer)
RETURNS TABLE (
    id uuid, tenant_id uuid, kind text, payload jsonb, attempts integer, waited integer, created_at timestamptz
)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH running AS MATERIALIZED (
        SELECT o.tenant_id, o.target FROM cell.jobs AS o
        WHERE o.state = 'queued' AND o.locked_until > moment AND o.kind = ANY (kinds)
    ), of_tenant AS MATERIALIZED (
        SELECT r.tenant_id AS owner, count(*) AS busy FROM running AS r WHERE r.tenant_id IS NOT NULL GROUP BY 1
    ), of_target AS MATERIALIZED (
        SELECT r.target AS owner, count(*) AS busy FROM running AS r WHERE r.target IS NOT NULL GROUP BY 1
    ), waiting AS MATERIALIZED (
        SELECT o.id, o.tenant_id, o.target, o.run_at FROM cell.jobs AS o
        WHERE o.state = 'queued' AND o.kind = ANY (kinds) AND o.run_at <= moment
            AND (o.locked_until IS NULL OR o.locked_until <= moment)
            AND NOT EXISTS (SELECT FROM of_tenant AS t WHERE t.owner = o.tenant_id AND t.busy >= share)
            AND NOT EXISTS (SELECT FROM of_target AS t WHERE t.owner = o.target AND t.busy >= share)
        ORDER BY o.run_at, o.id LIMIT 1000
    ), placed AS MATERIALIZED (
        SELECT w.id, w.tenant_id, w.target,
            row_number() OVER (PARTITION BY w.tenant_id ORDER BY w.run_at, w.id)
                + coalesce((SELECT t.busy FROM of_tenant AS t WHERE t.owner = w.tenant_id), 0) AS in_tenant,
            row_number() OVER (PARTITION BY w.target ORDER BY w.run_at, w.id)
                + coalesce((SELECT t.busy FROM of_target AS t WHERE t.owner = w.target), 0) AS at_target
        FROM waiting AS w
    )
    UPDATE cell.jobs AS j SET locked_until = until, attempts = j.attempts + 1
    WHERE j.id IN (
        SELECT o.id FROM cell.jobs AS o
        WHERE o.id IN (
            SELECT p.id FROM placed AS p
            WHERE (p.tenant_id IS NULL OR p.in_tenant <= share) AND (p.target IS NULL OR p.at_target <= share)
        ) AND o.state = 'queued' AND (o.locked_until IS NULL OR o.locked_until <= moment)
        ORDER BY o.run_at, o.id LIMIT batch FOR UPDATE SKIP LOCKED
    )
    RETURNING j.id, j.tenant_id, j.kind, j.payload, j.attempts, j.waited, j.created_at
$$;

GRANT EXECUTE ON FUNCTION
    cell.mail_post(uuid, uuid, text, bytea, bytea, timestamptz),
    cell.mail_read(uuid),
    cell.mail_end(uuid, text, text, timestamptz, text),
    cell.mail_sent(uuid),
    cell.mail_bounced(uuid, text, timestamptz, text),
    cell.mail_dead(integer),
    cell.mail_retry(uuid, timestamptz),
    cell.sweep_mails(timestamptz, timestamptz, integer),
    cell.job_wait(uuid, integer, timestamptz),
    cell.job_claim(timestamptz, timestamptz, text[], integer, integer)
    TO gatehouse_app;

SET LOCAL ROLE gatehouse_owner;
REVOKE CREATE ON SCHEMA cell FROM gatehouse_lookup;
