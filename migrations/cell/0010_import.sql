-- People from another system: made many at once, with addresses that are said and not proven.

-- Makes people and their members in one tenant, all of them or, if something is wrong, none; each with its events. For each
-- person, by its place in the list: 'made', 'there' (the address belongs to a member) or 'owned' (somebody outside has proven
-- it). With `dry` nothing is made.
CREATE FUNCTION cell.import_people(
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
                INSERT INTO credentials (id, kind, secret, created_at, changed_at)
                VALUES ((one->>'credential')::uuid, 'password', one->>'secret', moment, moment);
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
GRANT EXECUTE ON FUNCTION
    cell.import_people(uuid, jsonb, boolean, timestamptz, integer[], text[], uuid[], uuid[], text[], bytea[])
    TO gatehouse_app;
