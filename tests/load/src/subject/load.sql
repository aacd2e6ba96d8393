-- Fills an empty Gatehouse with tenants, apps, people and old events, as the superuser of a private cluster.
-- Data keys and signing keys are left out: the server makes a tenant's at its first use.
SELECT EXISTS (SELECT FROM directory.tenants WHERE slug = 'bench-000001') AS filled
\gset
\if :filled
\quit
\endif
BEGIN;
-- Neither the triggers nor the references are what is measured here; the rows they would write or check are written below.
SET LOCAL session_replication_role = replica;
SET LOCAL synchronous_commit = off;

CREATE FUNCTION pg_temp.id(kind integer, number bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT ('01900000-' || lpad(to_hex(kind), 4, '0') || '-7000-8000-' || lpad(to_hex(number), 12, '0'))::uuid
$$;
CREATE FUNCTION pg_temp.slug(number bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT 'bench-' || lpad(number::text, 6, '0')
$$;

INSERT INTO directory.tenants (id, slug, cell, personal, created_at)
SELECT pg_temp.id(1, n), pg_temp.slug(n), (SELECT name FROM directory.cells ORDER BY name LIMIT 1), false, now()
FROM generate_series(1, :tenants::bigint) AS n;

INSERT INTO cell.tenants (tenant_id, name, personal, policy, branding, created_at)
SELECT pg_temp.id(1, n), 'Bench ' || n, false, '{}', '{}', now()
FROM generate_series(1, :tenants::bigint) AS n;

INSERT INTO cell.apps (tenant_id, id, client_id, name, config, created_at)
SELECT pg_temp.id(1, n), pg_temp.id(2, n), 'svc', 'Service', jsonb_build_object(
    'type', 'confidential', 'auth_method', 'client_secret_basic', 'grants', '["client_credentials"]'::jsonb,
    'first_party', true, 'introspect', true), now()
FROM generate_series(1, :tenants::bigint) AS n;

INSERT INTO cell.app_secrets (tenant_id, id, app_id, digest, created_at)
SELECT pg_temp.id(1, n), pg_temp.id(3, n), pg_temp.id(2, n), sha256(convert_to(:'secret', 'UTF8')), now()
FROM generate_series(1, :tenants::bigint) AS n;

INSERT INTO cell.apps (tenant_id, id, client_id, name, config, created_at)
SELECT pg_temp.id(1, n), pg_temp.id(4, n), 'web', 'Web', jsonb_build_object(
    'type', 'public', 'auth_method', 'none', 'grants', '["authorization_code", "refresh_token"]'::jsonb,
    'redirect_uris', jsonb_build_array(:'redirect'), 'first_party', true,
    'scopes', '["openid", "profile", "email", "offline_access"]'::jsonb), now()
FROM generate_series(1, :tenants::bigint) AS n;

CREATE TEMPORARY TABLE people ON COMMIT DROP AS
SELECT pg_temp.id(1, n) AS tenant, pg_temp.id(5, (n - 1) * :persons::bigint + p) AS member,
    pg_temp.id(6, (n - 1) * :persons::bigint + p) AS identity, pg_temp.id(7, (n - 1) * :persons::bigint + p) AS address,
    pg_temp.id(8, (n - 1) * :persons::bigint + p) AS credential, 'Person ' || p AS name,
    'person' || p || '@' || pg_temp.slug(n) || '.test' AS mail
FROM generate_series(1, :tenants::bigint) AS n, generate_series(1, :persons::bigint) AS p;

INSERT INTO cell.identities (identity_id, name, created_at) SELECT identity, name, now() FROM people;
INSERT INTO cell.addresses (identity_id, id, address, typed, state, created_at, verified_at, moved_at, is_primary)
SELECT identity, address, mail, mail, 'verified', now(), now(), now(), true FROM people;
INSERT INTO cell.address_evidence (identity_id, id, address_id, address, typed, state, method, details, at)
SELECT identity, address, address, mail, mail, 'verified', 'dev', '{}', now() FROM people;
INSERT INTO cell.credentials (identity_id, id, kind, secret, created_at, changed_at)
SELECT identity, credential, 'password', :'phc', now(), now() FROM people;
INSERT INTO cell.members (tenant_id, id, identity_id, status, roles, name, created_at)
SELECT tenant, member, identity, 'active', '{member}', name, now() FROM people;
INSERT INTO cell.memberships (identity_id, tenant_id, member_id, status, roles, epoch)
SELECT identity, tenant, member, 'active', '{member}', 1 FROM people;

-- 250 bytes is about what a record takes. Tenant by tenant, so that the indexes grow at their ends.
INSERT INTO audit.events (at, stream_kind, stream_id, event_id, kind, record)
SELECT now() - interval '2 days' - (:events::bigint / :tenants::bigint - e) * interval '1 minute', 't', pg_temp.id(1, n),
    pg_temp.id(9, e), 'token.issued', decode(repeat(md5(e::text), 15), 'hex')
FROM generate_series(1, :tenants::bigint) AS n, generate_series(1, :events::bigint / :tenants::bigint) AS e;
COMMIT;
VACUUM ANALYZE;
CHECKPOINT;
