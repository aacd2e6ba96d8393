-- What a person sees and does on the page of the account.

-- By what its person recognises a session. Words and a coarse network, never what the browser wrote.
ALTER TABLE cell.sessions ADD COLUMN device text, ADD COLUMN network text;

-- Changes of the main address that a mailed link takes back. A link is for whoever reads the mailbox, in any browser: it is reached by its digest.
CREATE TABLE cell.undos (
    digest bytea PRIMARY KEY CHECK (length(digest) = 32),
    identity_id uuid NOT NULL,
    old_address uuid NOT NULL,
    new_address uuid NOT NULL,
    done_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX undos_person ON cell.undos (identity_id);
CREATE INDEX undos_expiry ON cell.undos (expires_at);
CALL gatehouse.protect('cell.undos', 'flow');
GRANT SELECT, INSERT, DELETE, UPDATE (used_at) ON cell.undos TO gatehouse_lookup;

GRANT CREATE ON SCHEMA cell TO gatehouse_lookup;
SET LOCAL ROLE gatehouse_lookup;

-- Keeps a link for a change of the person in scope. What has expired goes at the same time, a little at once.
CREATE FUNCTION cell.undo_put(
    token bytea, old uuid, new uuid, moment timestamptz, until timestamptz
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF (SELECT count(*) FROM cell.addresses AS a
        WHERE a.identity_id = gatehouse.current_identity() AND a.id IN (old, new)) <> 2 THEN
        RAISE EXCEPTION 'a change is taken back in the scope of its person' USING ERRCODE = '42501';
    END IF;
    DELETE FROM cell.undos WHERE digest IN (
        SELECT u.digest FROM cell.undos AS u WHERE u.expires_at <= moment LIMIT 100 FOR UPDATE SKIP LOCKED);
    INSERT INTO cell.undos (digest, identity_id, old_address, new_address, done_at, expires_at)
    VALUES (token, gatehouse.current_identity(), old, new, moment, until);
END
$$;

-- A link that is still good.
CREATE FUNCTION cell.undo_find(token bytea, moment timestamptz)
RETURNS TABLE (
    identity uuid, old_address uuid, new_address uuid, done_at timestamptz, expires_at timestamptz
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY SELECT u.identity_id, u.old_address, u.new_address, u.done_at, u.expires_at
    FROM cell.undos AS u WHERE u.digest = token AND u.used_at IS NULL AND u.expires_at > moment;
END
$$;

-- Spends a link of the person in scope, once.
CREATE FUNCTION cell.undo_spend(token bytea, moment timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE cell.undos AS u SET used_at = moment
    WHERE u.digest = token AND u.identity_id = gatehouse.current_identity() AND u.used_at IS NULL
        AND u.expires_at > moment;
    RETURN FOUND;
END
$$;

-- Until when a link of the person in scope would make an address the main one again.
CREATE FUNCTION cell.undo_kept_until(which uuid, moment timestamptz) RETURNS timestamptz
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (SELECT max(u.expires_at) FROM cell.undos AS u
        WHERE u.identity_id = gatehouse.current_identity() AND u.old_address = which AND u.used_at IS NULL
            AND u.expires_at > moment);
END
$$;

GRANT EXECUTE ON FUNCTION
    cell.undo_put(bytea, uuid, uuid, timestamptz, timestamptz),
    cell.undo_find(bytea, timestamptz),
    cell.undo_spend(bytea, timestamptz),
    cell.undo_kept_until(uuid, timestamptz)
    TO gatehouse_app;

SET LOCAL ROLE gatehouse_owner;
REVOKE CREATE ON SCHEMA cell FROM gatehouse_lookup;
