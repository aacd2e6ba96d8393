-- The event log of a cell. Insert only, through one function; sealed later, in the order of commits.

CREATE SCHEMA audit;
GRANT USAGE ON SCHEMA audit TO gatehouse_app, gatehouse_audit, gatehouse_sealer, gatehouse_export, gatehouse_retention;

CREATE TABLE audit.events (
    at timestamptz NOT NULL,
    stream_kind text NOT NULL CHECK (stream_kind IN ('t', 'i', 'p')),
    stream_id uuid NOT NULL,
    event_id uuid NOT NULL,
    kind text NOT NULL,
    record bytea NOT NULL,
    PRIMARY KEY (stream_kind, stream_id, event_id, at)
) PARTITION BY RANGE (at);
CREATE INDEX events_in_time ON audit.events (stream_kind, stream_id, at);
CALL gatehouse.protect('audit.events', 'event');
CREATE POLICY append ON audit.events FOR INSERT TO gatehouse_audit WITH CHECK (true);
CREATE POLICY seal ON audit.events FOR SELECT TO gatehouse_sealer USING (true);
CREATE POLICY retain ON audit.events FOR ALL TO gatehouse_retention USING (true) WITH CHECK (true);
GRANT SELECT ON audit.events TO gatehouse_app, gatehouse_sealer;
GRANT INSERT ON audit.events TO gatehouse_audit;
GRANT SELECT, DELETE ON audit.events TO gatehouse_retention;

-- Events that wait for the sealer. Rows that one snapshot shows, by (xid, ordinal), never precede an event committed
-- before their transaction began.
CREATE TABLE audit.pending (
    stream_kind text NOT NULL,
    stream_id uuid NOT NULL,
    event_id uuid NOT NULL,
    at timestamptz NOT NULL,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    ordinal bigint GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (stream_kind, stream_id, ordinal)
);
CALL gatehouse.protect('audit.pending', 'event');
CREATE POLICY append ON audit.pending FOR INSERT TO gatehouse_audit WITH CHECK (true);
CREATE POLICY seal ON audit.pending FOR ALL TO gatehouse_sealer USING (true) WITH CHECK (true);
GRANT INSERT ON audit.pending TO gatehouse_audit;
GRANT SELECT, DELETE ON audit.pending TO gatehouse_sealer;

CREATE TABLE audit.leaves (
    stream_kind text NOT NULL,
    stream_id uuid NOT NULL,
    sequence bigint NOT NULL,
    event_id uuid NOT NULL,
    at timestamptz NOT NULL,
    leaf_hash bytea NOT NULL CHECK (length(leaf_hash) = 32),
    PRIMARY KEY (stream_kind, stream_id, sequence)
);
CREATE UNIQUE INDEX leaves_event ON audit.leaves (stream_kind, stream_id, event_id);
CALL gatehouse.protect('audit.leaves', 'event');
CREATE POLICY seal ON audit.leaves FOR ALL TO gatehouse_sealer USING (true) WITH CHECK (true);
GRANT SELECT ON audit.leaves TO gatehouse_app;
GRANT SELECT, INSERT ON audit.leaves TO gatehouse_sealer;

-- Keys of the personal fields of one person in one stream, wrapped by the stream's data key; erasure deletes them.
CREATE TABLE audit.subject_keys (
    stream_kind text NOT NULL CHECK (stream_kind IN ('t', 'i')),
    stream_id uuid NOT NULL,
    subject uuid NOT NULL,
    wrapped bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (stream_kind, stream_id, subject)
);
CALL gatehouse.protect('audit.subject_keys', 'event');
CREATE POLICY make ON audit.subject_keys FOR INSERT TO gatehouse_app WITH CHECK (
    CASE stream_kind WHEN 't' THEN (SELECT gatehouse.current_tenant())
        WHEN 'i' THEN (SELECT gatehouse.current_identity()) END = stream_id);
GRANT SELECT, INSERT ON audit.subject_keys TO gatehouse_app;

-- The wrapped key of a person in a stream: the one there is, else the candidate, which is kept.
CREATE FUNCTION audit.subject_key(kind text, stream uuid, person uuid, candidate bytea, moment timestamptz) RETURNS bytea
LANGUAGE plpgsql
AS $$
DECLARE
    kept bytea;
BEGIN
    PERFORM set_config(CASE kind WHEN 't' THEN 'gatehouse.tenant' ELSE 'gatehouse.identity' END, stream::text, true);
    SELECT k.wrapped INTO kept FROM audit.subject_keys AS k
    WHERE k.stream_kind = kind AND k.stream_id = stream AND k.subject = person;
    IF NOT FOUND THEN
        INSERT INTO audit.subject_keys (stream_kind, stream_id, subject, wrapped, created_at)
        VALUES (kind, stream, person, candidate, moment)
        ON CONFLICT DO NOTHING;
        SELECT k.wrapped INTO kept FROM audit.subject_keys AS k
        WHERE k.stream_kind = kind AND k.stream_id = stream AND k.subject = person;
    END IF;
    RETURN kept;
END
$$;
GRANT EXECUTE ON FUNCTION audit.subject_key(text, uuid, uuid, bytea, timestamptz) TO gatehouse_app;

-- Whatever is granted by mistake one day: records do not change, and only retention removes them.
CREATE FUNCTION audit.guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_user = 'gatehouse_retention' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'events are never changed' USING ERRCODE = '42501';
END
$$;
CREATE TRIGGER guard_rows BEFORE UPDATE OR DELETE ON audit.events FOR EACH ROW EXECUTE FUNCTION audit.guard();
CREATE TRIGGER guard_table BEFORE TRUNCATE ON audit.events FOR EACH STATEMENT EXECUTE FUNCTION audit.guard();

-- Makes the partitions of the months from the given one on. Nobody holds grants on a partition.
CREATE FUNCTION audit.ensure_partitions(since date, months integer) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    month date;
    name text;
    made integer := 0;
BEGIN
    FOR step IN 0 .. months - 1 LOOP
        month := (date_trunc('month', since) + make_interval(months => step))::date;
        name := 'events_' || to_char(month, 'YYYY_MM');
        IF to_regclass('audit.' || name) IS NULL THEN
            EXECUTE format('CREATE TABLE audit.%I PARTITION OF audit.events FOR VALUES FROM (%L) TO (%L)', name,
                to_char(month, 'YYYY-MM-DD') || ' 00:00:00+00',
                to_char(month + interval '1 month', 'YYYY-MM-DD') || ' 00:00:00+00');
            CALL audit.close_partition(name);
            made := made + 1;
        END IF;
    END LOOP;
    RETURN made;
END
$$;

-- A partition can be reached only through its parent.
CREATE PROCEDURE audit.close_partition(name text)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    EXECUTE format('ALTER TABLE audit.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE audit.%I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE TRIGGER guard_table BEFORE TRUNCATE ON audit.%I FOR EACH STATEMENT'
        ' EXECUTE FUNCTION audit.guard()', name);
END
$$;

CREATE TABLE audit.events_default PARTITION OF audit.events DEFAULT;
CALL audit.close_partition('events_default');

GRANT CREATE ON SCHEMA audit TO gatehouse_audit;
SET LOCAL ROLE gatehouse_audit;

-- Kinds of events that describe no change of a row, and so may be written outside the transaction of one.
CREATE FUNCTION audit.detached(kind text) RETURNS boolean
LANGUAGE sql IMMUTABLE
AS $$
    SELECT kind IN ('token.issued', 'request.refused', 'signin.failed', 'refusals.counted')
$$;

-- Appends events: the only way in. Version 1 of a record is 0x01, the stream's kind, its id, the event's id, the
-- database's time in microseconds (eight bytes, big endian), and the body. Inside a scope an event belongs to a stream of that scope
-- or of the platform; outside of one, to the platform, or it describes no change.
CREATE FUNCTION audit.append(stream_kinds text[], stream_ids uuid[], event_ids uuid[], kinds text[], bodies bytea[])
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    tenant constant uuid := gatehouse.current_tenant();
    identity constant uuid := gatehouse.current_identity();
    moment constant timestamptz := clock_timestamp();
    stamp constant bytea := int8send((extract(epoch FROM moment) * 1000000)::bigint);
    total constant integer := coalesce(cardinality(event_ids), 0);
BEGIN
    IF total <> coalesce(cardinality(stream_kinds), 0) OR total <> coalesce(cardinality(stream_ids), 0)
        OR total <> coalesce(cardinality(kinds), 0) OR total <> coalesce(cardinality(bodies), 0) THEN
        RAISE EXCEPTION 'an event is incomplete' USING ERRCODE = '22023';
    END IF;
    IF EXISTS (
        SELECT FROM unnest(stream_kinds, stream_ids, event_ids, kinds, bodies) AS e (stream, owner, id, kind, body)
        WHERE e.stream IS NULL OR e.owner IS NULL OR e.id IS NULL OR e.kind IS NULL OR e.body IS NULL
            OR NOT CASE e.stream
                WHEN 'p' THEN e.owner = '00000000-0000-0000-0000-000000000000'
                WHEN 't' THEN e.owner = tenant OR (tenant IS NULL AND identity IS NULL AND audit.detached(e.kind))
                WHEN 'i' THEN e.owner = identity OR (tenant IS NULL AND identity IS NULL AND audit.detached(e.kind))
                ELSE false
            END IS TRUE
    ) THEN
        RAISE EXCEPTION 'an event is outside of its scope' USING ERRCODE = '42501';
    END IF;
    INSERT INTO audit.events (at, stream_kind, stream_id, event_id, kind, record)
    SELECT moment, e.stream, e.owner, e.id, e.kind,
        '\x01'::bytea || convert_to(e.stream, 'UTF8') || uuid_send(e.owner) || uuid_send(e.id) || stamp || e.body
    FROM unnest(stream_kinds, stream_ids, event_ids, kinds, bodies) AS e (stream, owner, id, kind, body);
    INSERT INTO audit.pending (stream_kind, stream_id, event_id, at)
    SELECT e.stream, e.owner, e.id, moment
    FROM unnest(stream_kinds, stream_ids, event_ids) WITH ORDINALITY AS e (stream, owner, id, place)
    ORDER BY e.place;
END
$$;
GRANT EXECUTE ON FUNCTION audit.append(text[], uuid[], uuid[], text[], bytea[]) TO gatehouse_app;

SET LOCAL ROLE gatehouse_owner;
REVOKE CREATE ON SCHEMA audit FROM gatehouse_audit;
