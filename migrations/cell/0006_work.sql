-- Counters and jobs.

-- Throttles: lost in a crash, which only forgets tries. The key is a keyed hash of purpose and subject.
CREATE UNLOGGED TABLE cell.counters (
    key bytea NOT NULL CHECK (length(key) = 32),
    window_start timestamptz NOT NULL,
    window_end timestamptz NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (key, window_start)
) WITH (fillfactor = 70);
CREATE INDEX counters_end ON cell.counters (window_end);
CALL gatehouse.protect('cell.counters', 'counter');
GRANT SELECT, INSERT, DELETE, UPDATE (count) ON cell.counters TO gatehouse_lookup;

CREATE TABLE cell.jobs (
    id uuid PRIMARY KEY,
    tenant_id uuid,
    kind text NOT NULL,
    payload jsonb NOT NULL,
    dedup text,
    target uuid,
    run_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    locked_until timestamptz,
    state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'done', 'dead')),
    last_error text,
    created_at timestamptz NOT NULL
);
CREATE INDEX jobs_due ON cell.jobs (kind, run_at) WHERE state = 'queued';
CREATE INDEX jobs_claimed ON cell.jobs (locked_until) WHERE state = 'queued' AND locked_until IS NOT NULL;
CREATE UNIQUE INDEX jobs_dedup ON cell.jobs (kind, coalesce(tenant_id, '00000000-0000-0000-0000-000000000000'), dedup)
    WHERE state = 'queued' AND dedup IS NOT NULL;
CALL gatehouse.protect('cell.jobs', 'job');
GRANT SELECT, INSERT, DELETE, UPDATE (run_at, attempts, locked_until, state, last_error)
    ON cell.jobs TO gatehouse_lookup;

GRANT CREATE ON SCHEMA cell TO gatehouse_lookup;
SET LOCAL ROLE gatehouse_lookup;

-- Counts one use of each key in its fixed window and answers the new counts, in the order asked. Keys are written in
-- sorted order, so that two calls never wait for each other in a circle. The commit does not wait for the disk.
CREATE FUNCTION cell.count_uses(keys bytea[], windows integer[], moment timestamptz)
RETURNS TABLE (place bigint, total bigint, reset_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    use record;
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    FOR use IN
        SELECT u.key, u.place,
            to_timestamp(floor(extract(epoch FROM moment) / u.seconds) * u.seconds) AS since,
            to_timestamp(floor(extract(epoch FROM moment) / u.seconds) * u.seconds + u.seconds) AS until
        FROM unnest(keys, windows) WITH ORDINALITY AS u (key, seconds, place)
        ORDER BY u.key, u.seconds
    LOOP
        place := use.place;
        reset_at := use.until;
        INSERT INTO cell.counters AS c (key, window_start, window_end, count)
        VALUES (use.key, use.since, use.until, 1)
        ON CONFLICT (key, window_start) DO UPDATE SET count = c.count + 1
        RETURNING c.count INTO total;
        RETURN NEXT;
    END LOOP;
END
$$;

-- Takes back one use of each key in its present window: what was counted turned out not to count.
CREATE FUNCTION cell.refund_uses(keys bytea[], windows integer[], moment timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    use record;
BEGIN
    FOR use IN
        SELECT u.key, to_timestamp(floor(extract(epoch FROM moment) / u.seconds) * u.seconds) AS since
        FROM unnest(keys, windows) AS u (key, seconds) ORDER BY u.key, u.seconds
    LOOP
        UPDATE cell.counters AS c SET count = c.count - 1
        WHERE c.key = use.key AND c.window_start = use.since AND c.count > 0;
    END LOOP;
END
$$;

CREATE FUNCTION cell.sweep_counters(moment timestamptz, batch integer) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH gone AS (
        DELETE FROM cell.counters WHERE (key, window_start) IN (
            SELECT key, window_start FROM cell.counters WHERE window_end <= moment LIMIT batch FOR UPDATE SKIP LOCKED)
        RETURNING 1
    )
    SELECT count(*) FROM gone
$$;

-- Queues a job of the tenant in scope, or of none; false when an equal one already waits.
CREATE FUNCTION cell.job_enqueue(
    new_id uuid, tenant uuid, what text, content jsonb, same text, goes_to uuid, due timestamptz, moment timestamptz
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF tenant IS NOT NULL AND tenant IS DISTINCT FROM gatehouse.current_tenant() THEN
        RAISE EXCEPTION 'a job belongs to the tenant in scope' USING ERRCODE = '42501';
    END IF;
    INSERT INTO cell.jobs (id, tenant_id, kind, payload, dedup, target, run_at, created_at)
    VALUES (new_id, tenant, what, content, same, goes_to, due, moment)
    ON CONFLICT DO NOTHING;
    RETURN FOUND;
END
$$;

-- Claims due jobs of some kinds for a while; what a worker that died had claimed comes back when its time is over. Of one
-- tenant, and of one target, at most `share` run at once, so that whoever is slow to answer delays only their own. The oldest
-- row that may run is always among those looked at: a caller that asks until nothing comes has all there is.
CREATE FUNCTION cell.job_claim(moment timestamptz, until timestamptz, kinds text[], batch integer, share integer)
RETURNS TABLE (id uuid, tenant_id uuid, kind text, payload jsonb, attempts integer, created_at timestamptz)
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
    RETURNING j.id, j.tenant_id, j.kind, j.payload, j.attempts, j.created_at
$$;

-- Ends one try of a job: done, dead, or queued again. Only the try that holds the claim may.
CREATE FUNCTION cell.job_end(which uuid, try integer, next_state text, due timestamptz, fault text) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH ended AS (
        UPDATE cell.jobs SET state = next_state, run_at = coalesce(due, run_at), locked_until = NULL,
            last_error = coalesce(fault, last_error)
        WHERE id = which AND attempts = try AND state = 'queued'
        RETURNING 1
    )
    SELECT EXISTS (SELECT FROM ended)
$$;

CREATE FUNCTION cell.job_depth(moment timestamptz)
RETURNS TABLE (queued bigint, due bigint, dead bigint, oldest_due timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT count(*) FILTER (WHERE state = 'queued'), count(*) FILTER (WHERE state = 'queued' AND run_at <= moment),
        count(*) FILTER (WHERE state = 'dead'), min(run_at) FILTER (WHERE state = 'queued' AND run_at <= moment)
    FROM cell.jobs WHERE state IN ('queued', 'dead')
$$;

CREATE FUNCTION cell.sweep_jobs(before timestamptz, batch integer) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH gone AS (
        DELETE FROM cell.jobs WHERE id IN (
            SELECT id FROM cell.jobs WHERE state = 'done' AND created_at < before LIMIT batch FOR UPDATE SKIP LOCKED)
        RETURNING 1
    )
    SELECT count(*) FROM gone
$$;

GRANT EXECUTE ON FUNCTION
    cell.count_uses(bytea[], integer[], timestamptz),
    cell.refund_uses(bytea[], integer[], timestamptz),
    cell.sweep_counters(timestamptz, integer),
    cell.job_enqueue(uuid, uuid, text, jsonb, text, uuid, timestamptz, timestamptz),
    cell.job_claim(timestamptz, timestamptz, text[], integer, integer),
    cell.job_end(uuid, integer, text, timestamptz, text),
    cell.job_depth(timestamptz),
    cell.sweep_jobs(timestamptz, integer)
    TO gatehouse_app;

SET LOCAL ROLE gatehouse_owner;
REVOKE CREATE ON SCHEMA cell FROM gatehouse_lookup;
