-- Messages: what endpoints are told. Rows of the journal become messages here; sending them is deliveries.sql.

-- name: with_untold
-- Crosses tenants: in whose journal something stands that was not turned into messages yet, and for which somebody listens. Owner role.
SELECT c.tenant_id
FROM webhook_cursors AS c
WHERE EXISTS (SELECT 1 FROM endpoints AS e WHERE e.tenant_id = c.tenant_id AND e.deleted_at IS NULL AND e.disabled_at IS NULL)
  AND EXISTS (SELECT 1 FROM journal AS j
              WHERE j.tenant_id = c.tenant_id AND (j.xid, j.id) > (c.xid, c.id) AND j.xid < pg_snapshot_xmin(pg_current_snapshot()))

-- name: hold_cursor
SELECT xid::text AS xid, id, sequence
FROM webhook_cursors
WHERE tenant_id = $1
FOR UPDATE

-- name: untold
-- The next rows of the journal behind the cursor and below every running writer: nothing can appear between them any more.
SELECT j.xid::text AS xid, j.id, j.body
FROM journal AS j
WHERE j.tenant_id = $1 AND (j.xid, j.id) > ($2::text::xid8, $3::uuid) AND j.xid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY j.xid, j.id
LIMIT $4

-- name: told_of
SELECT j.body
FROM journal AS j
WHERE j.tenant_id = $1 AND j.xid = $2::text::xid8 AND j.id <= $3 AND j.kind = ANY ($4::text[])
ORDER BY j.id

-- name: move_cursor
UPDATE webhook_cursors
SET xid = $2::text::xid8, id = $3, sequence = $4
WHERE tenant_id = $1

-- name: insert
-- A row for each endpoint that wants an event; the events themselves ($7 and on) come once, numbered from 1 as $6 says. What an endpoint was told
-- already, or is told only once and was, is left out.
INSERT INTO messages (tenant_id, id, endpoint_id, event_id, once_for, sequence, updated_at, next_at, status, event_type, body)
SELECT $1, n.id, n.endpoint_id, e.event_id, e.once_for, e.sequence, $2, $2, 'pending', e.event_type, e.body
FROM unnest($3::text::uuid[], $4::text::uuid[], $5::text::bigint[]) AS n (id, endpoint_id, number)
JOIN unnest($6::text::bigint[], $7::text::uuid[], $8::text::uuid[], $9::text::bigint[], $10::text::text[], $11::bytea[])
    AS e (number, event_id, once_for, sequence, event_type, body) ON e.number = n.number
ORDER BY n.id
ON CONFLICT DO NOTHING
RETURNING 1

-- name: page
-- Of a dialect's endpoints, deleted ones too, newest first; as long as those before have no more bytes than :bytes, and one more, to tell that
-- there is more.
SELECT p.id, p.endpoint_id, p.event_id, p.event_type, p.status, p.sent_at, p.body
FROM (
SELECT m.id, m.endpoint_id, m.event_id, m.event_type, m.status, m.sent_at, m.body,
       sum(octet_length(m.body)) OVER (ORDER BY m.id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 2 PRECEDING) AS before
FROM messages AS m
JOIN endpoints AS e ON e.tenant_id = :tenant_id AND e.id = m.endpoint_id
WHERE m.tenant_id = :tenant_id AND e.dialect = :dialect
--? before: AND m.id < :before
--? after: AND m.id >= :after
--? behind: AND m.id < :behind
--? event_types: AND m.event_type = ANY (:event_types)
ORDER BY m.id DESC
LIMIT :size
) AS p
WHERE p.before IS NULL OR p.before <= :bytes
ORDER BY p.id DESC

-- name: lock
SELECT m.id, m.endpoint_id, m.event_id, m.event_type, m.status, m.sent_at, m.body
FROM messages AS m
JOIN endpoints AS e ON e.tenant_id = $1 AND e.id = m.endpoint_id
WHERE m.tenant_id = $1 AND m.id = $2 AND e.dialect = $3
FOR UPDATE OF m

-- name: replay
-- As if it had never been tried.
UPDATE messages
SET status = 'pending', next_at = $3, attempts = 0, last_error = NULL, updated_at = $3
WHERE tenant_id = $1 AND id = $2

-- name: give_up
-- Up to $5 of what an endpoint that is no more has not got yet.
UPDATE messages AS m
SET status = 'given_up', next_at = NULL, last_error = $3, updated_at = $4
FROM (
    SELECT p.id
    FROM messages AS p
    WHERE p.tenant_id = $1 AND p.endpoint_id = $2 AND p.status = 'pending'
    ORDER BY p.next_at, p.id
    LIMIT $5
) AS left_behind
WHERE m.tenant_id = $1 AND m.id = left_behind.id
RETURNING 1

-- name: deleted_with_pending
SELECT e.id
FROM endpoints AS e
WHERE e.tenant_id = $1 AND e.deleted_at IS NOT NULL
  AND EXISTS (SELECT 1 FROM messages AS m WHERE m.tenant_id = $1 AND m.endpoint_id = e.id AND m.status = 'pending')

-- name: expunge
-- The bodies of up to $3 messages older than $2, from where the last time ended. What still waits then (its endpoint is disabled) waits in vain.
WITH old AS (
    SELECT o.id
    FROM webhook_cursors AS c
    JOIN messages AS o ON o.tenant_id = $1 AND o.id > c.expunged_id AND o.id < $2
    WHERE c.tenant_id = $1
    ORDER BY o.id
    LIMIT $3
), gone AS (
    UPDATE messages AS m
    SET body = NULL, next_at = NULL,
        status = CASE WHEN m.status = 'pending' THEN 'given_up' ELSE m.status END,
        last_error = CASE WHEN m.status = 'pending' THEN 'it grew too old' ELSE m.last_error END
    FROM old
    WHERE m.tenant_id = $1 AND m.id = old.id
    RETURNING m.id
)
SELECT count(*) AS number, (array_agg(gone.id ORDER BY gone.id DESC))[1] AS last
FROM gone

-- name: move_expunged
UPDATE webhook_cursors
SET expunged_id = $2
WHERE tenant_id = $1
